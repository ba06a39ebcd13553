import { readConfiguration } from './configuration.js';

/** The plugins that filter and score in each profile, those that score with their weights. */
function points(document: unknown) {
  const { configuration, errors } = readConfiguration(document);
  expect(errors).toEqual([]);
  return configuration.profiles.map(({ schedulerName, points: { filter, score } }) => ({
    schedulerName,
    filter: filter.map(({ plugin }) => plugin.name),
    score: score.map(({ plugin, weight }) => `${plugin.name} ${weight}`),
  }));
}

const all = [{ name: '*' }];

test('plugins are switched off and on, and get weights', () => {
  const profiles = [
    { schedulerName: 'a', plugins: { multiPoint: { disabled: all, enabled: [{ name: 'PrioritySort' }, { name: 'DefaultBinder' }] } } },
    {
      schedulerName: 'b',
      plugins: {
        filter: { disabled: all, enabled: [{ name: 'NodeName' }] },
        score: { disabled: all, enabled: [{ name: 'ImageLocality', weight: 7 }, { name: 'NodeAffinity' }] },
      },
    },
  ];
  expect(points({ profiles })).toEqual([
    { schedulerName: 'a', filter: [], score: [] },
    { schedulerName: 'b', filter: ['NodeName'], score: ['ImageLocality 7', 'NodeAffinity 1'] },
  ]);
});

test('a plugin that is configured at one extension point comes first there', () => {
  const [{ score = [] } = {}] = points({ profiles: [{ plugins: { score: { enabled: [{ name: 'InterPodAffinity', weight: 5 }] } } }] });
  expect(score.slice(0, 2)).toEqual(['InterPodAffinity 5', 'TaintToleration 3']);
});

test('an extender that is ignorable is not called, and its resources are not looked at', () => {
  const managedResources = [{ name: 'example.com/left', ignoredByScheduler: true }, { name: 'example.com/counted' }];
  const extender = { urlPrefix: 'http://extender.example.com', filterVerb: 'filter', ignorable: true, managedResources };
  const { configuration, errors } = readConfiguration({ extenders: [extender] });
  expect([errors, configuration.profiles.map(({ args }) => args.NodeResourcesFit.ignoredResources)]).toEqual([[], [['example.com/left']]]);
});

const withArgs = (name: string, args: object) => ({ profiles: [{ pluginConfig: [{ name, args }] }] });
const at = 'profiles[0].pluginConfig[0].args';

test.each<[string, object, string[]]>([
  ['parallelism', { parallelism: 0 }, ['parallelism: Invalid value: 0: should be an integer value greater than zero']],
  [
    'back-offs',
    { podInitialBackoffSeconds: 5, podMaxBackoffSeconds: 1 },
    ['podMaxBackoffSeconds: Invalid value: 1: must be greater than or equal to PodInitialBackoffSeconds'],
  ],
  ['percentage', { percentageOfNodesToScore: 101 }, ['percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]']],
  [
    'names',
    { profiles: [{ schedulerName: 'a' }, { schedulerName: 'a' }, {}] },
    ['profiles[2].schedulerName: Required value', 'profiles[1].schedulerName: Duplicate value: "profiles[0].schedulerName"'],
  ],
  [
    'a plugin that does not filter',
    { profiles: [{ plugins: { filter: { enabled: [{ name: 'ImageLocality' }] } } }] },
    ['plugin "ImageLocality" does not extend filter plugin'],
  ],
  [
    'an extender that would have to be called',
    { extenders: [{ urlPrefix: 'http://extender.example.com', filterVerb: 'filter' }] },
    ['extenders[0].urlPrefix: Forbidden: extenders are not called here: set ignorable to go on without this one, or remove it'],
  ],
  [
    'extenders',
    {
      extenders: [
        { ignorable: true, prioritizeVerb: 'p', bindVerb: 'b', managedResources: [{ name: 'cpu' }, { name: 'a.com/b' }] },
        { ignorable: true, bindVerb: 'b', managedResources: [{ name: 'a.com/b' }] },
      ],
    },
    [
      'extenders[0].weight: Invalid value: 0: must have a positive weight applied to it',
      'extenders[0].managedResources[0].name: Invalid value: "cpu": is an invalid extended resource name',
      'extenders[1].managedResources[0].name: Invalid value: "a.com/b": duplicate extender managed resource name',
      'extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind',
    ],
  ],
  ['no bind plugin', { profiles: [{ plugins: { bind: { disabled: all } } }] }, ['at least one bind plugin is needed']],
  [
    'preemption',
    withArgs('DefaultPreemption', { minCandidateNodesPercentage: 200 }),
    [`${at}.minCandidateNodesPercentage: Invalid value: 200: not in valid range [0, 100]`],
  ],
  [
    'affinity',
    withArgs('InterPodAffinity', { hardPodAffinityWeight: -1 }),
    [`${at}.hardPodAffinityWeight: Invalid value: -1: not in valid range [0, 100]`],
  ],
  [
    'spread',
    withArgs('PodTopologySpread', { defaultConstraints: [{ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'ScheduleAnyway' }] }),
    [`${at}.defaultingType: Invalid value: "System": when .defaultConstraints are not empty`],
  ],
  [
    'a shape',
    withArgs('NodeResourcesFit', {
      scoringStrategy: { type: 'RequestedToCapacityRatio', requestedToCapacityRatio: { shape: [{ utilization: 0, score: 11 }] } },
    }),
    [`${at}.scoringStrategy.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid range [0, 10]`],
  ],
])('%s', (_, document, errors) => expect(readConfiguration(document).errors).toEqual(errors));
