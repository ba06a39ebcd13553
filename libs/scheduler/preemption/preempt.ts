import type { corev1 } from '#api';
import { conditionOf, podPriority } from '#component-helpers';
import { DEFAULT_ARGS, type PluginArgs } from '../config/plugin-args.js';
import { Filtering } from '../filters.js';
import { countReasons } from '../fit-message.js';
import type { Candidate, FitFailure, World } from '../framework.js';
import { findCandidates, pickCandidate } from './candidates.js';

const NOT_HELPFUL = 'Preemption is not helpful for scheduling';

/**
 * The result of preemption. Without a candidate the message says why; the pod keeps its nomination while it waits for its victims, and
 * loses it if nothing would help.
 */
export type Preemption =
  | { candidate: Candidate; message?: undefined; nomination: 'set' }
  | { candidate?: undefined; message: string; nomination: 'keep' | 'clear' };

/** A failed cycle, and how to look for candidates. */
export interface Failed {
  failure: FitFailure;
  offset: number;
  args?: PluginArgs['DefaultPreemption'];
}

/** Whether the pod is a victim of an earlier preemption that is still terminating. */
function isTerminatingVictim({ metadata, status }: corev1.Pod): boolean {
  const condition = conditionOf(status?.conditions, 'DisruptionTarget');
  return metadata.deletionTimestamp !== undefined && condition?.status === 'True' && condition.reason === 'PreemptionByScheduler';
}

/** Why the pod may not preempt others now (PodEligibleToPreemptOthers). */
function ineligible(pod: corev1.Pod, world: World, failure: FitFailure): string | undefined {
  if (pod.spec.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = pod.status?.nominatedNodeName;
  const node = nominated ? world.nodes.find(({ name }) => name === nominated) : undefined;
  if (!node || (failure.preFilter ?? failure.rejections.get(node.name) ?? failure.absent)?.final) return undefined;
  const waits = [...node.pods.values()].some((other) => podPriority(other) < podPriority(pod) && isTerminatingVictim(other));
  return waits ? 'not eligible due to a terminating pod on the nominated node.' : undefined;
}

/**
 * After a failed cycle: which pods to evict from which node, or why that would not help (plugins/defaultpreemption). Pure. `offset`: the
 * node at which the search starts.
 */
export function preempt(pod: corev1.Pod, world: World, { failure, offset, args = DEFAULT_ARGS.DefaultPreemption }: Failed): Preemption {
  const reason = ineligible(pod, world, failure);
  if (reason) return { message: reason, nomination: 'keep' };
  const filtering = new Filtering(pod, world, failure.filters);
  const helpful = failure.preFilter ? [] : world.nodes.filter(({ name }) => failure.rejections.get(name)?.final === false);
  const { candidates, rejections } = findCandidates(filtering, helpful, { offset, ...args });
  const candidate = pickCandidate(candidates);
  if (candidate) return { candidate, nomination: 'set' };
  const reasons = world.nodes.flatMap(({ name }) => rejections.get(name)?.reasons ?? [NOT_HELPFUL]);
  return { message: `0/${failure.nodes} nodes are available: ${countReasons(reasons)}.`, nomination: 'clear' };
}
