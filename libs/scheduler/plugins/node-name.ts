import { type Plugin, unresolvable } from '../framework.js';

const MISMATCH = "node(s) didn't match the requested node name";

/** Only the node in the pod's spec, if it names one. */
export const nodeName: Plugin = {
  name: 'NodeName',
  filter: (pod, node) => (pod.spec.nodeName && pod.spec.nodeName !== node.name ? unresolvable(MISMATCH) : undefined),
};
