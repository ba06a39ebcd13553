import type { batchv1, corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { newCondition, trueCondition } from './conditions.js';
import { matchFailurePolicy } from './failure-policy.js';
import { countIndexes } from './intervals.js';
import { isPodFailed } from './job-pods.js';
import type { Progress } from './progress.js';
import { matchSuccessPolicy } from './success-policy.js';

type Condition = batchv1.JobCondition;

/**
 * Whether a Job has failed or met its success policy: the condition that says so, in upstream's order of evaluation (syncJob). Failed if
 * FailureTarget was written before. That all completions are reached is looked at after pods were created and deleted.
 */
export function endOf(progress: Progress, now: Instant): Condition | undefined {
  const { job } = progress;
  const met = trueCondition(job, 'SuccessCriteriaMet');
  if (met !== undefined) return met;
  const target = trueCondition(job, 'FailureTarget');
  if (target !== undefined) return failedFrom(target, now);
  const failure = failureOf(progress, now);
  if (failure !== undefined) return newCondition('FailureTarget', failure.reason, failure.message, now);
  const success = progress.indexes && matchSuccessPolicy(job, progress.indexes.succeeded);
  return success === undefined ? undefined : newCondition('SuccessCriteriaMet', 'SuccessPolicy', success, now);
}

/** The final condition of a Job with the interim one, FailureTarget or SuccessCriteriaMet. */
export function failedFrom({ reason = '', message = '' }: Condition, now: Instant): Condition {
  return newCondition('Failed', reason, message, now);
}

/** Milliseconds until the Job's active deadline; undefined if none runs. */
export function untilDeadline({ spec, status }: batchv1.Job, now: Instant): number | undefined {
  const started = parseTime(status?.startTime ?? '');
  if (spec.activeDeadlineSeconds === undefined || started === undefined || spec.suspend === true) return undefined;
  return started + spec.activeDeadlineSeconds * 1000 - now;
}

function failureOf(progress: Progress, now: Instant): { reason: string; message: string } | undefined {
  const { job, pods, failed } = progress;
  const byPolicy = policyFailure(job, pods);
  if (byPolicy !== undefined) return { reason: 'PodFailurePolicy', message: byPolicy };
  if (failed > (job.spec.backoffLimit ?? 6) || restartsExceedLimit(job, pods))
    return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  const deadline = untilDeadline(job, now);
  if (deadline !== undefined && deadline <= 0)
    return { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  return indexFailure(progress);
}

function policyFailure(job: batchv1.Job, pods: readonly corev1.Pod[]): string | undefined {
  const { podFailurePolicy } = job.spec;
  if (podFailurePolicy === undefined) return undefined;
  for (const pod of pods) {
    const failure = isPodFailed(pod, job) ? matchFailurePolicy(podFailurePolicy, pod).failure : undefined;
    if (failure !== undefined) return failure;
  }
  return undefined;
}

function indexFailure({ job, indexes }: Progress): { reason: string; message: string } | undefined {
  if (indexes?.failed === undefined) return undefined;
  const failed = countIndexes(indexes.failed);
  const { maxFailedIndexes, completions = 0 } = job.spec;
  if (maxFailedIndexes !== undefined && failed > maxFailedIndexes)
    return { reason: 'MaxFailedIndexesExceeded', message: 'Job has exceeded the specified maximal number of failed indexes' };
  if (failed > 0 && failed + countIndexes(indexes.succeeded) >= completions)
    return { reason: 'FailedIndexes', message: 'Job has failed indexes' };
  return undefined;
}

/** Whether the restarts of pods that restart their containers add up to the limit (pastBackoffLimitOnFailure). */
function restartsExceedLimit({ spec }: batchv1.Job, pods: readonly corev1.Pod[]): boolean {
  if (spec.template.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    for (const { restartCount } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
      restarts += restartCount ?? 0;
  }
  const limit = spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}
