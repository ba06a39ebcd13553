import { type Plugin, unresolvable } from '../framework.js';
import { nodeAdded, onNodes } from '../plugin-hints.js';

const MISMATCH = "node(s) didn't match the requested node name";

/** Only the node in the pod's spec, if it names one. */
export const nodeName: Plugin = {
  name: 'NodeName',
  hints: [onNodes([nodeAdded], (pod, { object }) => !pod.spec.nodeName || pod.spec.nodeName === object.metadata.name)],
  filter: (pod, node) => (pod.spec.nodeName && pod.spec.nodeName !== node.name ? unresolvable(MISMATCH) : undefined),
};
