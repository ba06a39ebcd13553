import type { batchv1 } from '#api';
import { podTemplateWarnings } from '../core/pod/warnings.js';

const LARGE =
  'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail';

/** Warnings for a Job's spec, also in a CronJob's template (pkg/api/job WarningsForJobSpec). */
export function jobSpecWarnings(spec: batchv1.JobSpec, path: string): string[] {
  const large = spec.completionMode === 'Indexed' && (spec.completions ?? 0) > 100_000 && (spec.parallelism ?? 0) > 10_000;
  return [...(large ? [`${path}: ${LARGE}`] : []), ...podTemplateWarnings(spec.template, `${path}.template`)];
}
