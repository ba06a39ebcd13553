import type { batchv1 } from '#api';
import { countCommon, countIndexes, type Intervals, parseIntervals } from './intervals.js';

/** The message of the first rule of a success policy that is met; undefined if none is (success_policy.go matchSuccessPolicy). */
export function matchSuccessPolicy(job: batchv1.Job, succeeded: Intervals): string | undefined {
  const { successPolicy, completions = 0 } = job.spec;
  if (successPolicy === undefined || succeeded.length === 0) return undefined;
  const met = successPolicy.rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && countIndexes(succeeded) >= succeededCount;
    const wanted = parseIntervals(succeededIndexes, completions);
    if (wanted.length === 0) return false;
    const common = countCommon(wanted, succeeded);
    return common === countIndexes(wanted) || (succeededCount !== undefined && common >= succeededCount);
  });
  return met < 0 ? undefined : `Matched rules at index ${met}`;
}
