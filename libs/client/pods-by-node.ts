import { type corev1, Pod } from '#api';
import type { Informers } from './informers.js';

const PODS_BY_NODE = 'pods-by-node';

/** Indexes pods by their node; to be called when a component is opened. */
export function indexPodsByNode(informers: Informers): void {
  informers.of(Pod).addIndex(PODS_BY_NODE, ({ spec }) => (spec?.nodeName ? [spec.nodeName] : []));
}

/** The pods bound to a node. */
export function podsOnNode(informers: Informers, node: string): readonly corev1.Pod[] {
  return informers.of(Pod).byIndex(PODS_BY_NODE, node);
}
