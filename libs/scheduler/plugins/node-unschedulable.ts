import { tolerationsTolerate } from '#component-helpers';
import { type Plugin, unresolvable } from '../framework.js';
import { nodeAdded, nodeTaintsChanged, onNodes } from '../plugin-hints.js';

const UNSCHEDULABLE = 'node(s) were unschedulable';
const taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Rejects cordoned nodes, unless the pod tolerates that. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  hints: [
    onNodes([nodeAdded, nodeTaintsChanged], (pod, { object, old }) => {
      if (!object.spec.unschedulable) return !old || old.spec.unschedulable === true;
      return !old && tolerationsTolerate(pod.spec.tolerations, taint);
    }),
  ],
  filter(pod, { node }) {
    if (!node.spec.unschedulable || tolerationsTolerate(pod.spec.tolerations, taint)) return undefined;
    return unresolvable(UNSCHEDULABLE);
  },
};
