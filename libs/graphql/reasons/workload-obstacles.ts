import type { KubeObject } from '#apimachinery';
import { type Condition, conditionOf } from '#component-helpers';
import { isWarning, type Obstacle, type Trouble, troubles } from './obstacle.js';

interface Told extends Condition {
  reason?: string;
  message?: string;
}

/** What kinds that make pods have in common. */
export interface Workload extends KubeObject {
  spec?: { replicas?: number; paused?: boolean; suspend?: boolean; completions?: number; parallelism?: number };
  status?: {
    readyReplicas?: number;
    desiredNumberScheduled?: number;
    numberReady?: number;
    ready?: number;
    active?: number;
    succeeded?: number;
    observedGeneration?: number;
    conditions?: Told[];
  };
}

/** How many pods a Job wants to run; none once it has ended. Without completions it makes no more after the first success (batch/v1 JobSpec). */
function unfinished(spec: Workload['spec'], status: Workload['status']): number {
  const isOver = ['Complete', 'Failed', 'SuccessCriteriaMet', 'FailureTarget'].some(
    (type) => conditionOf(status?.conditions, type)?.status === 'True',
  );
  const { completions, parallelism = 1 } = spec ?? {};
  const succeeded = status?.succeeded ?? 0;
  if (isOver || (completions === undefined && succeeded > 0)) return 0;
  return completions === undefined ? parallelism : Math.max(0, Math.min(parallelism, completions - succeeded));
}

/** How many pods it wants to be ready, and how many are; undefined where that is not a matter of numbers. */
function readyPods({ kind, spec, status }: Workload): { wanted: number; ready: number } {
  if (kind === 'DaemonSet') return { wanted: status?.desiredNumberScheduled ?? 0, ready: status?.numberReady ?? 0 };
  if (kind === 'Job') return { wanted: Math.max(status?.active ?? 0, unfinished(spec, status)), ready: status?.ready ?? 0 };
  return { wanted: spec?.replicas ?? 1, ready: status?.readyReplicas ?? 0 };
}

/** The quota that a message is about. */
export const quotaIn = (message: string): string | undefined => /exceeded quota: ([a-z0-9.-]+)/.exec(message)?.[1];

const QUOTA_HELP = 'Raise the quota, end other pods, or let these request less.';

const withHelp = (obstacle: Obstacle): Obstacle => (quotaIn(obstacle.message) === undefined ? obstacle : { ...obstacle, help: QUOTA_HELP });

/** Conditions that tell that no pods come. */
function conditions({ status }: Workload): Obstacle[] {
  const found: Obstacle[] = [];
  const tell = (type: string, when: string) => {
    const condition = conditionOf(status?.conditions, type);
    if (condition?.status === when) found.push({ reason: condition.reason ?? type, message: condition.message ?? type });
  };
  tell('ReplicaFailure', 'True');
  tell('Progressing', 'False');
  tell('Failed', 'True');
  return found;
}

/**
 * What keeps a workload itself from having its pods: without what keeps these. `pods`: how many it has. `events`: about it, oldest first. An
 * answer `done` means that nothing else has to be looked at.
 */
export function workloadObstacles(
  workload: Workload,
  { pods, events }: { pods: number; events: readonly Trouble[] },
): { found: Obstacle[]; done: boolean } {
  const { kind, metadata, spec, status } = workload;
  const { wanted, ready } = readyPods(workload);
  const only = (obstacle: Obstacle) => ({ found: [obstacle], done: true });
  if (metadata.deletionTimestamp) return only({ reason: 'Terminating', message: 'it is being deleted' });
  if (spec?.suspend)
    return only({ reason: 'Suspended', message: 'spec.suspend is true: it makes no pods', help: 'Set spec.suspend to false.' });
  const isSeen = status?.observedGeneration === undefined || status.observedGeneration === metadata.generation;
  const failed = conditions(workload);
  if (failed.length === 0 && isSeen && wanted <= ready) {
    if (kind === 'DaemonSet' && wanted === 0) return only({ reason: 'NoNodes', message: 'no node is one that its pods may run on' });
    if (kind === 'Job' || wanted > 0) return { found: [], done: true };
    return only({ reason: 'ScaledToZero', message: 'spec.replicas is 0', help: 'Scale it up.' });
  }
  // Events tell failures that are over, too, and what conditions tell.
  const there = kind === 'Job' ? (status?.active ?? 0) : pods;
  const isMissing = there < wanted && failed.length === 0;
  const found = isMissing ? troubles(events, (event) => isWarning(event) && event.reason === 'FailedCreate') : failed;
  if (spec?.paused) found.push({ reason: 'Paused', message: 'spec.paused is true: changes of its template wait', help: 'Resume it.' });
  return { found: found.map(withHelp), done: false };
}
