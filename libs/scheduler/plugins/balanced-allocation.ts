import { MAX_SCORE, type Plugin } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import { podAmounts } from '../pod-amounts.js';

const resources = ['cpu', 'memory'];

/** 100 if all resources are used to the same fraction, less the more they differ (balancedResourceScore). */
function balance(node: NodeInfo, extra: ReadonlyMap<string, number> | undefined): number {
  const shares = resources.flatMap((resource) => {
    const capacity = node.allocatable.get(resource) ?? 0;
    return capacity === 0 ? [] : [Math.min(1, ((node.requested.get(resource) ?? 0) + (extra?.get(resource) ?? 0)) / capacity)];
  });
  if (shares.length < 2) return MAX_SCORE;
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const deviation =
    shares.length === 2
      ? Math.abs((shares[0] ?? 0) - (shares[1] ?? 0)) / 2
      : Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length);
  return Math.trunc((1 - deviation) * MAX_SCORE);
}

/** Prefers nodes where the pod makes the fractions of cpu and memory in use more equal (NodeResourcesBalancedAllocation). */
export const balancedAllocation: Plugin = {
  name: 'NodeResourcesBalancedAllocation',
  preScore(pod) {
    const { asked } = podAmounts(pod);
    return !resources.some((resource) => (asked.get(resource) ?? 0) > 0);
  },
  score: (pod, node) => MAX_SCORE / 2 + Math.trunc((MAX_SCORE / 2 + balance(node, podAmounts(pod).asked) - balance(node, undefined)) / 2),
};
