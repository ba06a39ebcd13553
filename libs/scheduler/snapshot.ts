import type { corev1 } from '#api';
import { formatKey, keyOf } from '#apimachinery';
import { isPodTerminal } from '#component-helpers';
import { NodeInfo } from './node-info.js';

/** Whether two states of a pod have the same spec: the generation counts its changes. */
function isSameSpec(a: corev1.Pod, b: corev1.Pod): boolean {
  return (
    a.spec === b.spec ||
    (a.metadata.uid === b.metadata.uid && a.metadata.generation !== undefined && a.metadata.generation === b.metadata.generation)
  );
}

/**
 * The nodes and their pods, updated by events. A pod that was assigned a node is counted there immediately (assumed), before its binding is
 * written.
 */
export class Snapshot {
  private readonly byName = new Map<string, NodeInfo>();
  private readonly places = new Map<string, { node: string; pod: corev1.Pod }>();
  /** Pods by the node they are bound to, even if it does not exist. */
  private readonly bound = new Map<string, Map<string, corev1.Pod>>();
  private ordered: NodeInfo[] | undefined;

  /** Nodes sorted by name. */
  get nodes(): readonly NodeInfo[] {
    this.ordered ??= [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.ordered;
  }

  /** The number of pods that count for a node. */
  get placed(): number {
    return this.places.size;
  }

  setNode(node: corev1.Node): void {
    const { name } = node.metadata;
    const known = this.byName.get(name);
    if (known) {
      known.node = node;
      return;
    }
    const info = new NodeInfo(node);
    for (const [key, pod] of this.bound.get(name) ?? []) info.add(key, pod);
    this.byName.set(name, info);
    this.ordered = undefined;
  }

  removeNode(name: string): void {
    this.byName.delete(name);
    this.ordered = undefined;
  }

  /** The pod was updated: counts it for its node, if it has one. */
  setPod(pod: corev1.Pod): void {
    const node = pod.spec.nodeName;
    const place = this.places.get(formatKey(keyOf(pod)));
    if (place && place.node === node && isSameSpec(place.pod, pod) && !isPodTerminal(pod)) {
      this.renew(pod, node);
      return;
    }
    this.removePod(pod);
    if (node && !isPodTerminal(pod)) this.put(pod, node);
  }

  removePod(pod: corev1.Pod): void {
    const key = formatKey(keyOf(pod));
    const place = this.places.get(key);
    if (!place) return;
    this.places.delete(key);
    const pods = this.bound.get(place.node);
    pods?.delete(key);
    if (pods?.size === 0) this.bound.delete(place.node);
    this.byName.get(place.node)?.remove(key);
  }

  /** Counts the pod for the node it is about to be bound to. */
  assume(pod: corev1.Pod, node: string): void {
    this.removePod(pod);
    this.put(pod, node);
  }

  private renew(pod: corev1.Pod, node: string): void {
    const key = formatKey(keyOf(pod));
    this.places.set(key, { node, pod });
    this.bound.get(node)?.set(key, pod);
    this.byName.get(node)?.renew(key, pod);
  }

  private put(pod: corev1.Pod, node: string): void {
    const key = formatKey(keyOf(pod));
    this.places.set(key, { node, pod });
    const pods = this.bound.get(node) ?? new Map<string, corev1.Pod>();
    this.bound.set(node, pods.set(key, pod));
    this.byName.get(node)?.add(key, pod);
  }
}
