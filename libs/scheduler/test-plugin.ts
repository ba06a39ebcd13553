import type { corev1, Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { PluginArgs } from './config/plugin-args.js';
import { Filtering, leftOut, prepareFilters } from './filters.js';
import { CycleState, type Rejection, type World } from './framework.js';
import { type HintedChange, helpOf } from './hints.js';
import { plugins } from './plugins/index.js';
import { pluginScores, totalScores } from './scores.js';
import { profile } from './test-objects.js';

const told = (rejection: Rejection | undefined): string =>
  rejection ? `${rejection.final ? 'never' : 'not now'}: ${rejection.reasons.join(', ')}` : 'fits';

/** A change that a hint is asked about. */
export interface Asked {
  on: Resource;
  change: HintedChange;
  world: World;
}

/** One plugin of the default profile alone, for the specs of plugins. */
export function alone(name: string, args: Partial<PluginArgs> = {}) {
  const enabled = plugins.filter(({ plugin }) => plugin.name === name).map(({ plugin }) => ({ plugin, weight: 1 }));
  const only = profile(enabled, args);
  return {
    /** What it says of each node: `fits`, `not now` (evicting pods may help) or `never`, with the reasons. */
    verdicts(wanted: corev1.Pod, on: World): Record<string, string> {
      const filters = prepareFilters(wanted, on, only);
      const filtering = new Filtering(wanted, on, filters);
      const isLeftOut = (node: string): boolean => filters.only !== undefined && !filters.only.nodes.has(node);
      return Object.fromEntries(
        on.nodes.map((node) => [
          node.name,
          told(filters.preFilter ?? (isLeftOut(node.name) ? leftOut(filters) : filtering.rejection(node))),
        ]),
      );
    },
    /** The normalized scores of the nodes; undefined if it has nothing to score. `feasible`: those that have passed the filters. */
    scores(wanted: corev1.Pod, on: World, feasible?: readonly string[]): Record<string, number> | undefined {
      const nodes = on.nodes.filter((node) => !feasible || feasible.includes(node.name));
      const all = pluginScores(wanted, nodes, { world: on, state: new CycleState(), profile: only });
      if (all.length === 0) return undefined;
      const totals = totalScores(nodes, all);
      return Object.fromEntries(nodes.map((node, index) => [node.name, totals[index] ?? 0]));
    },
    /** Whether a change may help a pod that the plugin has rejected. */
    helps(rejected: corev1.Pod, { on, change, world }: Asked): boolean {
      const help = helpOf([only.plugin(name) ?? {}], { on, change, informers: world.informers });
      return help !== false && help(rejected);
    },
  };
}

/** A change of an object: new without an old state. */
export const changed = <T extends KubeObject>(object: T, old?: T): HintedChange => ({ object, deleted: false, ...(old && { old }) });

/** The deletion of an object. */
export const removed = (object: KubeObject): HintedChange => ({ object, old: object, deleted: true });
