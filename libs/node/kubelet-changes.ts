import type { corev1 } from '#api';
import { deepEqual } from '#apimachinery';
import { isTerminalPhase } from '#component-helpers';
import type { ComponentChange } from '#controller-runtime';
import type { PodPlan } from './pod/world.js';

/** What changes of pods and nodes mean to their kubelets. */

/** Whether a pod that was not over is with this plan. */
export function ends(pod: corev1.Pod, { status, remove }: Pick<PodPlan, 'status' | 'remove'>): boolean {
  return (remove || isTerminalPhase(status?.phase)) && !isTerminalPhase(pod.status?.phase);
}

/** Whether a node is simulated: one that was merely created through the API has no kubelet. */
export function isSimulated(node: corev1.Node | undefined): node is corev1.Node {
  return node?.status?.nodeInfo?.kubeletVersion !== undefined && node.status.nodeInfo.kubeletVersion !== '';
}

/** The event of our own status write: only fields that the kubelet itself writes have changed. */
export function isOurs(pod: corev1.Pod, old: corev1.Pod): boolean {
  const { metadata, spec } = pod;
  return (
    metadata.generation === old.metadata.generation &&
    metadata.deletionTimestamp === old.metadata.deletionTimestamp &&
    spec?.nodeName === old.spec?.nodeName &&
    pod.status !== old.status
  );
}

/** Whether a change of a pod that has ended concerns its kubelet no more: it is as the kubelet has written it, and nobody deletes it. */
export function isOver(pod: corev1.Pod, old: corev1.Pod): boolean {
  return (
    isTerminalPhase(old.status?.phase) &&
    pod.metadata.generation === old.metadata.generation &&
    pod.metadata.deletionTimestamp === old.metadata.deletionTimestamp &&
    deepEqual(pod.status, old.status)
  );
}

/** Whether a pod waits for the scheduler. */
export const isUnbound = ({ group, resource, deleted, object }: ComponentChange): boolean =>
  !deleted && group === '' && resource === 'pods' && !(object() as corev1.Pod).spec?.nodeName;
