import type { corev1 } from '#api';
import { formatKey, keyOf } from '#apimachinery';

const NONE: readonly corev1.Pod[] = [];

/**
 * Pods for which preemption has found a node, and which wait for their victims to end. Filters for other pods count them as if they were
 * there already (backend/queue/nominator.go).
 */
export class Nominator {
  private readonly byNode = new Map<string, Map<string, corev1.Pod>>();
  private readonly nodes = new Map<string, string>();

  /** The pods nominated for a node. */
  on(node: string): readonly corev1.Pod[] {
    const pods = this.byNode.get(node);
    return pods ? [...pods.values()] : NONE;
  }

  /** Nominates the pod for a node, or removes its nomination. */
  set(pod: corev1.Pod, node: string | undefined): void {
    this.remove(pod);
    if (!node || pod.spec.nodeName) return;
    const key = formatKey(keyOf(pod));
    const pods = this.byNode.get(node) ?? new Map<string, corev1.Pod>();
    this.byNode.set(node, pods.set(key, pod));
    this.nodes.set(key, node);
  }

  /**
   * The pod was updated. A nomination that is not written yet is kept: if neither the old nor the new object has one, the event says
   * nothing about it.
   */
  update(old: corev1.Pod | undefined, pod: corev1.Pod): void {
    const written = pod.status?.nominatedNodeName;
    if (this.nodes.size === 0 && !written) return;
    const kept = !written && !old?.status?.nominatedNodeName ? this.nodes.get(formatKey(keyOf(pod))) : undefined;
    this.set(pod, written || kept);
  }

  remove(pod: corev1.Pod): void {
    if (this.nodes.size === 0) return;
    const key = formatKey(keyOf(pod));
    const node = this.nodes.get(key);
    if (node === undefined) return;
    this.nodes.delete(key);
    const pods = this.byNode.get(node);
    pods?.delete(key);
    if (pods?.size === 0) this.byNode.delete(node);
  }
}
