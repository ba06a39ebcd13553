import type { corev1, metav1, policyv1 } from '#api';
import { formatTime, type Instant, selectorOfObject } from '#apimachinery';
import { conditionOf, setCondition } from './conditions.js';

type Budget = policyv1.PodDisruptionBudget;

const CONDITION = 'DisruptionAllowed';

/**
 * Whether a budget selects a pod of its namespace (listers/policy/v1 GetPodPodDisruptionBudgets): an empty selector selects all pods, a
 * missing or invalid one none.
 */
export function budgetSelects(budget: Budget, { metadata }: Pick<corev1.Pod, 'metadata'>): boolean {
  return selectorOfObject(budget.spec?.selector).matches(metadata.labels);
}

/** What the DisruptionAllowed condition is made of. */
interface DisruptionState {
  allowed: number;
  observedGeneration: number | undefined;
  now: Instant;
  /** The error of a failed sync. */
  failure?: string;
}

function stateOf({ allowed, failure }: Pick<DisruptionState, 'allowed' | 'failure'>) {
  if (failure !== undefined) return { status: 'False', reason: 'SyncFailed', message: failure };
  if (allowed > 0) return { status: 'True', reason: 'SufficientPods', message: '' };
  return { status: 'False', reason: 'InsufficientPods', message: '' };
}

/** The conditions of a budget's status with its DisruptionAllowed condition set (component-helpers/apps/poddisruptionbudget). */
export function withDisruptionAllowed(
  conditions: readonly metav1.Condition[] | undefined,
  { observedGeneration, now, ...state }: DisruptionState,
): metav1.Condition[] {
  const { status, reason, message } = stateOf(state);
  const time = formatTime(now);
  const generation = observedGeneration ? { observedGeneration } : {};
  return setCondition<metav1.Condition>(
    conditions,
    { type: CONDITION, status, ...generation, lastTransitionTime: time, reason, message },
    time,
  );
}

/** The DisruptionAllowed condition of a budget. */
export function disruptionAllowedCondition({ status }: Budget): metav1.Condition | undefined {
  return conditionOf(status?.conditions, CONDITION);
}
