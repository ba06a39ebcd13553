import type { corev1 } from '#api';
import { tolerationsTolerate, untoleratedTaint } from '#component-helpers';
import { normalizeByMax, type Plugin, type StateData, unresolvable } from '../framework.js';
import { nodeAdded, nodeTaintsChanged, onNodes } from '../plugin-hints.js';

const UNTOLERATED = 'node(s) had untolerated taint(s)';
const stateKey = 'TaintToleration';

const refuses = (node: corev1.Node, { spec }: corev1.Pod): boolean =>
  untoleratedTaint(node.spec.taints, spec.tolerations, ['NoSchedule', 'NoExecute']) !== undefined;

/** The tolerations that apply to PreferNoSchedule taints. */
interface Preferred extends StateData {
  tolerations: readonly corev1.Toleration[];
}

/** Rejects nodes with taints that the pod does not tolerate; fewer PreferNoSchedule taints are preferred. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  hints: [
    onNodes([nodeAdded, nodeTaintsChanged], (pod, { object, old }) => !refuses(object, pod) && (old === undefined || refuses(old, pod))),
  ],
  filter: (pod, { node }) => (node.spec.taints && refuses(node, pod) ? unresolvable(UNTOLERATED) : undefined),
  preScore(pod, nodes, state) {
    if (!nodes.some(({ node }) => node.spec.taints?.some(({ effect }) => effect === 'PreferNoSchedule'))) return true;
    const tolerations = (pod.spec.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    const preferred: Preferred = { tolerations };
    state.write(stateKey, preferred);
    return false;
  },
  score(_pod, { node }, state) {
    const { tolerations } = state.read<Preferred>(stateKey);
    const preferNot = (node.spec.taints ?? []).filter(({ effect }) => effect === 'PreferNoSchedule');
    return preferNot.filter((taint) => !tolerationsTolerate(tolerations, taint)).length;
  },
  normalize: (scores) => normalizeByMax(scores, true),
};
