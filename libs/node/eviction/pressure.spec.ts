import type { corev1 } from '#api';
import { evictionMessage, pressuresOf, rankedFor, victimsOf } from './pressure.js';
import { evictionSettings } from './thresholds.js';

const node: corev1.Node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  spec: {},
  status: { capacity: { memory: '8Gi', 'ephemeral-storage': '100Gi' } },
};

interface Using {
  memory?: string;
  disk?: string;
  request?: string;
  limit?: string;
  priority?: number;
  waiting?: boolean;
}

function pod(name: string, { memory = '0', disk = '0', request, limit, priority, waiting }: Using): corev1.Pod {
  const resources = {
    ...(request ? { requests: { memory: request } } : {}),
    ...(limit ? { limits: { 'ephemeral-storage': limit } } : {}),
  };
  const state = waiting ? { waiting: { reason: 'ContainerCreating' } } : { running: {} };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, uid: name, annotations: { 'usage.orrery.io/memory': memory, 'usage.orrery.io/ephemeral-storage': disk } },
    spec: { containers: [{ name: 'c', image: 'nginx', resources }], ...(priority === undefined ? {} : { priority }) },
    status: { containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: 0, state }] },
  };
}

const names = (pods: readonly corev1.Pod[]) => pods.map(({ metadata }) => metadata.name);

test.each<[string, Using[], Array<[string, number]>]>([
  ['enough', [{ memory: '7Gi', disk: '90Gi' }], []],
  ['just above the threshold', [{ memory: '8092Mi' }], []],
  ['just below', [{ memory: '8093Mi' }], [['memory', 99 * 1024 ** 2]]],
  [
    'both; memory first',
    [{ memory: '9Gi' }, { disk: '95Gi' }],
    [
      ['memory', 0],
      ['ephemeral-storage', 5 * 1024 ** 3],
    ],
  ],
  ['what does not run uses nothing', [{ memory: '9Gi', waiting: true }], []],
])('pressure: %s', (_, using, want) => {
  const { thresholds } = evictionSettings({});
  const found = pressuresOf(
    node,
    using.map((each, index) => pod(`p${index}`, each)),
    { thresholds },
  );
  expect(found.map(({ resource, available }) => [resource, available])).toEqual(want);
});

test('pods above their requests are ranked first, then by priority, then by what they use above them', () => {
  const pods = [
    pod('within', { memory: '2Gi', request: '3Gi', priority: -10 }),
    pod('important', { memory: '4Gi', priority: 1000 }),
    pod('less', { memory: '1Gi' }),
    pod('more', { memory: '2Gi' }),
  ];
  expect(names(rankedFor('memory', pods))).toEqual(['more', 'less', 'important', 'within']);
});

test('the message says what the containers used', () => {
  const pressure = { resource: 'memory', threshold: 100 * 1024 ** 2, available: 52_428_800 } as const;
  expect(evictionMessage(pod('p', { memory: '300Mi', request: '100Mi' }), pressure)).toBe(
    'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container c was using 300Mi, request is 100Mi, has larger consumption of memory. ',
  );
});

test('critical pods stay, one pod goes at a time, and all that exceed their own limits', () => {
  const pressure = { resource: 'memory', threshold: 100, available: 0 } as const;
  const critical = pod('critical', { memory: '9Gi', priority: 2_000_001_000 });
  const others = [pod('a', { memory: '1Gi' }), pod('b', { memory: '2Gi' })];
  expect(names(victimsOf([critical, ...others], [pressure]).map((victim) => victim.pod))).toEqual(['b']);
  const greedy = [pod('x', { disk: '3Gi', limit: '2Gi' }), pod('y', { disk: '4Gi', limit: '2Gi' })];
  expect(victimsOf([...others, ...greedy], [pressure]).map(({ pod: { metadata }, message }) => [metadata.name, message])).toEqual([
    ['x', 'Pod ephemeral local storage usage exceeds the total limit of containers 2Gi. '],
    ['y', 'Pod ephemeral local storage usage exceeds the total limit of containers 2Gi. '],
  ]);
});
