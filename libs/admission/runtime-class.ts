import type { corev1, nodev1 } from '#api';
import { deepEqual, getOwn } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { podOf } from './pod-attributes.js';
import { rejected } from './rejection.js';
import { mergeTolerations } from './tolerations.js';

async function classOf(attributes: AdmissionAttributes, name: string, { reader }: AdmissionContext): Promise<nodev1.RuntimeClass> {
  const found = await reader.get<nodev1.RuntimeClass>('node.k8s.io', 'runtimeclasses', '', name);
  if (!found) throw rejected(attributes, `pod rejected: RuntimeClass "${name}" not found`);
  return found;
}

const sameOverhead = (pod: corev1.Pod, { overhead }: nodev1.RuntimeClass): boolean =>
  deepEqual(overhead?.podFixed ?? {}, pod.spec.overhead ?? {});

async function admit(attributes: AdmissionAttributes, pod: corev1.Pod, name: string, ctx: AdmissionContext): Promise<void> {
  const found = await classOf(attributes, name, ctx);
  const { overhead, scheduling } = found;
  if (overhead) {
    if (Object.keys(pod.spec.overhead ?? {}).length > 0 && !sameOverhead(pod, found))
      throw rejected(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    if (overhead.podFixed) pod.spec.overhead = { ...overhead.podFixed };
  }
  if (!scheduling) return;
  const selector = { ...pod.spec.nodeSelector };
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    const standing = getOwn(selector, key);
    if (standing !== undefined && standing !== value) {
      const reason = `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${standing}`;
      throw rejected(attributes, reason);
    }
    selector[key] = value;
  }
  if (Object.keys(selector).length > 0) pod.spec.nodeSelector = selector;
  const tolerations = mergeTolerations(pod.spec.tolerations ?? [], scheduling.tolerations ?? []);
  if (tolerations.length > 0) pod.spec.tolerations = tolerations;
}

async function validate(attributes: AdmissionAttributes, pod: corev1.Pod, name: string, ctx: AdmissionContext): Promise<void> {
  const found = await classOf(attributes, name, ctx);
  if (!found.overhead) return refuseOverhead(attributes, pod);
  if (!sameOverhead(pod, found)) throw rejected(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
}

function refuseOverhead(attributes: AdmissionAttributes, pod: corev1.Pod): void {
  if (pod.spec.overhead) throw rejected(attributes, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
}

/** Pods get the overhead and scheduling constraints of their runtime class (plugin/pkg/admission/runtimeclass). */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  operations: ['CREATE'],
  resources: ['pods'],
  admit(attributes, ctx) {
    const pod = podOf(attributes);
    const name = pod?.spec.runtimeClassName;
    return pod && name !== undefined ? admit(attributes, pod, name, ctx) : undefined;
  },
  validate(attributes, ctx) {
    const pod = podOf(attributes);
    if (!pod) return;
    const name = pod.spec.runtimeClassName;
    return name === undefined ? refuseOverhead(attributes, pod) : validate(attributes, pod, name, ctx);
  },
};
