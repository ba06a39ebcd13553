import type { ResourceWeight, ScoringStrategy, ShapePoint } from './config/plugin-args.js';
import { MAX_SCORE } from './framework.js';
import type { NodeInfo } from './node-info.js';
import type { Amounts } from './pod-amounts.js';

/** The highest score in a configured shape. */
const MAX_CUSTOM_SCORE = 10;

/** Scores one resource: what is requested, the pod included, of how much. */
type ResourceScorer = (requested: number, allocatable: number) => number;

const leastAllocated: ResourceScorer = (requested, allocatable) =>
  requested > allocatable ? 0 : Math.floor(((allocatable - requested) * MAX_SCORE) / allocatable);

const mostAllocated: ResourceScorer = (requested, allocatable) => Math.floor((Math.min(requested, allocatable) * MAX_SCORE) / allocatable);

/** Linear between the points, constant beyond them (helper.BuildBrokenLinearFunction). */
function brokenLinear(points: readonly ShapePoint[]): (utilization: number) => number {
  const shape = points.map(({ utilization, score }) => ({ utilization, score: (score * MAX_SCORE) / MAX_CUSTOM_SCORE }));
  return (utilization) => {
    const at = shape.findIndex((point) => utilization <= point.utilization);
    const [before, after] = [shape[at - 1], shape[at]];
    if (!after) return shape.at(-1)?.score ?? 0;
    if (!before) return after.score;
    const rise = (after.score - before.score) * (utilization - before.utilization);
    return before.score + Math.trunc(rise / (after.utilization - before.utilization));
  };
}

function requestedToCapacityRatio(points: readonly ShapePoint[]): ResourceScorer {
  const raw = brokenLinear(points);
  return (requested, allocatable) => raw(requested > allocatable ? 100 : Math.floor((requested * 100) / allocatable));
}

/** Resources that are scored for all pods, and not only for those that request them. */
const alwaysScored = new Set(['cpu', 'memory', 'ephemeral-storage', 'storage']);

/** The requests of a pod for the resources that are scored, in their order. */
export const requestsFor = (amounts: Amounts, resources: readonly ResourceWeight[]): readonly number[] =>
  resources.map(({ name }) => amounts.get(name) ?? 0);

/** Whether a resource is left out of the score of a pod (calculateNodeAllocatableRequest). */
export const isLeftOut = (name: string, request: number): boolean => request === 0 && !alwaysScored.has(name);

/** The score of a node by a strategy: `requests` are those of requestsFor() with the defaults for scoring. */
export function strategyScore({
  type,
  resources,
  requestedToCapacityRatio: ratio,
}: ScoringStrategy): (node: NodeInfo, requests: readonly number[]) => number {
  const byRatio = type === 'RequestedToCapacityRatio';
  const scoreOf = byRatio ? requestedToCapacityRatio(ratio?.shape ?? []) : type === 'MostAllocated' ? mostAllocated : leastAllocated;
  return (node, requests) => {
    let sum = 0;
    let weights = 0;
    for (let index = 0; index < resources.length; index++) {
      const { name, weight } = resources[index] as ResourceWeight;
      const request = requests[index] ?? 0;
      const allocatable = isLeftOut(name, request) ? 0 : (node.allocatable.get(name) ?? 0);
      if (allocatable === 0) continue;
      const score = scoreOf((node.scored.get(name) ?? 0) + request, allocatable);
      if (byRatio && score <= 0) continue;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return byRatio ? Math.round(sum / weights) : Math.floor(sum / weights);
  };
}

/** A text that is the same for the same requests of the same resources. */
export const requestsId = (resources: readonly ResourceWeight[], requests: readonly number[]): string =>
  resources.map(({ name, weight }, index) => `${name}:${weight}=${requests[index]}`).join();
