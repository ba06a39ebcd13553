import type { batchv1 } from '#api';
import { formatTime, type Instant } from '#apimachinery';
import { conditionOf } from '#component-helpers';

type Condition = batchv1.JobCondition;

/** A condition that is True as of now. */
export function newCondition(type: string, reason: string, message: string, now: Instant): Condition {
  const time = formatTime(now);
  return { type, status: 'True', lastProbeTime: time, lastTransitionTime: time, reason, message };
}

/** The condition of a type, if it is True. */
export function trueCondition(job: batchv1.Job, type: string): Condition | undefined {
  const condition = conditionOf(job.status?.conditions, type);
  return condition?.status === 'True' ? condition : undefined;
}

/** The condition that says how a Job ended, Complete or Failed (job/util FinishedCondition). */
export function finishedCondition(job: batchv1.Job): Condition | undefined {
  return job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}

/**
 * Replaces the condition of the type, or appends it. The same list if nothing changes: a condition that is False is not added, and an equal
 * one keeps its times (ensureJobConditionStatus).
 */
export function withCondition(conditions: readonly Condition[] = [], next: Condition): readonly Condition[] {
  const index = conditions.findIndex(({ type }) => type === next.type);
  const present = conditions[index];
  if (present === undefined) return next.status === 'False' ? conditions : [...conditions, next];
  const same = present.status === next.status && present.reason === next.reason && present.message === next.message;
  return same ? conditions : conditions.with(index, next);
}
