import type { batchv1, corev1 } from '#api';
import { matchFailurePolicy } from './failure-policy.js';
import { COMPLETION_INDEX, INDEX_FAILURES, INDEX_IGNORED_FAILURES, indexFailures, TRACKING } from './job-pods.js';

const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
/** Generated names have at most 63 characters, of which 5 are random. */
const MAX_PREFIX = 58;

/** The template of a Job's pods, with the finalizer that holds them until they are counted. */
export function trackedTemplate({ spec }: batchv1.Job): corev1.PodTemplateSpec {
  const { template } = spec;
  const finalizers = template.metadata?.finalizers ?? [];
  if (finalizers.includes(TRACKING)) return template;
  return { ...template, metadata: { name: '', ...template.metadata, finalizers: [...finalizers, TRACKING] } };
}

function withIndexVariable(container: corev1.Container): corev1.Container {
  const env = container.env ?? [];
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const valueFrom = { fieldRef: { fieldPath: `metadata.labels['${COMPLETION_INDEX}']` } };
  return { ...container, env: [...env, { name: INDEX_VARIABLE, valueFrom }] };
}

/** The template of the pod of an index; `replaced` is the failed pod before it, where failures are counted by index. */
export function indexedTemplate(job: batchv1.Job, index: number, replaced: corev1.Pod | undefined): corev1.PodTemplateSpec {
  const { metadata, spec } = trackedTemplate(job);
  const text = `${index}`;
  const annotations = { ...metadata?.annotations, [COMPLETION_INDEX]: text, ...failureCounts(job, replaced) };
  const { initContainers, containers = [], ...rest } = spec ?? {};
  return {
    metadata: { name: '', ...metadata, annotations, labels: { ...metadata?.labels, [COMPLETION_INDEX]: text } },
    spec: {
      ...rest,
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withIndexVariable) }),
      containers: containers.map(withIndexVariable),
      hostname: `${job.metadata.name}-${index}`,
    },
  };
}

/** The start of the name of the pod of an index (podGenerateNameWithIndex). */
export function indexedPrefix(name: string, index: number): string {
  const suffix = `-${index}-`;
  return name.length + suffix.length > MAX_PREFIX ? name.slice(0, MAX_PREFIX - suffix.length) + suffix : name + suffix;
}

/** How many pods of the index failed, for the annotations of the next one (getNewIndexFailureCounts). */
function failureCounts({ spec }: batchv1.Job, replaced: corev1.Pod | undefined): Record<string, string> {
  if (spec.backoffLimitPerIndex === undefined) return {};
  if (replaced === undefined) return { [INDEX_FAILURES]: '0' };
  const { counted, ignored } = indexFailures(replaced);
  const { counts } = matchFailurePolicy(spec.podFailurePolicy, replaced);
  const ignoredNow = ignored + (counts ? 0 : 1);
  return {
    [INDEX_FAILURES]: `${counted + (counts ? 1 : 0)}`,
    ...(ignoredNow > 0 ? { [INDEX_IGNORED_FAILURES]: `${ignoredNow}` } : {}),
  };
}
