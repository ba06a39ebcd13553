import type { corev1 } from '#api';
import { formatKey, keyOf } from '#apimachinery';

const NONE: readonly corev1.Pod[] = [];

/**
 * Pods that preemption has found a node for, and that wait for their victims to end. They count in the filters for other pods as
 * if they were there already (backend/queue/nominator.go).
 */
export class Nominator {
  private readonly byNode = new Map<string, Map<string, corev1.Pod>>();
  private readonly nodes = new Map<string, string>();

  /** The pods nominated for a node. */
  on(node: string): readonly corev1.Pod[] {
    const pods = this.byNode.get(node);
    return pods ? [...pods.values()] : NONE;
  }

  /** Nominates the pod for a node, or for none. */
  set(pod: corev1.Pod, node: string | undefined): void {
    this.remove(pod);
    if (!node || pod.spec.nodeName) return;
    const key = formatKey(keyOf(pod));
    const pods = this.byNode.get(node) ?? new Map<string, corev1.Pod>();
    this.byNode.set(node, pods.set(key, pod));
    this.nodes.set(key, node);
  }

  /**
   * The pod as it is now. A nomination that is not written yet stays: an event that carries none, as the object before did, is no
   * news of it.
   */
  update(old: corev1.Pod | undefined, pod: corev1.Pod): void {
    const written = pod.status?.nominatedNodeName;
    const kept = !written && !old?.status?.nominatedNodeName ? this.nodes.get(formatKey(keyOf(pod))) : undefined;
    this.set(pod, written || kept);
  }

  remove(pod: corev1.Pod): void {
    const key = formatKey(keyOf(pod));
    const node = this.nodes.get(key);
    if (node === undefined) return;
    this.nodes.delete(key);
    const pods = this.byNode.get(node);
    pods?.delete(key);
    if (pods?.size === 0) this.byNode.delete(node);
  }
}
