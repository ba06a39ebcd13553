import type { corev1 } from '#api';
import { DEFAULT_ARGS, type PluginArgs } from '../config/plugin-args.js';
import { runCycle } from '../cycle.js';
import { fitMessage } from '../fit-message.js';
import { CycleState, type World } from '../framework.js';
import { pluginScores, totalScores } from '../scores.js';
import { node, pod, profile, world } from '../test-objects.js';
import { plugins } from './index.js';

/** Runs one plugin alone: why no node fits, or the normalized scores of all nodes. */
function alone(name: string, args: Partial<PluginArgs> = {}) {
  const only = profile(
    plugins.filter(({ plugin }) => plugin.name === name).map(({ plugin }) => ({ plugin, weight: 1 })),
    args,
  );
  return {
    fits(wanted: corev1.Pod, on: World): string {
      const { node: found, failure } = runCycle(wanted, on, only, 0);
      return found ? found.name : fitMessage(failure, '');
    },
    scores(wanted: corev1.Pod, on: World): number[] {
      const scoring = { world: on, state: new CycleState(), profile: only };
      return totalScores(on.nodes, pluginScores(wanted, on.nodes, scoring));
    },
  };
}

const requests = (cpu: string, memory: string, more: Record<string, string> = {}): corev1.Pod =>
  pod('p', { requests: { cpu, memory, ...more } });
const on = (name: string, where: string, labels: Record<string, string> = {}, spec: Partial<corev1.PodSpec> = {}): corev1.Pod =>
  pod(name, { nodeName: where, ...spec }, labels);
const zone = 'topology.kubernetes.io/zone';
const zoned = (name: string, at: string): corev1.Node => node(name, { labels: { [zone]: at } });

describe('NodeResourcesFit', () => {
  const withArgs = (args: Partial<PluginArgs['NodeResourcesFit']> = {}) =>
    alone('NodeResourcesFit', { NodeResourcesFit: { ...DEFAULT_ARGS.NodeResourcesFit, ...args } });
  const used = [on('a', 'w1', {}, { containers: [{ name: 'c', resources: { requests: { cpu: '2', memory: '2Gi' } } }] })];

  test.each<[string, corev1.Pod, Partial<PluginArgs['NodeResourcesFit']>, string]>([
    ['what is left suffices', requests('2', '6Gi'), {}, 'w1'],
    ['it does not', requests('2100m', '7Gi'), {}, '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.'],
    [
      'an extended resource',
      requests('1', '1Gi', { 'example.com/gpu': '1' }),
      {},
      '0/1 nodes are available: 1 Insufficient example.com/gpu.',
    ],
    ['that is ignored', requests('1', '1Gi', { 'example.com/gpu': '1' }), { ignoredResources: ['example.com/gpu'] }, 'w1'],
    ['whose group is ignored', requests('1', '1Gi', { 'example.com/gpu': '1' }), { ignoredResourceGroups: ['example.com'] }, 'w1'],
    ['cpu cannot be ignored', requests('5', '1Gi'), { ignoredResources: ['cpu'] }, '0/1 nodes are available: 1 Insufficient cpu.'],
    [
      'requests of the pod as a whole count instead of those of its containers',
      pod('p', { requests: { cpu: '1' }, resources: { requests: { cpu: '3' } } }),
      {},
      '0/1 nodes are available: 1 Insufficient cpu.',
    ],
  ])('%s', (_, wanted, args, expected) => expect(withArgs(args).fits(wanted, world([node('w1')], used))).toBe(expected));

  const resources = [
    { name: 'cpu', weight: 1 },
    { name: 'memory', weight: 3 },
  ];
  test.each<[string, PluginArgs['NodeResourcesFit']['scoringStrategy'], number[]]>([
    ['LeastAllocated', DEFAULT_ARGS.NodeResourcesFit.scoringStrategy, [43, 81]],
    ['MostAllocated', { ...DEFAULT_ARGS.NodeResourcesFit.scoringStrategy, type: 'MostAllocated' }, [56, 18]],
    ['weights', { type: 'MostAllocated', resources }, [46, 15]],
    [
      'RequestedToCapacityRatio',
      {
        type: 'RequestedToCapacityRatio',
        resources,
        requestedToCapacityRatio: {
          shape: [
            { utilization: 0, score: 0 },
            { utilization: 100, score: 10 },
          ],
        },
      },
      [47, 15],
    ],
  ])('%s', (_, scoringStrategy, expected) =>
    expect(withArgs({ scoringStrategy }).scores(requests('1', '1Gi'), world([node('w1'), node('w2')], used))).toEqual(expected),
  );
});

test('NodeResourcesBalancedAllocation prefers the node that the pod balances', () => {
  const skewed = [on('a', 'w1', {}, { containers: [{ name: 'c', resources: { requests: { cpu: '2' } } }] })];
  const scores = (wanted: corev1.Pod) => alone('NodeResourcesBalancedAllocation').scores(wanted, world([node('w1'), node('w2')], skewed));
  expect([scores(requests('100m', '4Gi')), scores(pod('p'))]).toEqual([
    [86, 63],
    [0, 0],
  ]);
});

test.each<[string, Partial<corev1.ContainerPort>, boolean]>([
  ['the same port', { hostPort: 80 }, false],
  ['another protocol', { hostPort: 80, protocol: 'UDP' }, true],
  ['another address', { hostPort: 80, hostIP: '10.0.0.2' }, true],
  ['the same address', { hostPort: 80, hostIP: '10.0.0.1' }, false],
  ['any address', { hostPort: 80, hostIP: '0.0.0.0' }, false],
  ['another port', { hostPort: 81 }, true],
])('NodePorts: %s', (_, port, free) => {
  const container = (more: Partial<corev1.ContainerPort>) => ({ name: 'c', ports: [{ containerPort: 80, ...more }] });
  const taken = [on('a', 'w1', {}, { containers: [container({ hostPort: 80, hostIP: '10.0.0.1' })] })];
  const got = alone('NodePorts').fits(pod('p', { containers: [container(port)] }), world([node('w1')], taken));
  expect(got).toBe(free ? 'w1' : "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.");
});

describe('NodeAffinity', () => {
  const ssd = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] };
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [ssd] } };
  const nodes = world([node('w1'), node('w2', { labels: { disk: 'ssd' } })]);

  test('what the configuration adds is required of every pod', () => {
    const added = alone('NodeAffinity', { NodeAffinity: { addedAffinity: required } });
    expect(added.fits(pod('p'), nodes)).toBe('w2');
    expect(added.fits(pod('p'), world([node('w1')]))).toBe(
      "0/1 nodes are available: 1 node(s) didn't match scheduler-enforced node affinity.",
    );
  });

  test('preferences of the pod and of the configuration are added', () => {
    const preferring = (weight: number) => ({ preferredDuringSchedulingIgnoredDuringExecution: [{ weight, preference: ssd }] });
    const added = alone('NodeAffinity', { NodeAffinity: { addedAffinity: preferring(10) } });
    expect(added.scores(pod('p', { affinity: { nodeAffinity: preferring(5) } }), nodes)).toEqual([0, 100]);
  });
});

describe('PodTopologySpread', () => {
  const web = { app: 'web' };
  const spread = (more: Partial<corev1.TopologySpreadConstraint> = {}): corev1.Pod =>
    pod(
      'p',
      {
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: zone, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: web }, ...more },
        ],
      },
      { ...web, 'pod-template-hash': 'new' },
    );
  const two = [zoned('a1', 'a'), zoned('b1', 'b')];
  const mismatch = "0/2 nodes are available: 2 node(s) didn't match pod topology spread constraints.";

  test.each<[string, corev1.Pod, World, string]>([
    ['the emptier zone', spread(), world(two, [on('x', 'a1', web)]), 'b1'],
    ['too few domains count as an empty one', spread({ minDomains: 3 }), world(two, [on('x', 'a1', web), on('y', 'b1', web)]), mismatch],
    ['terminating pods do not count', spread(), world(two, [terminating(on('x', 'a1', web)), on('y', 'b1', web)]), 'a1'],
    [
      'only pods with the same values of matchLabelKeys count',
      spread({ matchLabelKeys: ['pod-template-hash'] }),
      world(two, [on('x', 'a1', { ...web, 'pod-template-hash': 'old' }), on('y', 'b1', { ...web, 'pod-template-hash': 'new' })]),
      'a1',
    ],
    [
      'nodes without the label',
      spread(),
      world([node('w1')]),
      "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
    ],
    [
      'with nodeTaintsPolicy Honor a tainted node is no domain',
      spread({ nodeTaintsPolicy: 'Honor' }),
      world(
        [...two, node('c1', { labels: { [zone]: 'c' }, taints: [{ key: 'k', effect: 'NoSchedule' }] })],
        [on('x', 'a1', web), on('y', 'b1', web), on('z', 'c1', web)],
      ),
      'a1',
    ],
  ])('%s', (_, wanted, given, expected) => expect(alone('PodTopologySpread').fits(wanted, given)).toBe(expected));

  test('a list of default constraints spreads the pods of a Service', () => {
    const defaultConstraints = [{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: 'DoNotSchedule' }];
    const args: Partial<PluginArgs> = { PodTopologySpread: { defaultConstraints, defaultingType: 'List' } };
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec: { selector: web } };
    const given = world(two, [on('x', 'a1', web)], { objects: [service] });
    expect(alone('PodTopologySpread', args).fits(pod('p', {}, web), given)).toBe('b1');
  });

  test('soft constraints prefer the emptier domain', () => {
    const soft = spread({ whenUnsatisfiable: 'ScheduleAnyway' });
    expect(alone('PodTopologySpread').scores(soft, world(two, [on('x', 'a1', web), on('y', 'a1', web)]))).toEqual([0, 100]);
  });
});

function terminating(one: corev1.Pod): corev1.Pod {
  return { ...one, metadata: { ...one.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
}

describe('InterPodAffinity', () => {
  const term = (more: Partial<corev1.PodAffinityTerm> = {}): corev1.PodAffinityTerm => ({
    topologyKey: zone,
    labelSelector: { matchLabels: { app: 'db' } },
    ...more,
  });
  const near = (more: Partial<corev1.PodAffinityTerm> = {}): Partial<corev1.PodSpec> => ({
    affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(more)] } },
  });
  const two = [zoned('a1', 'a'), zoned('b1', 'b')];
  const elsewhere = on('db', 'b1', { app: 'db' });
  elsewhere.metadata.namespace = 'data';
  const data = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'data', labels: { tier: 'data' } } };
  const none = "0/2 nodes are available: 2 node(s) didn't match pod affinity rules.";

  test.each<[string, corev1.Pod, World, string]>([
    ['near a pod of the same zone', pod('p', near()), world(two, [on('db', 'b1', { app: 'db' })]), 'b1'],
    ['no such pod', pod('p', near()), world(two), none],
    ['the first of a group that is near itself', pod('p', near(), { app: 'db' }), world(two), 'a1'],
    ['a pod of another namespace', pod('p', near()), world(two, [elsewhere], { objects: [data] }), none],
    [
      'which a namespaceSelector selects',
      pod('p', near({ namespaceSelector: { matchLabels: { tier: 'data' } } })),
      world(two, [elsewhere], { objects: [data] }),
      'b1',
    ],
  ])('%s', (_, wanted, given, expected) => expect(alone('InterPodAffinity').fits(wanted, given)).toBe(expected));

  test('required terms of others count in the score with hardPodAffinityWeight', () => {
    const given = world(two, [on('x', 'b1', {}, near())]);
    const scores = (hardPodAffinityWeight: number) =>
      alone('InterPodAffinity', { InterPodAffinity: { hardPodAffinityWeight, ignorePreferredTermsOfExistingPods: false } }).scores(
        pod('p', {}, { app: 'db' }),
        given,
      );
    expect([scores(1), scores(0)]).toEqual([
      [0, 100],
      [0, 0],
    ]);
  });
});
