import type { corev1, metav1 } from '#api';
import { podQOS } from '#component-helpers';
import { applyAppArmorAnnotations } from './app-armor.js';

function matching(
  keys: readonly string[] | undefined,
  operator: string,
  labels: Record<string, string>,
): metav1.LabelSelectorRequirement[] {
  return (keys ?? []).filter((key) => Object.hasOwn(labels, key)).map((key) => ({ key, operator, values: [labels[key] ?? ''] }));
}

/** Adds `key in (the pod's own value)` for each label key (KEP-3243, KEP-3633). A missing selector matches nothing and stays missing. */
function withLabelKeys(
  selector: metav1.LabelSelector | undefined,
  requirements: readonly metav1.LabelSelectorRequirement[],
): metav1.LabelSelector | undefined {
  if (!selector || requirements.length === 0) return selector;
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...requirements] };
}

function mergeAffinityTerm(term: corev1.PodAffinityTerm, labels: Record<string, string>): void {
  term.labelSelector = withLabelKeys(term.labelSelector, [
    ...matching(term.matchLabelKeys, 'In', labels),
    ...matching(term.mismatchLabelKeys, 'NotIn', labels),
  ]);
}

function mergeLabelKeys(pod: corev1.Pod): void {
  const labels = pod.metadata.labels ?? {};
  for (const affinity of [pod.spec.affinity?.podAffinity, pod.spec.affinity?.podAntiAffinity]) {
    for (const weighted of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      mergeAffinityTerm(weighted.podAffinityTerm, labels);
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) mergeAffinityTerm(term, labels);
  }
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) {
    constraint.labelSelector = withLabelKeys(constraint.labelSelector, matching(constraint.matchLabelKeys, 'In', labels));
  }
}

/** The initial condition of a pod with scheduling gates (pkg/registry/core/pod strategy.go applySchedulingGatedCondition). */
const GATED: corev1.PodCondition = {
  type: 'PodScheduled',
  status: 'False',
  lastProbeTime: null as unknown as string,
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

function dropStopSignals(containers: readonly corev1.Container[] | undefined): void {
  for (const container of containers ?? []) if (container.lifecycle?.stopSignal) delete container.lifecycle.stopSignal;
}

/** Fields whose feature gates are off in 1.36, which clients cannot set (pkg/api/pod dropDisabledFields). */
export function dropDisabledPodFields(spec: corev1.PodSpec | undefined): void {
  if (!spec) return;
  if (spec.schedulingGroup) delete spec.schedulingGroup;
  dropStopSignals(spec.initContainers);
  dropStopSignals(spec.containers);
  dropStopSignals(spec.ephemeralContainers);
  for (const volume of spec.volumes ?? []) {
    for (const source of volume.projected?.sources ?? []) {
      if (source.clusterTrustBundle) delete source.clusterTrustBundle;
      if (source.podCertificate) delete source.podCertificate;
    }
  }
}

/**
 * What is set and dropped at the creation of a pod: generation 1, status Pending with its QoS class, the gated condition, merged label
 * keys.
 */
export function preparePodForCreate(pod: corev1.Pod, timestamp: string): void {
  pod.metadata.generation = 1;
  pod.status = { phase: 'Pending', qosClass: podQOS(pod.spec) };
  dropDisabledPodFields(pod.spec);
  if (pod.spec.schedulingGates?.length) pod.status.conditions = [{ ...GATED, lastTransitionTime: timestamp }];
  if (pod.spec.affinity || pod.spec.topologySpreadConstraints) mergeLabelKeys(pod);
  applyAppArmorAnnotations(pod);
}
