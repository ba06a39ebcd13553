import type { corev1 } from '#api';
import type { AdmissionAttributes } from '#apiserver';

/** The pod of a request to /pods without a subresource; undefined for any other request. */
export function podOf({ group, resource, subresource, object }: AdmissionAttributes): corev1.Pod | undefined {
  return resource === 'pods' && group === '' && subresource === '' ? (object as corev1.Pod | undefined) : undefined;
}

/** Whether a pod is the mirror of a static pod, which its node has already started. */
export const isMirrorPod = (pod: corev1.Pod): boolean => pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
