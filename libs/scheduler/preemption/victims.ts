import { type corev1, PodDisruptionBudget } from '#api';
import { podPriority } from '#component-helpers';
import type { Filtering } from '../filters.js';
import type { Rejection } from '../framework.js';
import type { NodeInfo } from '../node-info.js';
import { partByViolation } from './disruption-budgets.js';
import { byImportance } from './importance.js';

const NO_VICTIMS: Rejection = { reasons: ['No preemption victims found for incoming pod'], final: true };

/** Pods that would be evicted, most important first, and how many of them are protected by a disruption budget. */
export interface Victims {
  pods: readonly corev1.Pod[];
  violations: number;
}

/**
 * The least important pods whose eviction makes the pod fit on the node: all of lower priority are removed, then as many as possible are
 * restored, those protected by a budget first (SelectVictimsOnNode). A rejection says why evicting does not help.
 */
export function selectVictims(filtering: Filtering, node: NodeInfo): Victims | Rejection {
  const { pod, world } = filtering;
  const lower = [...node.pods.values()].filter((other) => podPriority(other) < podPriority(pod));
  if (lower.length === 0) return NO_VICTIMS;
  const copy = node.clone();
  const trial = filtering.clone();
  for (const other of lower) trial.remove(copy, other);
  const rejection = trial.rejection(copy);
  if (rejection) return rejection;
  const budgets = world.informers.of(PodDisruptionBudget);
  const { violating, others } = partByViolation(lower.sort(byImportance), (namespace) => budgets.list(namespace));
  const needed = (candidates: readonly corev1.Pod[]): corev1.Pod[] =>
    candidates.filter((other) => {
      trial.add(copy, other);
      if (!trial.rejection(copy)) return false;
      trial.remove(copy, other);
      return true;
    });
  const violations = needed(violating);
  return { pods: [...violations, ...needed(others)].sort(byImportance), violations: violations.length };
}
