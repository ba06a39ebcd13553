import type { appsv1 } from '#api';
import { formatTime, type Instant } from '#apimachinery';

type Condition = appsv1.DeploymentCondition;

/** A condition without its times. */
export type Verdict = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

/** The condition of a type. */
export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** All conditions but those of a type. */
export function withoutCondition(conditions: readonly Condition[], type: string): Condition[] {
  return conditions.filter((condition) => condition.type !== type);
}

/**
 * Sets a condition unless one of the same status and reason stands; a status that stays keeps its transition time. `touch` sets it even
 * then, which moves lastUpdateTime (deployment_util.go SetDeploymentCondition; progress.go for Progressing).
 */
export function withCondition(
  conditions: readonly Condition[],
  verdict: Verdict,
  { now, touch = false }: { now: Instant; touch?: boolean },
): Condition[] {
  const present = conditionOf(conditions, verdict.type);
  if (present !== undefined && !touch && present.status === verdict.status && present.reason === verdict.reason) return [...conditions];
  const time = formatTime(now);
  const since = present?.status === verdict.status ? present.lastTransitionTime : time;
  const { type, status, reason, message } = verdict;
  return [...withoutCondition(conditions, type), { type, status, lastUpdateTime: time, lastTransitionTime: since, reason, message }];
}
