import type { corev1, policyv1 } from '#api';
import { deepEqual, formatTime, type Instant, parseTime } from '#apimachinery';
import { conditionOf, isPodReady, isPodTerminal, withDisruptionAllowed } from '#component-helpers';

type Budget = policyv1.PodDisruptionBudget;
type Status = policyv1.PodDisruptionBudgetStatus;

/** How long an evicted pod may take to be marked as deleted, before its eviction counts as failed (disruption.go DeletionTimeout). */
const DELETION_TIMEOUT = 120_000;

/** What the next status of a budget is computed from. */
export interface BudgetInput {
  budget: Budget;
  /** The pods that it selects. */
  pods: readonly corev1.Pod[];
  expectedPods: number;
  desiredHealthy: number;
  now: Instant;
}

/** The next status, and what follows from it. */
export interface BudgetPlan {
  status: Status;
  /** Pods that were evicted, but not deleted in time. */
  notDeleted: corev1.Pod[];
  /** When the next eviction counts as failed. */
  recheckAt?: Instant;
}

/** Evictions that are not seen as deletions yet (buildDisruptedPodMap). */
interface Disrupted {
  pods: Map<string, string>;
  notDeleted: corev1.Pod[];
  recheckAt?: Instant;
}

function disruptedPods({ budget, pods, now }: BudgetInput): Disrupted {
  const times = new Map(Object.entries(budget.status?.disruptedPods ?? {}));
  const disrupted: Disrupted = { pods: new Map(), notDeleted: [] };
  for (const pod of pods) {
    const time = pod.metadata.deletionTimestamp === undefined ? times.get(pod.metadata.name) : undefined;
    if (time === undefined) continue;
    const until = (parseTime(time) ?? 0) + DELETION_TIMEOUT;
    if (until < now) {
      disrupted.notDeleted.push(pod);
      continue;
    }
    disrupted.pods.set(pod.metadata.name, time);
    // It has to be later than the time of the timeout.
    disrupted.recheckAt = Math.min(disrupted.recheckAt ?? Number.POSITIVE_INFINITY, until + 1);
  }
  return disrupted;
}

const isHealthy = (pod: corev1.Pod, { pods }: Disrupted): boolean =>
  pod.metadata.deletionTimestamp === undefined && !pods.has(pod.metadata.name) && isPodReady(pod);

/** Computes the status of a budget (disruption.go trySync, updatePdbStatus). Pure. */
export function planBudget(input: BudgetInput): BudgetPlan {
  const { budget, pods, expectedPods, desiredHealthy, now } = input;
  const disrupted = disruptedPods(input);
  const currentHealthy = pods.filter((pod) => isHealthy(pod, disrupted)).length;
  // A budget that selects no pods yet allows nothing, so that its first pods are protected at once.
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const observedGeneration = budget.metadata.generation;
  const conditions = withDisruptionAllowed(budget.status?.conditions, { allowed: disruptionsAllowed, observedGeneration, now });
  const status: Status = {
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    ...(disrupted.pods.size === 0 ? {} : { disruptedPods: Object.fromEntries(disrupted.pods) }),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions,
  };
  return { status, notDeleted: disrupted.notDeleted, ...(disrupted.recheckAt === undefined ? {} : { recheckAt: disrupted.recheckAt }) };
}

/** The status of a budget whose pods could not be counted: it allows nothing (disruption.go failSafe). */
export function failedStatus({ status = {} }: Budget, failure: string, now: Instant): Status {
  const { observedGeneration } = status;
  return {
    ...status,
    disruptionsAllowed: 0,
    conditions: withDisruptionAllowed(status.conditions, { allowed: 0, failure, observedGeneration, now }),
  };
}

/** Whether a status has to be written. */
export function differs({ status = {} }: Budget, next: Status): boolean {
  return !deepEqual(status, next);
}

/** Since when a pod that is not being deleted has had a DisruptionTarget condition that counts as stale after a while. */
export function disruptionTargetSince(pod: corev1.Pod): Instant | undefined {
  if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) return undefined;
  const condition = conditionOf(pod.status?.conditions, 'DisruptionTarget');
  // The kubelet's condition may precede the deletion by any time.
  if (condition?.status !== 'True' || condition.reason === 'TerminationByKubelet') return undefined;
  return parseTime(condition.lastTransitionTime ?? formatTime(0)) ?? 0;
}
