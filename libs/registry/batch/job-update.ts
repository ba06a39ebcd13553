import type { batchv1, corev1 } from '#api';
import { append, deepEqual, type FieldError, invalidValue } from '#apimachinery';
import { FIELD_IMMUTABLE, immutable } from '../core/checks.js';
import { printedSelector } from '../core/printed.js';
import { internalForm } from '../internal-form/internal-form.js';
import { validateJob, validateJobSpec } from './job-validation.js';

type Job = batchv1.Job;
type Spec = batchv1.JobSpec;

/** Whether the pod template may still change: the Job is suspended and has no running pods (strategy.go shouldAllowMutablePodTemplate). */
function templateIsMutable(old: Job): boolean {
  const suspended = old.status?.conditions?.some(({ type, status }) => type === 'Suspended' && status === 'True') ?? false;
  return old.spec.suspend === true && (old.status?.startTime === undefined || suspended) && (old.status?.active ?? 0) === 0;
}

/** The old template with the scheduling directives of the new one (KEP-2926). */
function withSchedulingOf(next: corev1.PodTemplateSpec, old: corev1.PodTemplateSpec): corev1.PodTemplateSpec {
  const { nodeSelector, tolerations, schedulingGates, affinity: wanted } = next.spec ?? {};
  const { nodeAffinity: _old, ...rest } = old.spec?.affinity ?? {};
  const affinity = { ...rest, ...(wanted?.nodeAffinity ? { nodeAffinity: wanted.nodeAffinity } : {}) };
  const none = Object.keys(affinity).length === 0 && wanted === undefined;
  return {
    ...old,
    metadata: { ...old.metadata, labels: next.metadata?.labels, annotations: next.metadata?.annotations } as typeof old.metadata,
    spec: {
      ...old.spec,
      containers: old.spec?.containers ?? [],
      nodeSelector,
      tolerations,
      schedulingGates,
      affinity: none ? undefined : affinity,
    },
  };
}

function withResourcesOf(next: corev1.Container[] | undefined, old: corev1.Container[] | undefined): corev1.Container[] | undefined {
  if (!next || !old || next.length !== old.length) return old;
  return old.map((container, index) =>
    next[index]?.name === container.name ? { ...container, resources: next[index]?.resources } : container,
  );
}

function validateTemplateUpdate(next: Spec, old: Spec, mutable: boolean): FieldError[] {
  const { template } = next;
  const before = mutable ? withSchedulingOf(template, old.template) : old.template;
  if (!mutable) return immutable(template, before, 'spec.template', internalForm('PodTemplateSpec', template));
  const [spec, oldSpec] = [template.spec, before.spec];
  const comparable = {
    ...oldSpec,
    containers: withResourcesOf(spec?.containers, oldSpec?.containers),
    initContainers: withResourcesOf(spec?.initContainers, oldSpec?.initContainers),
  };
  return immutable(spec, comparable, 'spec.template.spec', internalForm('PodSpec', spec));
}

function validateCompletions(next: Spec, old: Spec): FieldError[] {
  if (next.completionMode !== 'Indexed') return immutable(next.completions, old.completions, 'spec.completions');
  if (next.completions === old.completions || next.completions === undefined || next.completions === next.parallelism) return [];
  return [invalidValue('spec.completions', next.completions, 'can only be modified in tandem with spec.parallelism')];
}

function frozen(next: Spec, old: Spec): FieldError[] {
  const errors = immutable(next.completionMode, old.completionMode, 'spec.completionMode');
  if (!deepEqual(next.podFailurePolicy, old.podFailurePolicy)) {
    errors.push(invalidValue('spec.podFailurePolicy', internalForm('*PodFailurePolicy', next.podFailurePolicy), FIELD_IMMUTABLE));
  }
  append(errors, immutable(next.backoffLimitPerIndex, old.backoffLimitPerIndex, 'spec.backoffLimitPerIndex'));
  append(errors, immutable(next.managedBy, old.managedBy, 'spec.managedBy'));
  if (!deepEqual(next.successPolicy, old.successPolicy)) {
    errors.push(invalidValue('spec.successPolicy', internalForm('*SuccessPolicy', next.successPolicy), FIELD_IMMUTABLE));
  }
  return errors;
}

/** What may change in a Job (batch validation.go ValidateJobUpdate). */
export function validateJobUpdate(object: Job, old: Job): FieldError[] {
  const labels = old.spec.template?.metadata?.labels ?? {};
  const prefixed = 'batch.kubernetes.io/job-name' in labels && 'batch.kubernetes.io/controller-uid' in labels;
  const [next, before] = [object.spec, old.spec];
  return [
    ...validateJob(object, prefixed),
    ...validateJobSpec(next),
    ...validateCompletions(next, before),
    ...immutable(next.selector, before.selector, 'spec.selector', printedSelector(next.selector)),
    ...validateTemplateUpdate(next, before, templateIsMutable(old)),
    ...frozen(next, before),
  ];
}
