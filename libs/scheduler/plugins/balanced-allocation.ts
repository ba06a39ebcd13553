import { DEFAULT_ARGS, type PluginArgs, type ResourceWeight } from '../config/plugin-args.js';
import { MAX_SCORE, type Plugin, type StateData } from '../framework.js';
import { internedId } from '../interned-ids.js';
import type { NodeInfo } from '../node-info.js';
import { podAmounts } from '../pod-amounts.js';
import { isLeftOut, requestsFor, requestsId } from '../resource-scores.js';

const stateKey = 'NodeResourcesBalancedAllocation';

interface Requests extends StateData {
  requests: readonly number[];
  /** What the scores of such pods are kept under on the nodes. */
  id: number;
}

/** The standard deviation of the fractions in use; those of two resources differ from their mean equally. */
function deviation(shares: readonly number[]): number {
  if (shares.length < 2) return 0;
  if (shares.length === 2) return Math.abs((shares[0] ?? 0) - (shares[1] ?? 0)) / 2;
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length);
}

/** 100 if all resources are used to the same fraction, less the more they differ (balancedResourceScore). */
const balance = (shares: readonly number[]): number => Math.trunc((1 - deviation(shares)) * MAX_SCORE);

/** How much better balanced the node is with the pod than without it: 50 … 100 (balancedResourceScorer). */
function improvement(node: NodeInfo, resources: readonly ResourceWeight[], requests: readonly number[]): number {
  const before: number[] = [];
  const after: number[] = [];
  for (let index = 0; index < resources.length; index++) {
    const { name } = resources[index] as ResourceWeight;
    const request = requests[index] ?? 0;
    const capacity = isLeftOut(name, request) ? 0 : (node.allocatable.get(name) ?? 0);
    if (capacity === 0) continue;
    const used = node.requested.get(name) ?? 0;
    before.push(Math.min(1, used / capacity));
    after.push(Math.min(1, (used + request) / capacity));
  }
  return MAX_SCORE / 2 + Math.trunc((MAX_SCORE / 2 + balance(after) - balance(before)) / 2);
}

const withArgs = ({ resources }: PluginArgs['NodeResourcesBalancedAllocation']): Plugin => ({
  name: 'NodeResourcesBalancedAllocation',
  preScore(pod, _nodes, state) {
    const requests = requestsFor(podAmounts(pod).asked, resources);
    const kept: Requests = { requests, id: internedId(`${stateKey} ${requestsId(resources, requests)}`) };
    state.write(stateKey, kept);
    return requests.every((request) => request === 0);
  },
  score(_pod, node, state) {
    const { requests, id } = state.read<Requests>(stateKey);
    return node.derived(id, () => improvement(node, resources, requests));
  },
});

/** Prefers nodes where the pod makes the fractions of the resources in use more equal. */
export const balancedAllocation: Plugin = {
  ...withArgs(DEFAULT_ARGS.NodeResourcesBalancedAllocation),
  open: ({ args }) => withArgs(args.NodeResourcesBalancedAllocation),
};
