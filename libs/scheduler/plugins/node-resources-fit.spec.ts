import { type corev1, Node, Pod } from '#api';
import { DEFAULT_ARGS, type PluginArgs } from '../config/plugin-args.js';
import { node, pod, world } from '../test-objects.js';
import { alone, changed, removed } from '../test-plugin.js';

type Args = PluginArgs['NodeResourcesFit'];
type Strategy = Args['scoringStrategy'];
type Amounts = Record<string, string>;

const resources = (args: Partial<Args> = {}) =>
  alone('NodeResourcesFit', { NodeResourcesFit: { ...DEFAULT_ARGS.NodeResourcesFit, ...args } });
const asks = (requests: Amounts): corev1.Pod => pod('p', { requests });
const on = (nodeName: string, requests: Amounts, name = `on-${nodeName}-${requests.cpu}-${requests.memory}`): corev1.Pod =>
  pod(name, { nodeName, requests });
const sized = (name: string, cpu: string, memory: string, more: Amounts = {}): corev1.Node =>
  node(name, { allocatable: { cpu, memory, ...more } });
const container = (requests: Amounts, more: Partial<corev1.Container> = {}): corev1.Container => ({
  name: 'c',
  image: 'i',
  resources: { requests },
  ...more,
});
const init = (...initContainers: corev1.Container[]): corev1.Pod =>
  pod('p', { containers: [container({ cpu: '1', memory: '1' })], initContainers });
const gpu = 'example.com/gpu';

/** Node `n` has 10 cpu, 20 bytes of memory, 5 gpus, 32 pods and 20 bytes of ephemeral storage, as in upstream's tests. */
const n = (over: Amounts = {}): corev1.Node =>
  node('n', { allocatable: { cpu: '10', memory: '20', [gpu]: '5', pods: '32', 'ephemeral-storage': '20', ...over } });

describe('which nodes have enough', () => {
  test.each<[string, corev1.Pod, Amounts, Partial<Args>, string]>([
    ['no requests always fit', pod('p'), { cpu: '10', memory: '20' }, {}, 'fits'],
    [
      'too many resources',
      asks({ cpu: '1', memory: '1' }),
      { cpu: '10', memory: '20' },
      {},
      'not now: Insufficient cpu, Insufficient memory',
    ],
    ['both fit', asks({ cpu: '1', memory: '1' }), { cpu: '5', memory: '5' }, {}, 'fits'],
    ['one does not', asks({ cpu: '2', memory: '1' }), { cpu: '9', memory: '5' }, {}, 'not now: Insufficient cpu'],
    ['exactly what is left', asks({ cpu: '5', memory: '1' }), { cpu: '5', memory: '19' }, {}, 'fits'],
    ['more than the node will ever have', asks({ cpu: '11', memory: '1' }), { cpu: '0' }, {}, 'never: Insufficient cpu'],
    [
      'one resource for now, the other for good',
      asks({ cpu: '6', memory: '21' }),
      { cpu: '5' },
      {},
      'never: Insufficient cpu, Insufficient memory',
    ],
    [
      'an init container too large',
      init(container({ cpu: '3', memory: '1' })),
      { cpu: '8', memory: '19' },
      {},
      'not now: Insufficient cpu',
    ],
    [
      'the largest init container counts',
      init(container({ cpu: '1' }), container({ cpu: '3' })),
      { cpu: '8', memory: '19' },
      {},
      'not now: Insufficient cpu',
    ],
    ['init containers no larger than the others', init(container({ cpu: '1' })), { cpu: '9', memory: '19' }, {}, 'fits'],
    [
      'sidecars run beside the others',
      init(container({ cpu: '2' }, { restartPolicy: 'Always' })),
      { cpu: '8', memory: '5' },
      {},
      'not now: Insufficient cpu',
    ],
    ['overhead is added', pod('p', { requests: { cpu: '1' }, overhead: { cpu: '3' } }), { cpu: '7' }, {}, 'not now: Insufficient cpu'],
    [
      'requests of the pod as a whole count instead of those of its containers',
      pod('p', { requests: { cpu: '1' }, resources: { requests: { cpu: '3' } } }),
      { cpu: '8' },
      {},
      'not now: Insufficient cpu',
    ],
    ['an extended resource', asks({ [gpu]: '3' }), { [gpu]: '2' }, {}, 'fits'],
    ['an extended resource that is used up', asks({ [gpu]: '3' }), { [gpu]: '3' }, {}, `not now: Insufficient ${gpu}`],
    ['one that the node does not have', asks({ 'example.com/bar': '1' }), {}, {}, 'never: Insufficient example.com/bar'],
    ['that is ignored', asks({ 'example.com/bar': '1' }), {}, { ignoredResources: ['example.com/bar'] }, 'fits'],
    ['whose group is ignored', asks({ 'example.com/bar': '1' }), {}, { ignoredResourceGroups: ['example.com'] }, 'fits'],
    [
      'another group is ignored',
      asks({ 'example.com/bar': '1' }),
      {},
      { ignoredResourceGroups: ['a.com'] },
      'never: Insufficient example.com/bar',
    ],
    ['cpu cannot be ignored', asks({ cpu: '11' }), {}, { ignoredResources: ['cpu'] }, 'never: Insufficient cpu'],
    ['huge pages', asks({ 'hugepages-2Mi': '2Mi' }), {}, {}, 'never: Insufficient hugepages-2Mi'],
    [
      'ephemeral storage',
      asks({ 'ephemeral-storage': '10' }),
      { 'ephemeral-storage': '15' },
      {},
      'not now: Insufficient ephemeral-storage',
    ],
    ['a request of nothing', asks({ [gpu]: '0', cpu: '1' }), { [gpu]: '5', cpu: '1' }, {}, 'fits'],
  ])('%s', (_, wanted, used, args, expected) => {
    expect(resources(args).verdicts(wanted, world([n()], [on('n', used)]))).toEqual({ n: expected });
  });

  test.each([
    ['one place left', '2', 'fits'],
    ['none left', '1', 'not now: Too many pods'],
    ['no places at all', '0', 'not now: Too many pods'],
  ])('the number of pods: %s', (_, pods, expected) => {
    expect(resources().verdicts(pod('p'), world([n({ pods })], [on('n', {})]))).toEqual({ n: expected });
  });
});

const cpuAndMemory = (cpu: number, memory: number): Strategy['resources'] => [
  { name: 'cpu', weight: cpu },
  { name: 'memory', weight: memory },
];
const least = (resources = cpuAndMemory(1, 1)): Strategy => ({ type: 'LeastAllocated', resources });
const most = (resources = cpuAndMemory(1, 1)): Strategy => ({ type: 'MostAllocated', resources });
const ratio = (shape: Array<[number, number]>, resources = cpuAndMemory(1, 1)): Strategy => ({
  type: 'RequestedToCapacityRatio',
  resources,
  requestedToCapacityRatio: { shape: shape.map(([utilization, score]) => ({ utilization, score })) },
});
const withGpu: Strategy['resources'] = [...cpuAndMemory(1, 1), { name: gpu, weight: 1 }];
const small = [sized('n1', '4', '10000Mi'), sized('n2', '6', '10000Mi')];
const large = [sized('n1', '10', '20000Mi'), sized('n2', '10', '50000Mi')];
const used = [on('n1', { cpu: '3', memory: '0' }), on('n2', { cpu: '3', memory: '5000Mi' })];
const wanted = { cpu: '3', memory: '5000Mi' };
const up: Array<[number, number]> = [
  [0, 0],
  [100, 10],
];
const down: Array<[number, number]> = [
  [0, 10],
  [100, 0],
];

test.each<[string, Strategy, Amounts, corev1.Node[], corev1.Pod[], Record<string, number>]>([
  ['least: nodes of different sizes', least(), wanted, small, [], { n1: 37, n2: 50 }],
  ['least: with pods on them', least(), wanted, large, used, { n1: 57, n2: 60 }],
  [
    'least: more than there is counts as full',
    least(),
    { cpu: '3', memory: '0' },
    [sized('n1', '4', '10000Mi'), sized('n2', '4', '10000Mi')],
    used,
    { n1: 50, n2: 25 },
  ],
  ['least: nodes without resources', least(), {}, [sized('n1', '0', '0'), sized('n2', '0', '0')], [], { n1: 0, n2: 0 }],
  ['least: weights', least(cpuAndMemory(1, 2)), wanted, small, [], { n1: 41, n2: 50 }],
  [
    'least: containers without requests count as 100m and 200Mi',
    least(),
    {},
    [sized('n1', '1', '2000Mi'), sized('n2', '2', '1000Mi')],
    [],
    { n1: 90, n2: 87 },
  ],
  [
    'least: extended resources that the pod does not ask for are left out',
    least(withGpu),
    wanted,
    [sized('n1', '6', '10000Mi'), sized('n2', '6', '10000Mi', { [gpu]: '4' })],
    [],
    { n1: 50, n2: 50 },
  ],
  [
    'least: those that it asks for count',
    least(withGpu),
    { ...wanted, [gpu]: '2' },
    [sized('n1', '6', '10000Mi', { [gpu]: '4' }), sized('n2', '6', '10000Mi', { [gpu]: '10' })],
    [],
    { n1: 50, n2: 60 },
  ],
  ['most: nodes of different sizes', most(), wanted, small, [], { n1: 62, n2: 50 }],
  ['most: with pods on them', most(), wanted, large, used, { n1: 42, n2: 40 }],
  [
    'most: more than there is counts as full',
    most(),
    { cpu: '5', memory: '9000Mi' },
    [sized('n1', '4', '10000Mi'), sized('n2', '10', '8000Mi')],
    [],
    { n1: 95, n2: 75 },
  ],
  ['most: weights', most(cpuAndMemory(1, 2)), wanted, small, [], { n1: 58, n2: 50 }],
  ['ratio: least requested', ratio(down), wanted, [sized('n1', '4', '10000Mi'), sized('n2', '6', '10000Mi')], [], { n1: 38, n2: 50 }],
  ['ratio: with pods on them', ratio(down), wanted, [sized('n1', '10', '20000Mi'), sized('n2', '10', '20000Mi')], used, { n1: 58, n2: 45 }],
  ['ratio: most requested', ratio(up), wanted, small, [], { n1: 63, n2: 50 }],
  [
    'ratio: linear between the points, constant beyond them',
    ratio(
      [
        [50, 0],
        [60, 10],
      ],
      [{ name: 'cpu', weight: 1 }],
    ),
    { cpu: '5500m', memory: '0' },
    [sized('n1', '10', '1Gi'), sized('n2', '20', '1Gi'), sized('n3', '6', '1Gi')],
    [],
    { n1: 50, n2: 0, n3: 100 },
  ],
  [
    'ratio: resources that score nothing are left out of the mean',
    ratio(up, withGpu),
    { cpu: '3', memory: '0', [gpu]: '4' },
    [sized('n1', '6', '10000Mi', { [gpu]: '8' })],
    [],
    { n1: 50 },
  ],
])('score, %s', (_, scoringStrategy, requests, nodes, pods, expected) => {
  expect(resources({ scoringStrategy }).scores(asks(requests), world(nodes, pods))).toEqual(expected);
});

describe('what may help a pod that did not fit', () => {
  const waiting = asks({ cpu: '4', memory: '1Gi' });
  const scaled = (cpu: string, generation: number): corev1.Pod => {
    const made = on('n', { cpu, memory: '1Gi' }, 'other');
    return { ...made, metadata: { ...made.metadata, generation } };
  };
  const asked = world([]);
  test.each<[string, Parameters<ReturnType<typeof resources>['helps']>[1], boolean]>([
    ['a pod on a node is deleted', { on: Pod, change: removed(on('n', { cpu: '1' })), world: asked }, true],
    ['a pod without a node is deleted', { on: Pod, change: removed(asks({ cpu: '1' })), world: asked }, false],
    ['a pod on a node requests less', { on: Pod, change: changed(scaled('1', 2), scaled('2', 1)), world: asked }, true],
    ['a pod on a node requests more', { on: Pod, change: changed(scaled('3', 2), scaled('2', 1)), world: asked }, false],
    ['a new node that is large enough', { on: Node, change: changed(sized('m', '8', '8Gi')), world: asked }, true],
    ['a new node that is not', { on: Node, change: changed(sized('m', '3', '8Gi')), world: asked }, false],
    ['a node grows', { on: Node, change: changed(sized('m', '8', '8Gi'), sized('m', '3', '8Gi')), world: asked }, true],
    [
      'a node grows in what the pod does not need',
      { on: Node, change: changed(sized('m', '8', '8Gi', { [gpu]: '2' }), sized('m', '8', '8Gi')), world: asked },
      false,
    ],
    ['a node shrinks', { on: Node, change: changed(sized('m', '5', '8Gi'), sized('m', '8', '8Gi')), world: asked }, false],
    [
      'a node takes more pods',
      { on: Node, change: changed(sized('m', '8', '8Gi', { pods: '20' }), sized('m', '8', '8Gi', { pods: '10' })), world: asked },
      true,
    ],
  ])('%s', (_, change, expected) => expect(resources().helps(waiting, change)).toBe(expected));
});
