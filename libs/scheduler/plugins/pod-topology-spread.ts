import type { corev1 } from '#api';
import { controllerOf, LabelSelector, labelSelectorAsSelector } from '#apimachinery';
import { requiredNodeAffinity, untoleratedTaint } from '#component-helpers';
import { DomainCounts } from '../domain-counts.js';
import {
  type CycleState,
  MAX_SCORE,
  type Plugin,
  type PodChange,
  type StateData,
  unresolvable,
  unschedulable,
  type World,
} from '../framework.js';
import type { NodeInfo } from '../node-info.js';

const NO_MATCH = "node(s) didn't match pod topology spread constraints";
const NO_LABEL = `${NO_MATCH} (missing required label)`;
const hostname = 'kubernetes.io/hostname';
const zone = 'topology.kubernetes.io/zone';

interface Constraint {
  topologyKey: string;
  maxSkew: number;
  minDomains: number;
  selector: LabelSelector;
  /** Counts the pods of this controller instead of using the selector, for default constraints. */
  controller?: string;
  honorAffinity: boolean;
  honorTaints: boolean;
}

interface Counted {
  constraint: Constraint;
  /** Matching pods by value of the topology key. */
  counts: DomainCounts;
}

/** The default constraints of pods that have a controller and no constraints (systemDefaultConstraints). */
const defaults = [
  { topologyKey: hostname, maxSkew: 3 },
  { topologyKey: zone, maxSkew: 5 },
];

function selectorOf(pod: corev1.Pod, spread: corev1.TopologySpreadConstraint): LabelSelector {
  const keys = (spread.matchLabelKeys ?? []).filter((key) => pod.metadata.labels?.[key] !== undefined);
  const more = keys.map((key) => ({ key, operator: 'In', values: [pod.metadata.labels?.[key] ?? ''] }));
  const { labelSelector } = spread;
  return labelSelectorAsSelector(
    labelSelector && { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...more] },
  );
}

/** The pod's own constraints of a kind, or for scoring the default ones. */
function constraintsOf(pod: corev1.Pod, action: 'DoNotSchedule' | 'ScheduleAnyway'): Constraint[] {
  const own = pod.spec.topologySpreadConstraints ?? [];
  const controller = own.length === 0 && action === 'ScheduleAnyway' ? controllerOf(pod)?.uid : undefined;
  if (controller) {
    const common = { minDomains: 1, selector: LabelSelector.everything(), controller, honorAffinity: true, honorTaints: false };
    return defaults.map((constraint) => ({ ...constraint, ...common }));
  }
  return own
    .filter((spread) => spread.whenUnsatisfiable === action)
    .map((spread) => ({
      topologyKey: spread.topologyKey,
      maxSkew: spread.maxSkew,
      minDomains: spread.minDomains ?? 1,
      selector: selectorOf(pod, spread),
      honorAffinity: spread.nodeAffinityPolicy !== 'Ignore',
      honorTaints: spread.nodeTaintsPolicy === 'Honor',
    }));
}

function selects(pod: corev1.Pod, { metadata }: corev1.Pod, selector: LabelSelector): boolean {
  return metadata.namespace === pod.metadata.namespace && !metadata.deletionTimestamp && selector.matches(metadata.labels);
}

function matching(pod: corev1.Pod, node: NodeInfo, { selector, controller }: Constraint): number {
  if (controller) return node.byController.get(controller) ?? 0;
  let count = 0;
  for (const other of node.pods.values()) if (selects(pod, other, selector)) count += 1;
  return count;
}

function counts(pod: corev1.Pod, node: NodeInfo, { honorAffinity, honorTaints }: Constraint): boolean {
  if (honorAffinity && !requiredNodeAffinity(pod.spec)(node.node)) return false;
  return !honorTaints || !untoleratedTaint(node.node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']);
}

const hasKeys = ({ labels }: NodeInfo, constraints: readonly Constraint[]): boolean =>
  constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined);

/** Counts matching pods by domain, over the nodes that have every topology key. */
function count(pod: corev1.Pod, nodes: readonly NodeInfo[], constraints: readonly Constraint[]): Counted[] {
  const eligible = nodes.filter((node) => hasKeys(node, constraints));
  return constraints.map((constraint) => {
    const totals = new DomainCounts();
    for (const node of eligible)
      if (counts(pod, node, constraint)) totals.add(node.labels[constraint.topologyKey] ?? '', matching(pod, node, constraint));
    return { constraint, counts: totals };
  });
}

/** The hard constraints, with the counted pods. */
class Hard implements StateData {
  constructor(readonly constraints: ReadonlyArray<Counted & { self: number }>) {}

  clone(): Hard {
    return new Hard(this.constraints.map((counted) => ({ ...counted, counts: counted.counts.clone() })));
  }

  adjust(pod: corev1.Pod, { other, node, sign }: PodChange): void {
    const all = this.constraints.map(({ constraint }) => constraint);
    if (!hasKeys(node, all)) return;
    for (const { constraint, counts: domains } of this.constraints) {
      if (!selects(pod, other, constraint.selector) || !counts(pod, node, constraint)) continue;
      domains.add(node.labels[constraint.topologyKey] ?? '', sign);
    }
  }
}

const hardKey = 'PodTopologySpread/hard';
const softKey = 'PodTopologySpread/soft';

interface Soft extends StateData {
  counted: Counted[];
  weights: number[];
  ignored: Set<NodeInfo>;
}

function prepareSoft(pod: corev1.Pod, nodes: readonly NodeInfo[], state: CycleState, world: World): boolean {
  const constraints = constraintsOf(pod, 'ScheduleAnyway');
  const isDefault = constraints.some(({ controller }) => controller !== undefined);
  const hasAll = (node: NodeInfo): boolean => isDefault || constraints.every(({ topologyKey }) => node.labels[topologyKey] !== undefined);
  const used = isDefault
    ? constraints.filter(({ topologyKey }) => nodes.some((node) => node.labels[topologyKey] !== undefined))
    : constraints;
  if (used.length === 0) return true;
  const ignored = new Set(nodes.filter((node) => !hasAll(node)));
  const counted = used.map((constraint) => {
    const [one] = count(pod, constraint.topologyKey === hostname ? [] : world.nodes.filter(hasAll), [constraint]);
    return { constraint, counts: one?.counts ?? new DomainCounts() };
  });
  const scored = nodes.filter((node) => !ignored.has(node));
  const weights = used.map(({ topologyKey }) =>
    Math.log((topologyKey === hostname ? scored.length : new Set(scored.map((node) => node.labels[topologyKey])).size) + 2),
  );
  const soft: Soft = { counted, weights, ignored };
  state.write(softKey, soft);
  return false;
}

/** Spreads pods over zones, hosts or other domains: hard constraints filter, soft ones score. */
export const podTopologySpread: Plugin = {
  name: 'PodTopologySpread',
  preFilter(pod, world, state) {
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    if (constraints.length === 0) return { skip: true };
    const counted = count(pod, world.nodes, constraints);
    const self = ({ selector }: Constraint): number => (selector.matches(pod.metadata.labels) ? 1 : 0);
    state.write(hardKey, new Hard(counted.map((each) => ({ ...each, self: self(each.constraint) }))));
    return undefined;
  },
  adjust: (pod, change, state) => state.read<Hard>(hardKey).adjust(pod, change),
  filter(_pod, node, state) {
    for (const { constraint, counts: domains, self } of state.read<Hard>(hardKey).constraints) {
      const domain = node.labels[constraint.topologyKey];
      if (domain === undefined) return unresolvable(NO_LABEL);
      const least = domains.size < constraint.minDomains ? 0 : domains.min();
      if (domains.of(domain) + self - least > constraint.maxSkew) return unschedulable(NO_MATCH);
    }
    return undefined;
  },
  preScore: prepareSoft,
  score(pod, node, state) {
    const { counted, weights, ignored } = state.read<Soft>(softKey);
    if (ignored.has(node)) return Number.NaN;
    let score = 0;
    for (const [index, { constraint, counts: domains }] of counted.entries()) {
      const domain = node.labels[constraint.topologyKey];
      if (domain === undefined) continue;
      const there = constraint.topologyKey === hostname ? matching(pod, node, constraint) : domains.of(domain);
      score += there * (weights[index] ?? 0) + (constraint.maxSkew - 1);
    }
    return Math.round(score);
  },
  normalize(scores) {
    const valid = scores.filter((score) => !Number.isNaN(score));
    const most = valid.reduce((a, b) => Math.max(a, b), 0);
    const least = valid.reduce((a, b) => Math.min(a, b), Number.MAX_SAFE_INTEGER);
    for (const [index, score] of scores.entries()) {
      if (Number.isNaN(score)) scores[index] = 0;
      else scores[index] = most === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (most + least - score)) / most);
    }
  },
};
