import type { policyv1 } from '#api';
import { forbidden, formatTime, type Instant, type StatusError, tooManyRequests } from '#apimachinery';
import { disruptionAllowedCondition, withDisruptionAllowed } from '#component-helpers';

type Budget = policyv1.PodDisruptionBudget;

/** Evicted pods of a budget that its controller has not noticed yet; beyond this no more are evicted (eviction.go MaxDisruptedPodSize). */
const MAX_DISRUPTED_PODS = 2000;
const VIOLATION = "Cannot evict pod as it would violate the pod's disruption budget.";
const BUDGETS = { group: 'policy', resource: 'poddisruptionbudget' };

/** 429: the budget's status is not up to date; the client retries after 10 seconds. */
export function stillProcessed(name: string): StatusError {
  const message = `The disruption budget ${name} is still being processed by the server.`;
  return tooManyRequests(VIOLATION, 10, [{ reason: 'DisruptionBudget', message }]);
}

function whyNot(budget: Budget): string {
  const { name } = budget.metadata;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  const condition = disruptionAllowedCondition(budget);
  const explained = condition?.status === 'False' && condition.message ? condition : undefined;
  if (explained?.reason === 'SyncFailed')
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${explained.message}`;
  if (currentHealthy <= desiredHealthy)
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  if (explained !== undefined)
    return `The disruption budget ${name} does not allow evicting pods currently (${explained.reason}): ${explained.message}`;
  return `The disruption budget ${name} does not allow evicting pods currently`;
}

/** Throws 429 or 403 if the budget does not allow a disruption now. */
export function checkBudget(budget: Budget): void {
  const { name, generation = 0 } = budget.metadata;
  const { observedGeneration = 0, disruptionsAllowed = 0, disruptedPods = {} } = budget.status ?? {};
  if (observedGeneration < generation) throw stillProcessed(name);
  if (disruptionsAllowed < 0) throw forbidden(BUDGETS, name, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED_PODS)
    throw forbidden(BUDGETS, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  if (disruptionsAllowed === 0) throw tooManyRequests(VIOLATION, 0, [{ reason: 'DisruptionBudget', message: whyNot(budget) }]);
}

/**
 * The budget with one disruption less, and the pod among its disrupted ones, so that the disruption controller does not count it as healthy
 * before it is deleted (eviction.go checkAndDecrement). Throws what checkBudget throws.
 */
export function decremented(budget: Budget, pod: string, now: Instant): Budget {
  checkBudget(budget);
  const { status = {} } = budget;
  const allowed = (status.disruptionsAllowed ?? 0) - 1;
  const { observedGeneration } = status;
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: allowed,
      disruptedPods: { ...status.disruptedPods, [pod]: formatTime(now) },
      ...(allowed === 0 ? { conditions: withDisruptionAllowed(status.conditions, { allowed, observedGeneration, now }) } : {}),
    },
  };
}
