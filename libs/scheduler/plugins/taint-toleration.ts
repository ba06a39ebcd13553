import type { corev1 } from '#api';
import { tolerationsTolerate, untoleratedTaint } from '#component-helpers';
import { normalizeByMax, type Plugin, type StateData, unresolvable } from '../framework.js';

const UNTOLERATED = 'node(s) had untolerated taint(s)';
const stateKey = 'TaintToleration';

/** The tolerations that apply to PreferNoSchedule taints. */
interface Preferred extends StateData {
  tolerations: readonly corev1.Toleration[];
}

/** Rejects nodes with taints that the pod does not tolerate; fewer PreferNoSchedule taints are preferred. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  filter: (pod, { node }) =>
    untoleratedTaint(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']) ? unresolvable(UNTOLERATED) : undefined,
  preScore(pod, nodes, state) {
    const tolerations = (pod.spec.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    const preferred: Preferred = { tolerations };
    state.write(stateKey, preferred);
    return !nodes.some(({ node }) => node.spec.taints?.some(({ effect }) => effect === 'PreferNoSchedule'));
  },
  score(_pod, { node }, state) {
    const { tolerations } = state.read<Preferred>(stateKey);
    const preferNot = (node.spec.taints ?? []).filter(({ effect }) => effect === 'PreferNoSchedule');
    return preferNot.filter((taint) => !tolerationsTolerate(tolerations, taint)).length;
  },
  normalize: (scores) => normalizeByMax(scores, true),
};
