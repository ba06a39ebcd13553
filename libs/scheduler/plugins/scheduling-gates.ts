import { Pod } from '#api';
import { type Plugin, unresolvable } from '../framework.js';
import { hint } from '../hints.js';

/** Keeps pods with scheduling gates out of the queue (KEP-3521). */
export const schedulingGates: Plugin = {
  name: 'SchedulingGates',
  hints: [hint(Pod, { may: (pod, { object }) => object.metadata.uid === pod.metadata.uid })],
  preEnqueue({ spec: { schedulingGates: gates = [] } }) {
    return gates.length > 0 ? unresolvable(`waiting for scheduling gates: [${gates.map(({ name }) => name).join(' ')}]`) : undefined;
  },
};
