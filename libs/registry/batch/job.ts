import type { batchv1 } from '#api';
import { deepEqual, formatLabelSelector, goQuote, humanDuration, isValidLabelValue } from '#apimachinery';
import type { Column, ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { setPodTemplateDefaults } from '../core/pod/defaults.js';
import { dropDisabledPodFields } from '../core/pod/prepare.js';
import { containerColumns } from '../core/pod/template-columns.js';
import { podNameWarnings } from '../core/pod/warnings.js';
import { countGeneration } from '../rules/prepare.js';
import { validateJobStatusUpdate } from './job-status.js';
import { validateJobUpdate } from './job-update.js';
import { validateJob } from './job-validation.js';
import { jobSpecWarnings } from './job-warnings.js';

type Job = batchv1.Job;

/** Defaults of a Job's spec that do not apply to a CronJob's template. */
function setSpecDefaults(spec: batchv1.JobSpec): void {
  if (spec.parallelism === undefined) spec.completions ??= 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2_147_483_647;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
}

/** Defaults that apply to any Job's spec: the pod template and the failure policy's patterns. */
export function setJobTemplateDefaults(spec: batchv1.JobSpec): void {
  spec.template ??= {};
  setPodTemplateDefaults(spec.template);
  for (const rule of spec.podFailurePolicy?.rules ?? []) for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True';
}

/**
 * A Job without labels gets those of its pods; also after the selector's have been generated, because upstream's defaults run at every
 * read.
 */
function copyLabels(object: Job): void {
  const labels = object.spec.template?.metadata?.labels;
  if (labels && Object.keys(labels).length > 0 && Object.keys(object.metadata.labels ?? {}).length === 0)
    object.metadata.labels = { ...labels };
}

/** Labels and a selector with the Job's uid, so that Jobs do not share pods (strategy.go generateSelector). */
function generateSelector(object: Job): void {
  const { name, uid = '' } = object.metadata;
  const own = { 'job-name': name, 'batch.kubernetes.io/job-name': name, 'controller-uid': uid, 'batch.kubernetes.io/controller-uid': uid };
  const { spec } = object;
  spec.template.metadata = {
    ...spec.template.metadata,
    labels: { ...own, ...spec.template.metadata?.labels },
  } as typeof spec.template.metadata;
  const matchLabels = { 'batch.kubernetes.io/controller-uid': uid, ...spec.selector?.matchLabels };
  spec.selector = { ...spec.selector, matchLabels };
}

const isTrue = (object: Job, type: string): boolean =>
  object.status?.conditions?.find((condition) => condition.type === type)?.status === 'True';

function statusText(object: Job): string {
  if (isTrue(object, 'Complete')) return 'Complete';
  if (isTrue(object, 'Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => isTrue(object, type)) ?? 'Running';
}

function completions(object: Job): string {
  const { completions: wanted, parallelism = 0 } = object.spec;
  const succeeded = object.status?.succeeded ?? 0;
  if (wanted !== undefined) return `${succeeded}/${wanted}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function duration(object: Job, now: number): string {
  const { startTime, completionTime } = object.status ?? {};
  if (!startTime) return '';
  return humanDuration((completionTime ? Date.parse(completionTime) : now) - Date.parse(startTime));
}

const columns: readonly Column<Job>[] = [
  nameColumn,
  { name: 'Status', type: 'string', description: 'Status of the job.', cell: statusText },
  { name: 'Completions', type: 'string', cell: completions },
  { name: 'Duration', type: 'string', description: 'Time required to complete the job.', cell: duration },
  ageColumn,
  ...containerColumns<Job>((object) => object.spec.template?.spec),
  { name: 'Selector', type: 'string', priority: 1, cell: (object) => formatLabelSelector(object.spec.selector) },
];

const status: SubresourceStrategy<Job> = {
  prepareForUpdate(object, old) {
    object.spec = old.spec;
  },
  validateUpdate: validateJobStatusUpdate,
};

const PRESERVED =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning';

/** Jobs (pkg/registry/batch/job). */
export const job: ResourceStrategy<Job> = {
  group: 'batch',
  resource: 'jobs',
  setDefaults(object) {
    object.spec ??= {} as Job['spec'];
    setSpecDefaults(object.spec);
    setJobTemplateDefaults(object.spec);
    copyLabels(object);
  },
  prepareForCreate(object) {
    if (!object.spec.manualSelector) generateSelector(object);
    // A name that is too long for a label is reported for the template, and must not be reported twice.
    if (isValidLabelValue(object.metadata.name).length === 0) copyLabels(object);
    object.status = {};
    object.metadata.generation = 1;
    dropDisabledPodFields(object.spec.template?.spec);
  },
  validate: (object) => validateJob(object, true),
  prepareForUpdate(object, old) {
    object.status = old.status;
    dropDisabledPodFields(object.spec.template?.spec);
    countGeneration(object, old, !deepEqual(object.spec, old.spec));
  },
  validateUpdate: validateJobUpdate,
  warnings(object, old) {
    if (!old) return [...podNameWarnings(object.metadata.name), ...jobSpecWarnings(object.spec, 'spec')];
    return object.metadata.generation === old.metadata.generation ? [] : jobSpecWarnings(object.spec, 'spec');
  },
  // For clients of batch/v1 that are older than background deletion (DefaultGarbageCollectionPolicy).
  defaultPropagation: 'Orphan',
  deleteWarnings: (propagation) => (propagation === undefined ? [PRESERVED] : []),
  subresources: { status },
  fields: { 'status.successful': (object) => String(object.status?.succeeded ?? 0) },
  unknownField: (field) => `field label ${goQuote(field)} not supported for Job`,
  columns,
};
