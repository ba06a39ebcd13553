import { goQuote } from '#apimachinery';
import type { Weighted } from '../framework.js';
import { plugins as registry } from '../plugins/index.js';
import { type ExtensionPoint, eachPoint, isAt, type ProfileSettings } from '../profile.js';
import type { Fields } from './document.js';

/** Upstream's plugins (plugins/registry.go). Those that are not in our list do nothing here, wherever they are enabled. */
const UPSTREAM: ReadonlySet<string> = new Set(
  `DynamicResources GangScheduling ImageLocality InterPodAffinity NodeAffinity NodeDeclaredFeatures NodeName NodePorts
  NodeResourcesBalancedAllocation NodeResourcesFit NodeUnschedulable NodeVolumeLimits PodGroupPodsCount PodTopologySpread PrioritySort
  SchedulingGates TaintToleration TopologyPlacementGenerator VolumeBinding VolumeRestrictions VolumeZone DefaultBinder DefaultPreemption`
    .trim()
    .split(/\s+/),
);

/** The extension points in the order in which they are shown. */
const SHOWN_POINTS = [
  ...['preEnqueue', 'queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score'],
  ...['reserve', 'permit', 'preBind', 'bind', 'postBind'],
];

/** A plugin as a configuration enables it. */
interface Enabled {
  name: string;
  weight: number;
}

interface PluginSet {
  enabled: Enabled[];
  disabled: ReadonlySet<string>;
}

const known = new Map(registry.map((each) => [each.plugin.name, each]));

function pluginSet(plugins: Fields, name: string): PluginSet {
  const set = plugins.fields(name);
  const enabled: Enabled[] = [];
  for (const each of set.objects('enabled')) {
    const plugin = { name: each.text('name', ''), weight: each.integer('weight', 0) };
    if (!known.has(plugin.name) && !UPSTREAM.has(plugin.name))
      each.errors.push(`${name === 'multiPoint' ? '' : `${name} `}plugin ${goQuote(plugin.name)} does not exist`);
    else if (enabled.some((other) => other.name === plugin.name))
      each.errors.push(`plugin ${goQuote(plugin.name)} already registered as ${goQuote(name)}`);
    else enabled.push(plugin);
  }
  return { enabled, disabled: new Set(set.objects('disabled').map((each) => each.text('name', ''))) };
}

/** The default plugins with those of the configuration in their places, and the others after them (mergePluginSet). */
function mergedMultiPoint({ enabled, disabled }: PluginSet): Enabled[] {
  const defaults = registry.map(({ plugin, weight }) => ({ name: plugin.name, weight }));
  const kept = disabled.has('*') ? [] : defaults.filter(({ name }) => !disabled.has(name));
  const custom = new Map(enabled.map((each) => [each.name, each]));
  const replaced = kept.map((each) => custom.get(each.name) ?? each);
  const there = new Set(kept.map(({ name }) => name));
  return [...replaced, ...enabled.filter(({ name }) => !there.has(name))];
}

/** The plugins of a profile as the scheduler shows them: the default ones with those of the configuration (mergePlugins). */
export function shownPlugins(profile: Fields): Record<string, object> {
  const plugins = profile.fields('plugins');
  const listed = (names: ReadonlySet<string>) => (names.size > 0 ? { disabled: [...names].map((name) => ({ name, weight: 0 })) } : {});
  const shown = Object.fromEntries(
    SHOWN_POINTS.map((point) => {
      const { enabled, disabled } = pluginSet(plugins, point);
      return [point, { ...(enabled.length > 0 && { enabled }), ...listed(disabled) }];
    }),
  );
  const multiPoint = pluginSet(plugins, 'multiPoint');
  return { ...shown, multiPoint: { enabled: mergedMultiPoint(multiPoint), ...listed(multiPoint.disabled) } };
}

const weighted = ({ name, weight }: Enabled): Weighted[] => {
  const entry = known.get(name);
  return entry ? [{ plugin: entry.plugin, weight: weight || 1 }] : [];
};

/**
 * The plugins of each extension point (expandMultiPointPlugins): first those that are configured both there and in multiPoint, then the
 * others of multiPoint, then the others that are configured there.
 */
export function pluginPoints(profile: Fields): ProfileSettings['points'] {
  const plugins = profile.fields('plugins');
  const multiPoint = mergedMultiPoint(pluginSet(plugins, 'multiPoint'));
  const everywhere = new Set(multiPoint.map(({ name }) => name));
  const points = eachPoint((point) => {
    const { enabled, disabled } = pluginSet(plugins, point);
    for (const { name } of enabled) checkExtends(name, point, plugins);
    const here = new Set(enabled.map(({ name }) => name));
    const expanded = disabled.has('*') ? [] : multiPoint.filter(({ name }) => !here.has(name) && !disabled.has(name));
    const overriding = enabled.filter(({ name }) => everywhere.has(name));
    const others = enabled.filter(({ name }) => !everywhere.has(name));
    return [...overriding, ...expanded, ...others].flatMap(weighted).filter(({ plugin }) => isAt(plugin, point));
  });
  const { length } = points.queueSort;
  const schedulerName = profile.text('schedulerName', '');
  if (length !== 1)
    profile.errors.push(`only one queue sort plugin required for profile with scheduler name ${goQuote(schedulerName)}, but got ${length}`);
  if (points.bind.length === 0) profile.errors.push('at least one bind plugin is needed');
  return points;
}

function checkExtends(name: string, point: ExtensionPoint, { errors }: Fields): void {
  const entry = known.get(name);
  if (entry && !isAt(entry.plugin, point)) errors.push(`plugin ${goQuote(name)} does not extend ${point} plugin`);
}
