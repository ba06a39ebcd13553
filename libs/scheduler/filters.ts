import type { corev1 } from '#api';
import { formatKey, keyOf } from '#apimachinery';
import { podPriority } from '#component-helpers';
import { CycleState, type Plugin, type PodChange, type Rejection, type Weighted, type World } from './framework.js';
import type { NodeInfo } from './node-info.js';

/** A cycle's filters: which run, and on which nodes. */
export interface Filters {
  state: CycleState;
  active: readonly Plugin[];
  only?: { nodes: ReadonlySet<string>; plugins: readonly string[] };
  preFilter?: Rejection;
}

/** Runs preFilter of every plugin. */
export function prepareFilters(pod: corev1.Pod, world: World, plugins: readonly Weighted[]): Filters {
  const state = new CycleState();
  const active: Plugin[] = [];
  const limiting: string[] = [];
  let only: ReadonlySet<string> | undefined;
  for (const { plugin } of plugins) {
    const outcome = plugin.preFilter?.(pod, world, state);
    if (outcome?.rejection) return { state, active: [], preFilter: outcome.rejection };
    if (plugin.filter && !outcome?.skip) active.push(plugin);
    if (!outcome?.only) continue;
    const { only: named } = outcome;
    limiting.push(plugin.name);
    const before = only;
    only = before ? new Set([...named].filter((name) => before.has(name))) : named;
  }
  return { state, active, only: only && { nodes: only, plugins: limiting } };
}

function rejectionOf(pod: corev1.Pod, node: NodeInfo, filters: Filters, world: World): Rejection | undefined {
  if (filters.only && !filters.only.nodes.has(node.name)) {
    return { reasons: [`node(s) didn't satisfy plugin(s) [${filters.only.plugins.join(' ')}]`], final: true };
  }
  for (const plugin of filters.active) {
    const rejection = plugin.filter?.(pod, node, filters.state, world);
    if (rejection) return { ...rejection, plugin: plugin.name };
  }
  return undefined;
}

/** The filters for one pod, run on nodes that may be modified tentatively. */
export class Filtering {
  constructor(
    readonly pod: corev1.Pod,
    readonly world: World,
    readonly filters: Filters,
  ) {}

  /** The same with a copy of the plugins' state. */
  clone(): Filtering {
    return new Filtering(this.pod, this.world, { ...this.filters, state: this.filters.state.clone() });
  }

  add(node: NodeInfo, other: corev1.Pod): void {
    node.add(formatKey(keyOf(other)), other);
    this.adjust({ node, other, sign: 1 });
  }

  remove(node: NodeInfo, other: corev1.Pod): void {
    node.remove(formatKey(keyOf(other)));
    this.adjust({ node, other, sign: -1 });
  }

  /**
   * The first plugin's rejection of a node, or undefined. The pod has to fit twice: together with the pods of the same or a higher priority
   * that are nominated for the node, and without them, since they may not arrive (RunFilterPluginsWithNominatedPods).
   */
  rejection(node: NodeInfo): Rejection | undefined {
    const priority = podPriority(this.pod);
    const { uid } = this.pod.metadata;
    const nominated = this.world.nominator.on(node.name).filter((other) => other.metadata.uid !== uid && podPriority(other) >= priority);
    if (nominated.length > 0) {
      const copy = node.clone();
      const trial = this.clone();
      for (const other of nominated) trial.add(copy, other);
      const rejection = rejectionOf(this.pod, copy, trial.filters, this.world);
      if (rejection) return rejection;
    }
    return rejectionOf(this.pod, node, this.filters, this.world);
  }

  private adjust(change: PodChange): void {
    for (const plugin of this.filters.active) plugin.adjust?.(this.pod, change, this.filters.state, this.world);
  }
}
