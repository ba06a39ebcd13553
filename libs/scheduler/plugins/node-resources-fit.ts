import { MAX_SCORE, type Plugin, type Rejection } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import { podAmounts } from '../pod-amounts.js';

/** The fraction of cpu and memory that would be left free, 0 … 100 (leastRequestedScore). */
function leastAllocated(node: NodeInfo, wanted: ReadonlyMap<string, number>): number {
  let sum = 0;
  let counted = 0;
  for (const resource of ['cpu', 'memory']) {
    const capacity = node.allocatable.get(resource) ?? 0;
    if (capacity === 0) continue;
    const used = (node.scored.get(resource) ?? 0) + (wanted.get(resource) ?? 0);
    sum += used > capacity ? 0 : Math.floor(((capacity - used) * MAX_SCORE) / capacity);
    counted += 1;
  }
  return counted === 0 ? 0 : Math.floor(sum / counted);
}

/** The pod's requests must be free; nodes with more free resources are preferred (LeastAllocated). */
export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  filter(pod, node): Rejection | undefined {
    const reasons: string[] = [];
    let final = false;
    const allowedPods = node.allocatable.get('pods') ?? 0;
    if (node.pods.size + 1 > allowedPods) reasons.push('Too many pods');
    for (const [resource, wanted] of podAmounts(pod).asked) {
      if (wanted === 0) continue;
      const capacity = node.allocatable.get(resource) ?? 0;
      if (wanted <= capacity - (node.requested.get(resource) ?? 0)) continue;
      reasons.push(`Insufficient ${resource}`);
      if (wanted > capacity) final = true;
    }
    return reasons.length > 0 ? { reasons, final } : undefined;
  },
  score: (pod, node) => leastAllocated(node, podAmounts(pod).scored),
};
