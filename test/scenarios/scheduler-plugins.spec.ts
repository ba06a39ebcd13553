import { expect, test } from '@jest/globals';
import { type corev1, Event, Node, Pod, PriorityClass } from '#api';
import { type LocalCluster, Scheduling } from '#cluster';
import { openCluster } from './story.js';

const IN = { namespace: 'default' };
const labels = { app: 'a' };
const nothing = { containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10' }] };
const here = { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' };
const NONE = '0/3 nodes are available:';
const CONTROL_PLANE = '1 node(s) had untolerated taint(s)';

interface Story {
  /** A merge patch of both workers. */
  workers?: object;
  /** The specs of pods, which are created one after the other. */
  pods: ReadonlyArray<Partial<corev1.PodSpec>>;
  /** Of each pod: `bound`, or why it is not. */
  expected: readonly string[];
}

/** Each of three pods of the same spec. */
const three = (spec: Partial<corev1.PodSpec>) => [spec, spec, spec];

/** Tells a story: the workers are changed, the pods are created. */
async function tell({ workers, pods, expected }: Story): Promise<void> {
  const { client, settle } = await openCluster();
  await settle();
  if (workers) for (const name of ['worker-1', 'worker-2']) await client.patch(Node, name, undefined, 'merge', workers);
  for (const [at, spec] of pods.entries()) {
    await client.create(Pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `p-${at}`, ...IN, labels },
      spec: { ...nothing, ...spec },
    });
    await settle();
  }
  const found = (await client.list(Pod, IN)).items.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const why = found.map(({ spec, status }) =>
    spec.nodeName ? 'bound' : status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message,
  );
  // What comes after the first sentence is about preemption.
  expect(why.map((text = '') => text.replace(/\. .*/, '.'))).toEqual(expected);
}

test('NodeUnschedulable: nothing is bound to cordoned nodes', () =>
  tell({
    workers: { spec: { unschedulable: true } },
    pods: [{}],
    expected: [`${NONE} ${CONTROL_PLANE}, 2 node(s) were unschedulable.`],
  }));

test('TaintToleration: a pod goes where it tolerates the taints', () =>
  tell({
    workers: { spec: { taints: [{ key: 'x', value: 'y', effect: 'NoSchedule' }] } },
    pods: [{}, { tolerations: [{ key: 'x', operator: 'Exists' }] }],
    expected: [`${NONE} 3 node(s) had untolerated taint(s).`, 'bound'],
  }));

test('NodeAffinity: a pod goes where its selector matches', () =>
  tell({
    pods: [{ nodeSelector: { nowhere: 'x' } }, { nodeSelector: { 'kubernetes.io/hostname': 'worker-2' } }],
    expected: [`${NONE} 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector.`, 'bound'],
  }));

test('NodePorts: a port of a node has one pod', () =>
  tell({
    pods: three({ containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, hostPort: 80 }] }] }),
    expected: [
      'bound',
      'bound',
      `${NONE} 1 node(s) had untolerated taint(s), 2 node(s) didn't have free ports for the requested pod ports.`,
    ],
  }));

test('NodeResourcesFit: a pod needs room', () =>
  tell({
    pods: [{ containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '100' } } }] }],
    expected: [`${NONE} 1 node(s) had untolerated taint(s), 2 Insufficient cpu.`],
  }));

test('InterPodAffinity: pods that keep away from one another', () =>
  tell({
    pods: three({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [here] } } }),
    expected: ['bound', 'bound', `${NONE} 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod anti-affinity rules.`],
  }));

test('PodTopologySpread: pods are spread evenly, also over nodes that they cannot use', () =>
  tell({
    pods: [
      ...three({ topologySpreadConstraints: [{ ...here, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }] }),
      { topologySpreadConstraints: [{ ...here, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', topologyKey: 'nowhere' }] },
    ],
    expected: [
      'bound',
      'bound',
      `${NONE} 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod topology spread constraints.`,
      `${NONE} 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod topology spread constraints (missing required label).`,
    ],
  }));

const podOf = (name: string, spec: Partial<corev1.PodSpec> = {}): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...IN },
  spec: { ...nothing, ...spec },
});
const on = (node: string) => ({ nodeSelector: { 'kubernetes.io/hostname': node } });
const requesting = (cpu: string, memory: string): Partial<corev1.PodSpec> => ({
  containers: [{ name: 'c', image: 'registry.k8s.io/pause:3.10', resources: { requests: { cpu, memory } } }],
});

/** The scores that a plugin has given the nodes for a pod that was bound. */
async function scores({ api }: LocalCluster, pod: string, plugin: string): Promise<Record<string, number | undefined>> {
  const { nodes = [] } = await new Scheduling(api).ofPod('default', pod);
  const told = nodes.filter(({ feasible }) => feasible);
  return Object.fromEntries(told.map((node) => [node.node, node.scores?.find((each) => each.plugin === plugin)?.score]));
}

test('NodeName: a pod that names its node is left to the kubelet there, whatever keeps other pods away', async () => {
  const { client, settle } = await openCluster();
  await client.create(Pod, podOf('there', { nodeName: 'control-plane' }));
  await settle();
  const { spec, status } = await client.get(Pod, 'there', 'default');
  expect([spec.nodeName, status?.phase]).toEqual(['control-plane', 'Running']);
  expect((await client.list(Event, { ...IN, fieldSelector: 'reason=Scheduled' })).items).toEqual([]);
});

test('NodeResourcesBalancedAllocation: a pod goes where cpu and memory are used alike afterwards', async () => {
  const cluster = await openCluster();
  const { client, settle } = cluster;
  await client.create(Pod, podOf('busy', { ...requesting('2', '1Mi'), ...on('worker-1') }));
  await client.create(Pod, podOf('large', { ...requesting('1m', '4Gi'), ...on('worker-2') }));
  await settle();
  await client.create(Pod, podOf('p', requesting('1', '1Mi')));
  await settle();
  expect((await client.get(Pod, 'p', 'default')).spec.nodeName).toBe('worker-2');
  const given = await scores(cluster, 'p', 'NodeResourcesBalancedAllocation');
  expect(given['worker-2']).toBeGreaterThan((given['worker-1'] ?? 100) + 10);
});

test('ImageLocality: a pod goes to a node whose status lists its image', async () => {
  const cluster = await openCluster();
  const { client, settle } = cluster;
  const images = [{ names: ['docker.io/library/mysql:8.4'], sizeBytes: 242_333_286 }];
  await client.patch(Node, 'worker-2', undefined, 'merge', { status: { images } }, { subresource: 'status' });
  for (const name of ['p', 'q']) {
    await client.create(Pod, podOf(name, { containers: [{ name: 'c', image: 'docker.io/library/mysql:8.4' }] }));
    await settle();
    expect([name, (await client.get(Pod, name, 'default')).spec.nodeName]).toEqual([name, 'worker-2']);
  }
  // 100 × (242333286 / 3 nodes - 23 MiB) / (1000 MiB - 23 MiB)
  expect(await scores(cluster, 'q', 'ImageLocality')).toEqual({ 'worker-1': 0, 'worker-2': 5 });
});

test('PrioritySort: of pods that wait, those of a higher priority come first, then the older ones', async () => {
  const cluster = await openCluster();
  const { client, settle } = cluster;
  const cordoned = async (unschedulable: boolean) => {
    for (const name of ['worker-1', 'worker-2']) await client.patch(Node, name, undefined, 'merge', { spec: { unschedulable } });
    await settle();
  };
  for (const [name, value] of [
    ['low', 1],
    ['high', 2],
  ] as const)
    await client.create(PriorityClass, { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value });
  await cordoned(true);
  for (const [name, priorityClassName] of [
    ['a', 'low'],
    ['b', 'low'],
    ['c', 'high'],
    ['d', 'low'],
    ['e', 'high'],
  ] as const) {
    await client.create(Pod, podOf(name, { priorityClassName }));
    await settle();
  }
  await cordoned(false);
  await cluster.advance(30_000);
  const { items } = await client.list(Event, { ...IN, fieldSelector: 'reason=Scheduled' });
  const order = (event: corev1.Event) => Number(event.metadata.resourceVersion);
  expect(items.sort((x, y) => order(x) - order(y)).map(({ involvedObject }) => involvedObject.name)).toEqual(['c', 'e', 'a', 'b', 'd']);
});

test('DefaultBinder: a pod is bound, and an event says where; the kubelet tells which generation it was', async () => {
  const cluster = await openCluster();
  const { client, settle } = cluster;
  await client.create(Pod, podOf('p'));
  await settle();
  const { spec, status } = await client.get(Pod, 'p', 'default');
  const seen = (each?: corev1.Pod) => each?.status?.conditions?.filter(({ type }) => type === 'PodScheduled');
  const condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: expect.any(String) };
  const written = (await cluster.log())
    .filter(({ key }) => key === '/registry/pods/default/p')
    .map(({ value }) => JSON.parse(value) as corev1.Pod);
  expect(seen(written.find((each) => each.spec.nodeName))).toEqual([condition]);
  expect(seen({ status } as corev1.Pod)).toEqual([{ ...condition, observedGeneration: 1 }]);
  const { items } = await client.list(Event, { ...IN, fieldSelector: 'reason=Scheduled' });
  expect(items.map(({ message }) => message)).toEqual([`Successfully assigned default/p to ${spec.nodeName}`]);
});
