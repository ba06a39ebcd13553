import type { batchv1 } from '#api';
import { append, deepEqual, duplicate, type FieldError, fieldPath, invalidValue, OMIT_VALUE, required } from '#apimachinery';
import { nonNegative } from '../core/checks.js';
import { countIndexes, sharedIndex } from './indexes.js';

type Job = batchv1.Job;

const holds = (job: Job, type: string): boolean =>
  job.status?.conditions?.some((each) => each.type === type && each.status === 'True') ?? false;
const isFalse = (job: Job, type: string): boolean =>
  job.status?.conditions?.some((each) => each.type === type && each.status === 'False') ?? false;
const finished = (job: Job): boolean => holds(job, 'Complete') || holds(job, 'Failed');
const conditions = (text: string): FieldError => invalidValue('status.conditions', OMIT_VALUE, text);

function validateCounts(job: Job): FieldError[] {
  const errors: FieldError[] = [];
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const)
    append(errors, nonNegative(job.status?.[field], `status.${field}`));
  const seen = new Set<string>();
  for (const field of ['succeeded', 'failed'] as const) {
    (job.status?.uncountedTerminatedPods?.[field] ?? []).forEach((uid, index) => {
      const path = fieldPath('status', 'uncountedTerminatedPods', field).index(index);
      if (uid === '') errors.push(invalidValue(path, uid, 'must not be empty'));
      else if (seen.has(uid)) errors.push(duplicate(path, uid));
      seen.add(uid);
    });
  }
  return errors;
}

/**
 * Which rules apply depends on what changed, so that Jobs that violated them before can still be updated (strategy.go
 * getStatusValidationOptions).
 */
function changesOf(job: Job, old: Job) {
  const condition = (type: string): boolean => holds(job, type) !== holds(old, type);
  const field = (name: keyof batchv1.JobStatus): boolean => !deepEqual(job.status?.[name], old.status?.[name]);
  return { condition, field, finished: finished(job) !== finished(old) };
}

type Changes = ReturnType<typeof changesOf>;

function validateTimes(job: Job, { condition, field, finished: ended }: Changes): FieldError[] {
  const { startTime, completionTime } = job.status ?? {};
  const errors: FieldError[] = [];
  if (condition('Complete') || field('completionTime')) {
    if (completionTime && !holds(job, 'Complete')) {
      errors.push(
        invalidValue('status.completionTime', completionTime, 'cannot set completionTime when there is no Complete=True condition'),
      );
    }
    if (!completionTime && holds(job, 'Complete'))
      errors.push(required('status.completionTime', 'completionTime is required for Complete jobs'));
  }
  if (
    (field('startTime') || field('completionTime')) &&
    startTime &&
    completionTime &&
    Date.parse(completionTime) < Date.parse(startTime)
  ) {
    errors.push(invalidValue('status.completionTime', completionTime, 'must be equal to or after `startTime`'));
  }
  const suspendedForNothing = job.spec.suspend === true && job.spec.completions === 0;
  if ((ended || field('startTime')) && !suspendedForNothing && !startTime && finished(job)) {
    errors.push(required('status.startTime', 'startTime is required for finished job'));
  }
  return errors;
}

function validateEnd(job: Job, { condition, field, finished: ended }: Changes): FieldError[] {
  const { active = 0, ready, terminating = 0, uncountedTerminatedPods: uncounted } = job.status ?? {};
  const errors: FieldError[] = [];
  if ((condition('Failed') || field('failedIndexes')) && holds(job, 'Failed') && !holds(job, 'FailureTarget')) {
    errors.push(conditions('cannot set Failed=True condition without the FailureTarget=true condition'));
  }
  if ((condition('Complete') || condition('SuccessCriteriaMet')) && holds(job, 'Complete') && !holds(job, 'SuccessCriteriaMet')) {
    errors.push(conditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition'));
  }
  const done = finished(job);
  if ((ended || field('active')) && active > 0 && done)
    errors.push(invalidValue('status.active', active, 'active>0 is invalid for finished job'));
  const left = (uncounted?.failed ?? []).length + (uncounted?.succeeded ?? []).length;
  if ((ended || field('uncountedTerminatedPods')) && done && left > 0) {
    const shown = { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null };
    errors.push(invalidValue('status.uncountedTerminatedPods', shown, 'must be empty for finished job'));
  }
  if ((ended || field('terminating')) && terminating > 0 && done) {
    errors.push(invalidValue('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  }
  if ((field('ready') || field('active')) && ready !== undefined && ready > active) {
    errors.push(invalidValue('status.ready', ready, 'cannot set more ready pods than active'));
  }
  return errors;
}

function validateIndexLists(job: Job, { field }: Changes): FieldError[] {
  const { completedIndexes = '', failedIndexes } = job.status ?? {};
  const { completions, backoffLimitPerIndex, completionMode } = job.spec;
  const errors: FieldError[] = [];
  const broken = completions === undefined ? 0 : countIndexes(completedIndexes, completions);
  if (field('completedIndexes') && typeof broken === 'string') {
    errors.push(invalidValue('status.completedIndexes', completedIndexes, `error parsing completedIndexes: ${broken}`));
  }
  const failed = completions === undefined || backoffLimitPerIndex === undefined ? 0 : countIndexes(failedIndexes ?? '', completions);
  if (field('failedIndexes') && typeof failed === 'string') {
    errors.push(invalidValue('status.failedIndexes', failedIndexes, `error parsing failedIndexes: ${failed}`));
  }
  if (field('completedIndexes') && completedIndexes !== '' && completionMode !== 'Indexed') {
    errors.push(
      invalidValue('status.completedIndexes', completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode'),
    );
  }
  if (field('failedIndexes') && backoffLimitPerIndex === undefined && failedIndexes !== undefined) {
    errors.push(invalidValue('status.failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'));
  }
  const shared = completions === undefined ? undefined : sharedIndex(completedIndexes, failedIndexes ?? '', completions);
  if ((field('completedIndexes') || field('failedIndexes')) && shared !== undefined) {
    errors.push(invalidValue('status.failedIndexes', failedIndexes, `failedIndexes and completedIndexes overlap at index: ${shared}`));
  }
  return errors;
}

function validateConditions(job: Job, { condition }: Changes): FieldError[] {
  const errors: FieldError[] = [];
  if ((condition('Complete') || condition('Failed')) && holds(job, 'Complete') && holds(job, 'Failed')) {
    errors.push(conditions('cannot set Complete=True and Failed=true conditions'));
  }
  if ((condition('Complete') || condition('FailureTarget')) && holds(job, 'Complete') && holds(job, 'FailureTarget')) {
    errors.push(conditions('cannot set Complete=True and FailureTarget=true conditions'));
  }
  return errors;
}

function validateSuccess(job: Job): FieldError[] {
  const met = holds(job, 'SuccessCriteriaMet');
  const errors: FieldError[] = [];
  if (met && holds(job, 'Failed')) errors.push(conditions('cannot set SuccessCriteriaMet=True and Failed=true conditions'));
  if (met && holds(job, 'FailureTarget')) errors.push(conditions('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'));
  if (job.spec.successPolicy && !met && holds(job, 'Complete')) {
    errors.push(conditions('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'));
  }
  return errors;
}

function validateTransition(job: Job, old: Job, changes: Changes): FieldError[] {
  const errors: FieldError[] = [];
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (holds(old, type) && !holds(job, type)) errors.push(conditions(`cannot disable the terminal ${type}=True condition`));
  }
  const indexedTogether = job.spec.completionMode === 'Indexed' && job.spec.completions === job.spec.parallelism;
  const [failed, succeeded] = [job.status?.failed ?? 0, job.status?.succeeded ?? 0];
  if (failed < (old.status?.failed ?? 0)) errors.push(invalidValue('status.failed', failed, 'cannot decrease the failed counter'));
  if (!indexedTogether && succeeded < (old.status?.succeeded ?? 0)) {
    errors.push(invalidValue('status.succeeded', succeeded, 'cannot decrease the succeeded counter'));
  }
  const { startTime, completionTime } = job.status ?? {};
  if (completionTime && old.status?.completionTime && completionTime !== old.status.completionTime) {
    errors.push(invalidValue('status.completionTime', completionTime, 'field is immutable'));
  }
  const resuming = holds(old, 'Suspended') && isFalse(job, 'Suspended');
  if (changes.field('startTime') && !resuming && old.status?.startTime && !job.spec.suspend) {
    errors.push(invalidValue('status.startTime', startTime, 'field is immutable for unsuspended job once set'));
  }
  const [met, metBefore] = [holds(job, 'SuccessCriteriaMet'), holds(old, 'SuccessCriteriaMet')];
  if (metBefore && !met) errors.push(conditions('cannot disable the SuccessCriteriaMet=True condition'));
  if (holds(old, 'Complete') && !metBefore && met) {
    errors.push(conditions('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'));
  }
  return errors;
}

/** The status of a Job (batch validation.go ValidateJobUpdateStatus). */
export function validateJobStatusUpdate(job: Job, old: Job): FieldError[] {
  const changes = changesOf(job, old);
  return [
    ...validateCounts(job),
    ...validateConditions(job, changes),
    ...validateTimes(job, changes),
    ...validateEnd(job, changes),
    ...validateIndexLists(job, changes),
    ...validateSuccess(job),
    ...validateTransition(job, old, changes),
  ];
}
