import { tolerationsTolerate } from '#component-helpers';
import { type Plugin, unresolvable } from '../framework.js';

const UNSCHEDULABLE = 'node(s) were unschedulable';
const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Rejects cordoned nodes, unless the pod tolerates that. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  filter(pod, { node }) {
    if (!node.spec.unschedulable || tolerationsTolerate(pod.spec.tolerations, taint)) return undefined;
    return unresolvable(UNSCHEDULABLE);
  },
};
