import { normalizeByMax, type Plugin, unresolvable } from '../framework.js';
import { tolerates, untolerated } from './tolerations.js';

const UNTOLERATED = 'node(s) had untolerated taint(s)';

/** No node with a taint that the pod does not tolerate; fewer PreferNoSchedule taints are better. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  filter: (pod, { node }) =>
    untolerated(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']) ? unresolvable(UNTOLERATED) : undefined,
  preScore: (_pod, nodes) => !nodes.some(({ node }) => node.spec.taints?.some((taint) => taint.effect === 'PreferNoSchedule')),
  score(pod, { node }) {
    const tolerations = (pod.spec.tolerations ?? []).filter((toleration) => !toleration.effect || toleration.effect === 'PreferNoSchedule');
    const preferNot = (node.spec.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule');
    return preferNot.filter((taint) => !tolerations.some((toleration) => tolerates(toleration, taint))).length;
  },
  normalize: (scores) => normalizeByMax(scores, true),
};
