import type { appsv1, corev1 } from '#api';
import { isPodTerminal } from '#component-helpers';
import { placementOn, targetNode, type Verdict } from './placement.js';

/** A node and the DaemonSet's pods on it or meant for it. */
export interface NodePods extends Verdict {
  name: string;
  /** Whether the node exists. */
  exists: boolean;
  /** Scheduled ones first, then the oldest. */
  pods: corev1.Pod[];
}

/** Scheduled ones first, then oldest, then by name (podByCreationTimestampAndPhase). */
function byAge(a: corev1.Pod, b: corev1.Pod): number {
  const [left, right] = [a.spec.nodeName ? 0 : 1, b.spec.nodeName ? 0 : 1];
  if (left !== right) return left - right;
  const [older, newer] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (older !== newer) return older < newer ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

/**
 * All nodes in the order of their names, with the DaemonSet's pods on each, and the nodes that are gone but have pods
 * (getNodesToDaemonPods). Pods that have ended and are being deleted do not count.
 */
export function nodesWithPods(daemon: appsv1.DaemonSet, nodes: readonly corev1.Node[], pods: readonly corev1.Pod[]): NodePods[] {
  const found = new Map<string, NodePods>();
  for (const node of nodes) {
    const { name } = node.metadata;
    found.set(name, { name, exists: true, ...placementOn(node, daemon), pods: [] });
  }
  for (const pod of pods) {
    const name = targetNode(pod);
    if (name === undefined || (isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined)) continue;
    const there = found.get(name) ?? { name, exists: false, run: false, stay: false, pods: [] };
    found.set(name, there);
    there.pods.push(pod);
  }
  for (const { pods: there } of found.values()) if (there.length > 1) there.sort(byAge);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
