import type { appsv1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { conditionOf, transitionTime, withoutCondition } from '#component-helpers';
import { type Verdict, withCondition } from './conditions.js';
import { desiredReplicas, fenceposts } from './fenceposts.js';
import { all, type Generations, totalAvailable, totalSize } from './replica-sets.js';

/** No deadline: the greatest 32-bit number (deployment_util.go HasProgressDeadline). */
const NEVER = 2 ** 31 - 1;

type Status = appsv1.DeploymentStatus;

/** Whether the Deployment is to tell when it makes no progress. */
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

/** Unknown as soon as one replica set that has been observed does not tell (GetTerminatingReplicaCountForReplicaSets). */
function terminating(sets: readonly appsv1.ReplicaSet[]): number | undefined {
  const observed = sets.filter(({ status }) => status?.observedGeneration || status?.terminatingReplicas !== undefined);
  if (observed.some(({ status }) => status?.terminatingReplicas === undefined)) return undefined;
  return observed.reduce((total, { status }) => total + (status?.terminatingReplicas ?? 0), 0);
}

/** Go leaves counts out that are zero. */
function counts(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** Counts and availability, without an estimate of progress (sync.go calculateStatus). `status` gives the present conditions. */
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

/** Whether all pods are of the current template and available (DeploymentComplete). */
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

/** Whether anything has come nearer to what is asked for (DeploymentProgressing). */
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

/** Whether there has been no progress for too long (DeploymentTimedOut). */
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

/** The current replica set's failure, or else the first of the old ones' (getReplicaFailures). */
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

/** What a roll-out's status is made of. `status` is the present one, with what this reconcile has already found out. */
export interface RolloutStatusInput {
  deployment: appsv1.Deployment;
  status: Status;
  sets: Generations;
  now: Instant;
}

/** The status during a roll-out, with an estimate of its progress (progress.go syncRolloutStatus). */
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
 * In how many milliseconds to look whether the roll-out is stuck; undefined where that can't be (progress.go requeueStuckDeployment).
 * A second is added: the times of conditions are cut to seconds.
 */
export function stuckCheck(deployment: appsv1.Deployment, status: Status, now: Instant): number | undefined {
  const condition = conditionOf(status.conditions, 'Progressing');
  if (!hasProgressDeadline(deployment) || condition === undefined) return undefined;
  if (isComplete(deployment, status) || condition.reason === 'ProgressDeadlineExceeded') return undefined;
  return Math.max(0, deadline(deployment, condition) - now) + 1000;
}
