import type { corev1 } from '#api';
import { NodeInfo } from './node-info.js';

const keyOf = (pod: corev1.Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`;

/** A pod that has run to its end takes nothing. */
const isOver = (pod: corev1.Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';

/**
 * The nodes and the pods on them, kept up by events. A pod that was given a node counts there at once (it is assumed),
 * before its binding is written.
 */
export class Snapshot {
  private readonly byName = new Map<string, NodeInfo>();
  private readonly places = new Map<string, { node: string; pod: corev1.Pod }>();
  /** Pods bound to nodes that are not there (yet). */
  private ordered: NodeInfo[] | undefined;

  /** Nodes by name, in the order of their names. */
  get nodes(): readonly NodeInfo[] {
    this.ordered ??= [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.ordered;
  }

  get(name: string): NodeInfo | undefined {
    return this.byName.get(name);
  }

  setNode(node: corev1.Node): void {
    const { name } = node.metadata;
    const known = this.byName.get(name);
    if (known) {
      known.node = node;
      return;
    }
    const info = new NodeInfo(node);
    for (const [key, place] of this.places) if (place.node === name) info.add(key, place.pod);
    this.byName.set(name, info);
    this.ordered = undefined;
  }

  removeNode(name: string): void {
    this.byName.delete(name);
    this.ordered = undefined;
  }

  /** The pod as it is now: counted on its node, or on none. */
  setPod(pod: corev1.Pod): void {
    const node = pod.spec.nodeName;
    const place = this.places.get(keyOf(pod));
    if (place && place.node === node && place.pod.spec === pod.spec && !isOver(pod)) return;
    this.removePod(pod);
    if (node && !isOver(pod)) this.put(pod, node);
  }

  removePod(pod: corev1.Pod): void {
    const key = keyOf(pod);
    const place = this.places.get(key);
    if (!place) return;
    this.places.delete(key);
    this.byName.get(place.node)?.remove(key);
  }

  /** Counts the pod on the node it is about to be bound to. */
  assume(pod: corev1.Pod, node: string): void {
    this.removePod(pod);
    this.put(pod, node);
  }

  private put(pod: corev1.Pod, node: string): void {
    const key = keyOf(pod);
    this.places.set(key, { node, pod });
    this.byName.get(node)?.add(key, pod);
  }
}
