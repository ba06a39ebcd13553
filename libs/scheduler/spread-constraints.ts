import type { corev1 } from '#api';
import { LabelSelector, labelSelectorAsSelector } from '#apimachinery';
import type { Informers } from '#client';
import { requiredNodeAffinity, untoleratedTaint } from '#component-helpers';
import type { PluginArgs } from './config/plugin-args.js';
import { defaultSelector } from './default-selector.js';
import { internedId } from './interned-ids.js';
import type { NodeInfo } from './node-info.js';

export const HOSTNAME = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

/** A prepared topology spread constraint. */
export interface Constraint {
  topologyKey: string;
  maxSkew: number;
  minDomains: number;
  selector: LabelSelector;
  /** What the pods that the selector matches on a node are kept under. */
  id: number;
  honorAffinity: boolean;
  honorTaints: boolean;
}

export type SpreadAction = 'DoNotSchedule' | 'ScheduleAnyway';

/** The constraints of pods without their own, unless the configuration gives a list (systemDefaultConstraints). */
const system: readonly corev1.TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: ZONE, maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
];

type Selecting = corev1.TopologySpreadConstraint['labelSelector'];

function selectorOf(pod: corev1.Pod, { labelSelector, matchLabelKeys = [] }: corev1.TopologySpreadConstraint): Selecting {
  const keys = matchLabelKeys.filter((key) => pod.metadata.labels?.[key] !== undefined);
  if (!labelSelector || keys.length === 0) return labelSelector;
  const more = keys.map((key) => ({ key, operator: 'In', values: [pod.metadata.labels?.[key] ?? ''] }));
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...more] };
}

function prepared(pod: corev1.Pod, spread: corev1.TopologySpreadConstraint): Constraint {
  const selector = selectorOf(pod, spread);
  return {
    topologyKey: spread.topologyKey,
    maxSkew: spread.maxSkew,
    minDomains: spread.minDomains ?? 1,
    selector: labelSelectorAsSelector(selector),
    id: internedId(`PodTopologySpread ${JSON.stringify([pod.metadata.namespace, selector])}`),
    honorAffinity: spread.nodeAffinityPolicy !== 'Ignore',
    honorTaints: spread.nodeTaintsPolicy === 'Honor',
  };
}

/** Where the constraints of a pod come from. */
export interface ConstraintSource {
  args: PluginArgs['PodTopologySpread'];
  informers: Informers;
}

/** Whether a pod that has no constraints gets the built-in ones, which do not require nodes to have all topology keys. */
export const isSystemDefaulted = (pod: corev1.Pod, { defaultingType }: PluginArgs['PodTopologySpread']): boolean =>
  defaultingType === 'System' && (pod.spec.topologySpreadConstraints ?? []).length === 0;

/** The pod's constraints of a kind: its own, or else the default ones with a selector that is deduced. */
export function constraintsOf(pod: corev1.Pod, action: SpreadAction, { args, informers }: ConstraintSource): Constraint[] {
  const own = pod.spec.topologySpreadConstraints ?? [];
  const of = (list: readonly corev1.TopologySpreadConstraint[]) => list.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action);
  if (own.length > 0) return of(own).map((spread) => prepared(pod, spread));
  const defaults = of(args.defaultingType === 'System' ? system : args.defaultConstraints);
  const labelSelector = defaults.length > 0 ? defaultSelector(pod, informers) : undefined;
  return labelSelector ? defaults.map((spread) => prepared(pod, { ...spread, labelSelector })) : [];
}

/** Whether a constraint's selector matches another pod, which counts then. */
export function selects(pod: corev1.Pod, { metadata }: corev1.Pod, selector: LabelSelector): boolean {
  return metadata.namespace === pod.metadata.namespace && !metadata.deletionTimestamp && selector.matches(metadata.labels);
}

/** How many pods on a node count for a constraint. */
export function matching(pod: corev1.Pod, node: NodeInfo, { selector, id }: Constraint): number {
  if (selector.empty) return 0;
  return node.counted(id, (other) => selects(pod, other, selector));
}

/** Whether a node counts as a domain for a constraint of the pod (matchNodeInclusionPolicies). */
export function includes(pod: corev1.Pod, { node }: NodeInfo, { honorAffinity, honorTaints }: Constraint): boolean {
  if (honorAffinity && !requiredNodeAffinity(pod.spec)(node)) return false;
  return !honorTaints || !untoleratedTaint(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']);
}

export const hasKeys = ({ labels }: Pick<NodeInfo, 'labels'>, constraints: readonly Constraint[]): boolean =>
  constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined);
