import type { appsv1 } from '#api';
import { formatTime, type Instant } from '#apimachinery';
import { conditionOf, transitionTime, withoutCondition } from '#component-helpers';

type Condition = appsv1.DeploymentCondition;

/** A condition without its times. */
export type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/**
 * Sets a condition and moves it to the end, unless one with the same status and reason exists. `touch` sets it even then, which updates
 * lastUpdateTime (deployment_util.go SetDeploymentCondition; progress.go for Progressing).
 */
export function withCondition(
  conditions: readonly Condition[],
  verdict: Verdict,
  { now, touch = false }: { now: Instant; touch?: boolean },
): Condition[] {
  const present = conditionOf(conditions, verdict.type);
  if (present !== undefined && !touch && present.status === verdict.status && present.reason === verdict.reason) return [...conditions];
  const time = formatTime(now);
  const { type, status, reason, message } = verdict;
  const times = { lastUpdateTime: time, lastTransitionTime: transitionTime(present, status, time) };
  return [...withoutCondition(conditions, type), { type, status, ...times, reason, message }];
}
