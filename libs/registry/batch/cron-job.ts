import type { batchv1 } from '#api';
import { append, deepEqual, type FieldError, fieldPath, formatLabelSelector, invalidValue, notSupported, required } from '#apimachinery';
import type { Column, ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { scheduleError } from '#component-helpers';
import { age, ageColumn, nameColumn } from '../columns.js';
import { nonNegative } from '../core/checks.js';
import { dropDisabledPodFields } from '../core/pod/prepare.js';
import { containerColumns } from '../core/pod/template-columns.js';
import { podNameWarnings } from '../core/pod/warnings.js';
import { printedSelector } from '../core/printed.js';
import { countGeneration } from '../rules/prepare.js';
import { setJobTemplateDefaults } from './job.js';
import { validateJobSpecParts } from './job-validation.js';
import { jobSpecWarnings } from './job-warnings.js';
import { validateTimeZone } from './time-zone.js';

type CronJob = batchv1.CronJob;

const templatePath = fieldPath('spec', 'jobTemplate', 'spec');

function setDefaults(object: CronJob): void {
  object.spec ??= {} as CronJob['spec'];
  const { spec } = object;
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
  spec.jobTemplate ??= {};
  spec.jobTemplate.metadata ??= {} as NonNullable<batchv1.JobTemplateSpec['metadata']>;
  spec.jobTemplate.spec ??= {} as batchv1.JobSpec;
  setJobTemplateDefaults(spec.jobTemplate.spec);
}

function validateSchedule(spec: batchv1.CronJobSpec, old: batchv1.CronJobSpec | undefined): FieldError[] {
  const { schedule, timeZone } = spec;
  if (!schedule) return [required('spec.schedule')];
  const broken = scheduleError(schedule);
  const errors = broken ? [invalidValue('spec.schedule', schedule, broken)] : [];
  if (!schedule.includes('TZ')) return errors;
  if (!old?.schedule.includes('TZ')) {
    errors.push(invalidValue('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'));
  } else if (timeZone !== undefined) {
    errors.push(invalidValue('spec.schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
  return errors;
}

function validateConcurrency(policy: string | undefined): FieldError[] {
  const policies = ['Allow', 'Forbid', 'Replace'];
  if (!policy) return [required('spec.concurrencyPolicy')];
  return policies.includes(policy) ? [] : [notSupported('spec.concurrencyPolicy', policy, policies)];
}

function validateTemplate(spec: batchv1.JobSpec | undefined): FieldError[] {
  if (!spec) return [];
  const errors = validateJobSpecParts(spec, templatePath);
  if (spec.selector)
    errors.push(invalidValue(templatePath.child('selector'), printedSelector(spec.selector), '`selector` will be auto-generated'));
  if (spec.manualSelector)
    errors.push(notSupported(templatePath.child('manualSelector'), spec.manualSelector as unknown as string, ['nil', 'false']));
  return errors;
}

function validateSpec(spec: batchv1.CronJobSpec, old?: batchv1.CronJobSpec): FieldError[] {
  const errors = [...validateSchedule(spec, old), ...nonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds')];
  if (!old || old.timeZone !== spec.timeZone) append(errors, validateTimeZone(spec.timeZone, 'spec.timeZone'));
  append(errors, validateConcurrency(spec.concurrencyPolicy), validateTemplate(spec.jobTemplate?.spec));
  for (const field of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const)
    append(errors, nonNegative(spec[field], `spec.${field}`));
  return errors;
}

/** The controller appends eleven characters to make a Job's name. */
function validateLength(name: string): FieldError[] {
  return name.length > 52 ? [invalidValue('metadata.name', name, 'must be no more than 52 characters')] : [];
}

function warnings(object: CronJob, old: CronJob | undefined): string[] {
  const spec = object.spec.jobTemplate?.spec;
  const found = old ? [] : podNameWarnings(object.metadata.name);
  const changed = !old || object.metadata.generation !== old.metadata.generation;
  if (spec && changed) append(found, jobSpecWarnings(spec, 'spec.jobTemplate.spec'));
  if (old && object.spec.schedule.includes('TZ')) {
    found.push(
      'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
    );
  }
  return found;
}

const columns: readonly Column<CronJob>[] = [
  nameColumn,
  { name: 'Schedule', type: 'string', cell: (object) => object.spec.schedule },
  { name: 'Timezone', type: 'string', cell: (object) => object.spec.timeZone ?? '<none>' },
  { name: 'Suspend', type: 'boolean', cell: ({ spec }) => (spec.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False') },
  { name: 'Active', type: 'integer', cell: (object) => (object.status?.active ?? []).length },
  {
    name: 'Last Schedule',
    type: 'string',
    cell: (object, now) => (object.status?.lastScheduleTime ? age(object.status.lastScheduleTime, now) : '<none>'),
  },
  ageColumn,
  ...containerColumns<CronJob>((object) => object.spec.jobTemplate?.spec?.template?.spec),
  // A template has no selector: <none> is printed.
  { name: 'Selector', type: 'string', priority: 1, cell: (object) => formatLabelSelector(object.spec.jobTemplate?.spec?.selector) },
];

const status: SubresourceStrategy<CronJob> = {
  prepareForUpdate(object, old) {
    object.spec = old.spec;
  },
};

/** CronJobs (pkg/registry/batch/cronjob). */
export const cronJob: ResourceStrategy<CronJob> = {
  group: 'batch',
  resource: 'cronjobs',
  setDefaults,
  prepareForCreate(object) {
    object.status = {};
    object.metadata.generation = 1;
    dropDisabledPodFields(object.spec.jobTemplate?.spec?.template?.spec);
  },
  validate: (object) => [...validateSpec(object.spec), ...validateLength(object.metadata.name)],
  prepareForUpdate(object, old) {
    object.status = old.status;
    dropDisabledPodFields(object.spec.jobTemplate?.spec?.template?.spec);
    countGeneration(object, old, !deepEqual(object.spec, old.spec));
  },
  validateUpdate: (object, old) => validateSpec(object.spec, old.spec),
  warnings,
  subresources: { status },
  columns,
};
