import type { corev1 } from '#api';
import { Node, Pod } from '#api';
import { defineRelation } from './relation.js';

/** The pods bound to the node. */
export const nodePods = defineRelation<corev1.Node>({
  on: Node,
  field: 'pods',
  description: 'The Pods bound to this Node, of all namespaces.',
  to: Pod,
  list: true,
  async resolve(node, { loaders }, selectors) {
    const groups = await loaders.grouped(Pod, selectors, { name: 'node', keys: (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []) });
    return groups.get(node.metadata.name) ?? [];
  },
});
