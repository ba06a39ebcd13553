import type { corev1, policyv1 } from '#api';
import { selectorOfObject } from '#apimachinery';

type Budget = policyv1.PodDisruptionBudget;

/** Whether a budget protects a pod; one without a selector, or with an empty one, protects none here. */
function protects(budget: Budget, { metadata }: corev1.Pod): boolean {
  const selector = selectorOfObject(budget.spec?.selector);
  if (selector.empty || !selector.matches(metadata.labels)) return false;
  return !Object.hasOwn(budget.status?.disruptedPods ?? {}, metadata.name);
}

/**
 * Splits pods into those whose eviction would violate a budget, if all of them were evicted in this order, and the others
 * (filterPodsWithPDBViolation).
 */
export function partByViolation(
  pods: readonly corev1.Pod[],
  budgetsIn: (namespace: string) => readonly Budget[],
): { violating: corev1.Pod[]; others: corev1.Pod[] } {
  const allowed = new Map<Budget, number>();
  const violates = (pod: corev1.Pod): boolean => {
    if (Object.keys(pod.metadata.labels ?? {}).length === 0) return false;
    for (const budget of budgetsIn(pod.metadata.namespace ?? '')) {
      if (!protects(budget, pod)) continue;
      const left = (allowed.get(budget) ?? budget.status?.disruptionsAllowed ?? 0) - 1;
      allowed.set(budget, left);
      if (left < 0) return true;
    }
    return false;
  };
  const violating: corev1.Pod[] = [];
  const others: corev1.Pod[] = [];
  for (const pod of pods) (violates(pod) ? violating : others).push(pod);
  return { violating, others };
}
