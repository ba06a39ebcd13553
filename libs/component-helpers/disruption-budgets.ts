import type { corev1, metav1, policyv1 } from '#api';
import { formatTime, type Instant, type LabelSelector, labelSelectorAsSelector, SelectorError } from '#apimachinery';
import { conditionOf, setCondition } from './conditions.js';

type Budget = policyv1.PodDisruptionBudget;

const CONDITION = 'DisruptionAllowed';

const selectors = new WeakMap<Budget, LabelSelector | 'invalid'>();

/** The budget's selector; undefined if it is invalid. An object's selector is parsed once: objects are not modified. */
function selectorOf(budget: Budget): LabelSelector | undefined {
  let selector = selectors.get(budget);
  if (selector === undefined) {
    selector = parsed(budget.spec?.selector);
    selectors.set(budget, selector);
  }
  return selector === 'invalid' ? undefined : selector;
}

function parsed(spec: metav1.LabelSelector | undefined): LabelSelector | 'invalid' {
  try {
    return labelSelectorAsSelector(spec);
  } catch (error) {
    if (error instanceof SelectorError) return 'invalid';
    throw error;
  }
}

/**
 * Whether a budget selects a pod of its namespace (listers/policy/v1 GetPodPodDisruptionBudgets): an empty selector selects all pods, a
 * missing or invalid one none.
 */
export function budgetSelects(budget: Budget, { metadata }: Pick<corev1.Pod, 'metadata'>): boolean {
  return selectorOf(budget)?.matches(metadata.labels) === true;
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
