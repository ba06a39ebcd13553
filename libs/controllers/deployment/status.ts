import type { appsv1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { conditionOf, transitionTime, withoutCondition } from '#component-helpers';
import { type Verdict, withCondition } from './conditions.js';
import { desiredReplicas, fenceposts } from './fenceposts.js';
import { all, type Generations, totalAvailable, totalSize } from './replica-sets.js';

/** No deadline: the largest 32-bit number (deployment_util.go HasProgressDeadline). */
const NEVER = 2 ** 31 - 1;

type Status = appsv1.DeploymentStatus;

/** Whether the Deployment has a progress deadline. */
export function hasProgressDeadline({ spec }: appsv1.Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== NEVER;
}

/** A Progressing condition. */
export function progressing(status: 'True' | 'False' | 'Unknown', reason: string, message: string): Verdict {
  return { type: 'Progressing', status, reason, message };
}

function sum(sets: readonly appsv1.ReplicaSet[], field: 'replicas' | 'readyReplicas'): number {
  return sets.reduce((total, { status }) => total + (status?.[field] ?? 0), 0);
}

/** Undefined if any observed ReplicaSet does not report it (GetTerminatingReplicaCountForReplicaSets). */
function terminating(sets: readonly appsv1.ReplicaSet[]): number | undefined {
  const observed = sets.filter(({ status }) => status?.observedGeneration || status?.terminatingReplicas !== undefined);
  if (observed.some(({ status }) => status?.terminatingReplicas === undefined)) return undefined;
  return observed.reduce((total, { status }) => total + (status?.terminatingReplicas ?? 0), 0);
}

/** Go omits counts that are zero. */
function counts(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** Counts and availability, without progress (sync.go calculateStatus). The conditions are those of `status`. */
export function calculateStatus(deployment: appsv1.Deployment, status: Status, sets: Generations, now: Instant): Status {
  const every = all(sets);
  const available = totalAvailable(every);
  const enough = available >= desiredReplicas(deployment) - fenceposts(deployment).maxUnavailable;
  const availability: Verdict = enough
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
  const gone = terminating(every);
  return {
    ...counts({
      observedGeneration: deployment.metadata.generation,
      replicas: sum(every, 'replicas'),
      updatedReplicas: sets.current?.status?.replicas,
      readyReplicas: sum(every, 'readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, totalSize(every) - available),
    }),
    ...(gone === undefined ? {} : { terminatingReplicas: gone }),
    ...(status.collisionCount === undefined ? {} : { collisionCount: status.collisionCount }),
    conditions: withCondition(status.conditions ?? [], availability, { now }),
  };
}

/** Whether all pods have the current template and are available (DeploymentComplete). */
export function isComplete(deployment: appsv1.Deployment, status: Status): boolean {
  const desired = desiredReplicas(deployment);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 } = status;
  return (
    updatedReplicas === desired &&
    replicas === desired &&
    availableReplicas === desired &&
    observedGeneration >= (deployment.metadata.generation ?? 0)
  );
}

/** Whether there has been progress (DeploymentProgressing). */
function hasProgressed(before: Status, after: Status): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: Status): number => replicas - updatedReplicas;
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function deadline({ spec }: appsv1.Deployment, condition: appsv1.DeploymentCondition): Instant {
  return (parseTime(condition.lastUpdateTime ?? '') ?? 0) + (spec.progressDeadlineSeconds ?? 0) * 1000;
}

/** Whether the progress deadline is exceeded (DeploymentTimedOut). */
function hasTimedOut(deployment: appsv1.Deployment, status: Status, now: Instant): boolean {
  const condition = conditionOf(status.conditions, 'Progressing');
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  return condition.reason === 'ProgressDeadlineExceeded' || deadline(deployment, condition) < now;
}

function estimateProgress(input: RolloutStatusInput, next: Status): appsv1.DeploymentCondition[] {
  const { deployment, status, sets, now } = input;
  const conditions = next.conditions ?? [];
  const subject = sets.current === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${sets.current.metadata.name}"`;
  if (isComplete(deployment, next)) {
    return withCondition(conditions, progressing('True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`), { now });
  }
  if (hasProgressed(status, next)) {
    return withCondition(conditions, progressing('True', 'ReplicaSetUpdated', `${subject} is progressing.`), { now, touch: true });
  }
  if (hasTimedOut(deployment, next, now)) {
    return withCondition(conditions, progressing('False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`), { now });
  }
  return conditions;
}

/** The failure of the current ReplicaSet, or else the first one of the old ones (getReplicaFailures). */
function replicaFailure({ current, old }: Generations): appsv1.DeploymentCondition | undefined {
  for (const set of current === undefined ? old : [current, ...old]) {
    const failure = conditionOf(set.status?.conditions, 'ReplicaFailure');
    if (failure !== undefined) return { ...failure, lastUpdateTime: failure.lastTransitionTime };
  }
  return undefined;
}

function withFailure(conditions: readonly appsv1.DeploymentCondition[], sets: Generations): appsv1.DeploymentCondition[] {
  const failure = replicaFailure(sets);
  const present = conditionOf(conditions, 'ReplicaFailure');
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure');
  if (present?.status === failure.status && present.reason === failure.reason) return [...conditions];
  const lastTransitionTime = transitionTime(present, failure.status, failure.lastTransitionTime ?? '');
  return [...withoutCondition(conditions, 'ReplicaFailure'), { ...failure, lastTransitionTime }];
}

/** What a rollout's status is computed from. `status` is the current one, with the changes of this reconcile. */
export interface RolloutStatusInput {
  deployment: appsv1.Deployment;
  status: Status;
  sets: Generations;
  now: Instant;
}

/** The status during a rollout, including its progress (progress.go syncRolloutStatus). */
export function rolloutStatus(input: RolloutStatusInput): Status {
  const { deployment, status, sets, now } = input;
  const next = calculateStatus(deployment, status, sets, now);
  const current = conditionOf(status.conditions, 'Progressing');
  let conditions = next.conditions ?? [];
  if (!hasProgressDeadline(deployment)) conditions = withoutCondition(conditions, 'Progressing');
  const settled = (next.replicas ?? 0) === (next.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (hasProgressDeadline(deployment) && !settled) conditions = estimateProgress(input, next);
  return { ...next, conditions: withFailure(conditions, sets) };
}

/**
 * After how many milliseconds to check the progress deadline; undefined if there is none (progress.go requeueStuckDeployment). A second is
 * added because the times of conditions are truncated to seconds.
 */
export function stuckCheck(deployment: appsv1.Deployment, status: Status, now: Instant): number | undefined {
  const condition = conditionOf(status.conditions, 'Progressing');
  if (!hasProgressDeadline(deployment) || condition === undefined) return undefined;
  if (isComplete(deployment, status) || condition.reason === 'ProgressDeadlineExceeded') return undefined;
  return Math.max(0, deadline(deployment, condition) - now) + 1000;
}
