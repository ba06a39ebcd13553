import type { corev1 } from '#api';
import { formatKey, keyOf } from '#apimachinery';
import { podPriority } from '#component-helpers';
import { CycleState, type Filters, type Plugin, type PodChange, type Rejection, type World } from './framework.js';
import type { NodeInfo } from './node-info.js';
import type { Profile } from './profile.js';

/** Runs preFilter of every plugin. */
export function prepareFilters(pod: corev1.Pod, world: World, profile: Pick<Profile, 'at'>): Filters {
  const state = new CycleState();
  const skipped = new Set<Plugin>();
  const limiting: string[] = [];
  let only: ReadonlySet<string> | undefined;
  for (const plugin of profile.at('preFilter')) {
    const outcome = plugin.preFilter?.(pod, world, state);
    if (!outcome) continue;
    if (outcome.rejection) return { state, active: [], preFilter: { ...outcome.rejection, plugin: plugin.name } };
    if (outcome.skip) skipped.add(plugin);
    if (!outcome.only) continue;
    const { only: named } = outcome;
    limiting.push(plugin.name);
    const before = only;
    only = before ? new Set([...named].filter((name) => before.has(name))) : named;
  }
  const filters = profile.at('filter');
  const active = skipped.size === 0 ? filters : filters.filter((plugin) => !skipped.has(plugin));
  return only ? { state, active, only: { nodes: only, plugins: limiting.sort() } } : { state, active };
}

/** The rejection of the nodes that preFilter has left out. */
export function leftOut({ only }: Filters): Rejection | undefined {
  return only && { reasons: [`node(s) didn't satisfy plugin(s) [${only.plugins.join(' ')}]`], final: true };
}

function rejectionOf(pod: corev1.Pod, node: NodeInfo, filters: Filters, world: World): Rejection | undefined {
  for (const plugin of filters.active) {
    const rejection = plugin.filter?.(pod, node, filters.state, world);
    if (rejection) return { reasons: rejection.reasons, final: rejection.final, plugin: plugin.name };
  }
  return undefined;
}

/** The filters for one pod, run on nodes that may be modified tentatively. */
export class Filtering {
  private readonly priority: number;

  constructor(
    readonly pod: corev1.Pod,
    readonly world: World,
    readonly filters: Filters,
  ) {
    this.priority = podPriority(pod);
  }

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
    const trial = this.withNominated(node);
    const rejection = trial && rejectionOf(this.pod, trial.node, trial.filters, this.world);
    return rejection ?? rejectionOf(this.pod, node, this.filters, this.world);
  }

  /** The node with the pods that are nominated for it and count; undefined if there are none. */
  withNominated(node: NodeInfo): { node: NodeInfo; filters: Filters } | undefined {
    const all = this.world.nominator.on(node.name);
    if (all.length === 0) return undefined;
    const { uid } = this.pod.metadata;
    const nominated = all.filter((other) => other.metadata.uid !== uid && podPriority(other) >= this.priority);
    if (nominated.length === 0) return undefined;
    const copy = node.clone();
    const trial = this.clone();
    for (const other of nominated) trial.add(copy, other);
    return { node: copy, filters: trial.filters };
  }

  private adjust(change: PodChange): void {
    for (const plugin of this.filters.active) plugin.adjust?.(this.pod, change, this.filters.state, this.world);
  }
}
