import type { corev1 } from '#api';
import type { Informers } from '#client';
import { isExtendedResource } from '#component-helpers';
import { DEFAULT_ARGS, type PluginArgs } from '../config/plugin-args.js';
import { classOf } from '../devices/extended.js';
import type { Plugin, Rejection, StateData } from '../framework.js';
import { internedId } from '../interned-ids.js';
import { NodeInfo } from '../node-info.js';
import { allocatableChanged, nodeAdded, onNodes, onPods, podLeaves, podResized } from '../plugin-hints.js';
import { podAmounts } from '../pod-amounts.js';
import { requestsFor, requestsId, strategyScore } from '../resource-scores.js';

const stateKey = 'NodeResourcesFit';

interface Requests extends StateData {
  requests: readonly number[];
  /** What the scores of such pods are kept under on the nodes. */
  id: number;
}

type Ignored = (resource: string) => boolean;

/** Why a pod does not fit on a node, by resource (fitsRequest). */
function insufficient(pod: corev1.Pod, node: NodeInfo, ignored: Ignored, informers?: Informers): Rejection | undefined {
  let reasons: string[] | undefined;
  let final = false;
  if (node.pods.size + 1 > (node.allocatable.get('pods') ?? 0)) reasons = ['Too many pods'];
  for (const [resource, wanted] of podAmounts(pod).wanted) {
    const capacity = node.allocatable.get(resource) ?? 0;
    if (wanted <= capacity - (node.requested.get(resource) ?? 0) || ignored(resource)) continue;
    // Devices provide it instead: DynamicResources looks at them.
    if (capacity === 0 && informers && classOf(resource, informers)) continue;
    reasons ??= [];
    reasons.push(`Insufficient ${resource}`);
    final ||= wanted > capacity;
  }
  return reasons && { reasons, final };
}

function ignoredBy({ ignoredResources, ignoredResourceGroups }: PluginArgs['NodeResourcesFit']): Ignored {
  const names = new Set(ignoredResources);
  const groups = new Set(ignoredResourceGroups);
  if (names.size === 0 && groups.size === 0) return () => false;
  return (name) => isExtendedResource(name) && (names.has(name) || groups.has(name.slice(0, name.indexOf('/'))));
}

/** Whether a change of a node offers more of what the pod requests. */
function offersMore(pod: corev1.Pod, node: corev1.Node, old: corev1.Node | undefined): boolean {
  const after = new NodeInfo(node);
  if (insufficient(pod, after, () => false)) return false;
  if (!old) return true;
  const before = new NodeInfo(old);
  const grows = (resource: string) => (after.allocatable.get(resource) ?? 0) > (before.allocatable.get(resource) ?? 0);
  return grows('pods') || podAmounts(pod).wanted.some(([resource]) => grows(resource));
}

/** Whether a pod on a node requests less than before of what this pod requests. */
function frees(pod: corev1.Pod, other: corev1.Pod, old: corev1.Pod | undefined): boolean {
  if (!old) return false;
  const [before, after] = [podAmounts(old).asked, podAmounts(other).asked];
  return podAmounts(pod).wanted.some(([name]) => (before.get(name) ?? 0) > (after.get(name) ?? 0));
}

function withArgs(args: PluginArgs['NodeResourcesFit']): Plugin {
  const { scoringStrategy } = args;
  const score = strategyScore(scoringStrategy);
  const strategy = JSON.stringify([scoringStrategy.type, scoringStrategy.requestedToCapacityRatio]);
  const ignored = ignoredBy(args);
  return {
    name: 'NodeResourcesFit',
    hints: [
      onPods([podLeaves]),
      onPods([podResized], (pod, { object, old }) => frees(pod, object, old)),
      onNodes([nodeAdded, allocatableChanged], (pod, { object, old }) => offersMore(pod, object, old)),
    ],
    filter: (pod, node, _state, world) => insufficient(pod, node, ignored, world.informers),
    preScore(pod, _nodes, state) {
      const requests = requestsFor(podAmounts(pod).scored, scoringStrategy.resources);
      const kept: Requests = { requests, id: internedId(`${stateKey} ${strategy} ${requestsId(scoringStrategy.resources, requests)}`) };
      state.write(stateKey, kept);
      return false;
    },
    score(_pod, node, state) {
      const { requests, id } = state.read<Requests>(stateKey);
      return node.derived(id, () => score(node, requests));
    },
  };
}

/** The pod's requests must be free; by default nodes with more free resources are preferred. */
export const nodeResourcesFit: Plugin = {
  ...withArgs(DEFAULT_ARGS.NodeResourcesFit),
  open: ({ args }) => withArgs(args.NodeResourcesFit),
};
