import type { PluginArgs } from './config/plugin-args.js';
import type { Plugin, PluginSetup, Weighted } from './framework.js';

/** The extension points, with the members of a plugin that belong to each. */
const EXTENSION_POINTS = {
  preEnqueue: ['preEnqueue'],
  queueSort: ['queueSort'],
  preFilter: ['preFilter'],
  filter: ['filter'],
  postFilter: ['postFilter'],
  preScore: ['preScore'],
  score: ['score'],
  reserve: ['reserve', 'unreserve'],
  permit: ['permit'],
  preBind: ['preBind'],
  bind: ['bind'],
  postBind: ['postBind'],
} as const satisfies Record<string, ReadonlyArray<keyof Plugin>>;

export type ExtensionPoint = keyof typeof EXTENSION_POINTS;

/** Whether a plugin has something to do at an extension point. */
export const isAt = (plugin: Plugin, point: ExtensionPoint): boolean =>
  EXTENSION_POINTS[point].some((member) => plugin[member] !== undefined);

/** What a profile's configuration decides, before its plugins are opened. */
export interface ProfileSettings {
  schedulerName: string;
  /** Per extension point: the plugins in their order, those that score with their weights. */
  points: Readonly<Record<ExtensionPoint, readonly Weighted[]>>;
  args: PluginArgs;
  /** 0 and unset: by the size of the cluster. */
  percentageOfNodesToScore?: number;
}

/** The default scheduler's name in `spec.schedulerName` and in events. */
export const DEFAULT_SCHEDULER = 'default-scheduler';

/** What each extension point gets. */
export function eachPoint<T>(of: (point: ExtensionPoint) => T): Record<ExtensionPoint, T> {
  const points = Object.keys(EXTENSION_POINTS) as ExtensionPoint[];
  return Object.fromEntries(points.map((point) => [point, of(point)])) as Record<ExtensionPoint, T>;
}

/** All given plugins at each extension point where they have something to do, as multiPoint enables them. */
export const pointsOf = (plugins: readonly Weighted[]): ProfileSettings['points'] =>
  eachPoint((point) => plugins.filter(({ plugin }) => isAt(plugin, point)));

/** A profile whose plugins are opened: what one scheduler name stands for (profile.Map). */
export class Profile {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore: number;
  private readonly opened = new Map<Plugin, Plugin>();
  private readonly points: Record<ExtensionPoint, readonly Plugin[]>;
  readonly score: readonly Weighted[];

  constructor(settings: ProfileSettings, setup: Omit<PluginSetup, 'args'>) {
    const { points, args } = settings;
    this.schedulerName = settings.schedulerName;
    this.percentageOfNodesToScore = settings.percentageOfNodesToScore ?? 0;
    const open = (plugin: Plugin): Plugin => {
      const known = this.opened.get(plugin) ?? plugin.open?.({ ...setup, args }) ?? plugin;
      this.opened.set(plugin, known);
      return known;
    };
    this.points = eachPoint((point) => points[point].map(({ plugin }) => open(plugin)));
    this.score = points.score.map(({ plugin, weight }) => ({ plugin: open(plugin), weight }));
  }

  /** The plugins at an extension point, in their order. */
  at(point: ExtensionPoint): readonly Plugin[] {
    return this.points[point];
  }

  /** A plugin of the profile by its name. */
  plugin(name: string): Plugin | undefined {
    for (const plugin of this.opened.values()) if (plugin.name === name) return plugin;
    return undefined;
  }
}
