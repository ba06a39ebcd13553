import type { corev1 } from '#api';
import { Fields } from './document.js';
import { DEFAULT_ARGS, type PluginArgs, type ResourceWeight, type ScoringStrategy, type ShapePoint } from './plugin-args.js';

const STRATEGIES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'] as const;

function shapeOf(of: Fields, name: string): ShapePoint[] {
  const points = of.objects(name);
  if (points.length === 0) of.required(name, 'at least one point must be specified');
  const shape = points.map((each) => ({ utilization: each.integer('utilization', 0), score: each.integer('score', 0) }));
  const unsorted = shape.findIndex(({ utilization }, index) => index > 0 && (shape[index - 1]?.utilization ?? 0) >= utilization);
  if (unsorted >= 0) points[unsorted]?.invalid('utilization', shape[unsorted]?.utilization, 'values must be sorted in increasing order');
  for (const [index, { utilization, score }] of shape.entries()) {
    points[index]?.within('utilization', utilization, [0, 100]);
    points[index]?.within('score', score, [0, 10]);
  }
  return shape;
}

const weights = (of: Fields, name: string): Array<ResourceWeight & { at: Fields }> =>
  of.objects(name).map((at) => ({ name: at.text('name', ''), weight: at.integer('weight', 0) || 1, at }));

const plain = (list: ReadonlyArray<ResourceWeight>): ResourceWeight[] => list.map(({ name, weight }) => ({ name, weight }));

function strategyOf(args: Fields): ScoringStrategy {
  const defaults = DEFAULT_ARGS.NodeResourcesFit.scoringStrategy;
  if (!args.has('scoringStrategy')) return defaults;
  const strategy = args.fields('scoringStrategy');
  const given = strategy.text('type', '');
  const type = STRATEGIES.find((each) => each === given);
  if (!type)
    strategy.errors.push(
      `${strategy.at('type')}: Unsupported value: ${JSON.stringify(given)}: supported values: ${STRATEGIES.map((each) => `"${each}"`).join(', ')}`,
    );
  const listed = weights(strategy, 'resources');
  for (const { name, weight, at } of listed)
    if (weight <= 0 || weight > 100) at.invalid('weight', weight, `resource weight of ${name} not in valid range (0, 100]`);
  const resources = listed.length > 0 ? plain(listed) : defaults.resources;
  const hasRatio = strategy.has('requestedToCapacityRatio');
  if (type !== 'RequestedToCapacityRatio') {
    if (hasRatio)
      strategy.errors.push(`${strategy.at('requestedToCapacityRatio')}: Forbidden: must be nil when type is not RequestedToCapacityRatio`);
    return { type: type ?? 'LeastAllocated', resources };
  }
  if (!hasRatio) strategy.required('requestedToCapacityRatio', 'must be specified when type is RequestedToCapacityRatio');
  const shape = hasRatio ? shapeOf(strategy.fields('requestedToCapacityRatio'), 'shape') : [];
  return { type, resources, requestedToCapacityRatio: { shape } };
}

function fitArgs(args: Fields): PluginArgs['NodeResourcesFit'] {
  const ignoredResourceGroups = args.texts('ignoredResourceGroups');
  for (const [index, group] of ignoredResourceGroups.entries())
    if (group.includes('/')) args.invalid(`ignoredResourceGroups[${index}]`, group, "resource group name can't contain '/'");
  return { ignoredResources: args.texts('ignoredResources'), ignoredResourceGroups, scoringStrategy: strategyOf(args) };
}

function balancedArgs(args: Fields): PluginArgs['NodeResourcesBalancedAllocation'] {
  const listed = weights(args, 'resources');
  const seen = new Set<string>();
  for (const { name, weight, at } of listed) {
    if (seen.has(name)) at.errors.push(`${at.at('name')}: Duplicate value: ${JSON.stringify(name)}`);
    seen.add(name);
    if (weight !== 1) at.invalid('weight', weight, 'must be 1');
  }
  return listed.length > 0 ? { resources: plain(listed) } : DEFAULT_ARGS.NodeResourcesBalancedAllocation;
}

function spreadArgs(args: Fields): PluginArgs['PodTopologySpread'] {
  const defaultingType = args.text('defaultingType', 'System') || 'System';
  const listed = args.objects('defaultConstraints');
  if (defaultingType !== 'System' && defaultingType !== 'List')
    args.errors.push(
      `${args.at('defaultingType')}: Unsupported value: ${JSON.stringify(defaultingType)}: supported values: "System", "List"`,
    );
  if (defaultingType === 'System' && listed.length > 0)
    args.invalid('defaultingType', defaultingType, 'when .defaultConstraints are not empty');
  const defaultConstraints = listed.map((each): corev1.TopologySpreadConstraint => {
    const maxSkew = each.integer('maxSkew', 0);
    if (maxSkew <= 0) each.invalid('maxSkew', maxSkew, 'not in valid range (0, inf)');
    const topologyKey = each.text('topologyKey', '');
    if (topologyKey === '') each.required('topologyKey', 'can not be empty');
    const whenUnsatisfiable = each.text('whenUnsatisfiable', '');
    if (whenUnsatisfiable === '') each.required('whenUnsatisfiable', 'can not be empty');
    else if (whenUnsatisfiable !== 'DoNotSchedule' && whenUnsatisfiable !== 'ScheduleAnyway')
      each.errors.push(
        `${each.at('whenUnsatisfiable')}: Unsupported value: ${JSON.stringify(whenUnsatisfiable)}: supported values: "DoNotSchedule", "ScheduleAnyway"`,
      );
    if (each.has('labelSelector'))
      each.errors.push(`${each.at('labelSelector')}: Forbidden: constraint must not define a selector, as they deduced for each pod`);
    return { maxSkew, topologyKey, whenUnsatisfiable };
  });
  return { defaultConstraints, defaultingType: defaultingType === 'List' ? 'List' : 'System' };
}

function preemptionArgs(args: Fields): PluginArgs['DefaultPreemption'] {
  const { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute } = DEFAULT_ARGS.DefaultPreemption;
  const minCandidateNodesPercentage = args.integer('minCandidateNodesPercentage', percentage);
  const minCandidateNodesAbsolute = args.integer('minCandidateNodesAbsolute', absolute);
  args.within('minCandidateNodesPercentage', minCandidateNodesPercentage, [0, 100]);
  args.within('minCandidateNodesAbsolute', minCandidateNodesAbsolute, [0, Number.POSITIVE_INFINITY], '[0, inf)');
  if (minCandidateNodesPercentage === 0 && minCandidateNodesAbsolute === 0) {
    args.invalid('minCandidateNodesPercentage', 0, 'cannot be zero at the same time as minCandidateNodesAbsolute');
    args.invalid('minCandidateNodesAbsolute', 0, 'cannot be zero at the same time as minCandidateNodesPercentage');
  }
  return { minCandidateNodesPercentage, minCandidateNodesAbsolute };
}

function affinityArgs(args: Fields): PluginArgs['InterPodAffinity'] {
  const hardPodAffinityWeight = args.integer('hardPodAffinityWeight', DEFAULT_ARGS.InterPodAffinity.hardPodAffinityWeight);
  args.within('hardPodAffinityWeight', hardPodAffinityWeight, [0, 100]);
  return { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods: args.boolean('ignorePreferredTermsOfExistingPods') };
}

/** The parts of an affinity that are looked into, so that a malformed one is refused. */
function addedAffinity(args: Fields): PluginArgs['NodeAffinity'] {
  if (!args.has('addedAffinity')) return {};
  const affinity = args.fields('addedAffinity');
  const required = affinity.fields('requiredDuringSchedulingIgnoredDuringExecution');
  const checkTerm = (term: Fields) => {
    for (const requirement of [...term.objects('matchExpressions'), ...term.objects('matchFields')]) {
      requirement.text('key', '');
      requirement.text('operator', '');
      requirement.texts('values');
    }
  };
  required.objects('nodeSelectorTerms').forEach(checkTerm);
  if (affinity.has('requiredDuringSchedulingIgnoredDuringExecution') && required.objects('nodeSelectorTerms').length === 0)
    required.required('nodeSelectorTerms', 'must have at least one node selector term');
  for (const preferred of affinity.objects('preferredDuringSchedulingIgnoredDuringExecution')) {
    preferred.integer('weight', 0);
    checkTerm(preferred.fields('preference'));
  }
  return { addedAffinity: args.value('addedAffinity') as corev1.NodeAffinity };
}

function bindingArgs(args: Fields): PluginArgs['VolumeBinding'] {
  const bindTimeoutSeconds = args.integer('bindTimeoutSeconds', DEFAULT_ARGS.VolumeBinding.bindTimeoutSeconds);
  if (bindTimeoutSeconds < 0)
    args.invalid('bindTimeoutSeconds', bindTimeoutSeconds, 'invalid BindTimeoutSeconds, should not be a negative value');
  return { bindTimeoutSeconds };
}

const READERS: { readonly [P in keyof PluginArgs]: (args: Fields) => PluginArgs[P] } = {
  DefaultPreemption: preemptionArgs,
  InterPodAffinity: affinityArgs,
  NodeAffinity: addedAffinity,
  NodeResourcesBalancedAllocation: balancedArgs,
  NodeResourcesFit: fitArgs,
  PodTopologySpread: spreadArgs,
  VolumeBinding: bindingArgs,
};

/** The arguments in a profile's pluginConfig, with the defaults of those that it does not mention (validatePluginConfig). */
export function pluginArgs(profile: Fields): PluginArgs {
  const given = new Map<string, Fields>();
  for (const each of profile.objects('pluginConfig')) {
    const name = each.text('name', '');
    if (given.has(name)) each.errors.push(`${each.path}: Duplicate value: ${JSON.stringify(name)}`);
    given.set(name, each.fields('args'));
  }
  const none: string[] = [];
  const entries = Object.entries(READERS).map(([name, read]) => [name, read(given.get(name) ?? new Fields({}, '', none))]);
  return Object.fromEntries(entries) as PluginArgs;
}
