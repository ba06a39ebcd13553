import { expect, test } from '@jest/globals';
import { type corev1, Event, Node, Pod } from '#api';
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

test.each<[string, Story]>([
  [
    'SchedulingGates: a pod waits while it has gates',
    { pods: [{ schedulingGates: [{ name: 'x' }] }], expected: ['Scheduling is blocked due to non-empty scheduling gates'] },
  ],
  [
    'NodeUnschedulable: nothing is bound to cordoned nodes',
    {
      workers: { spec: { unschedulable: true } },
      pods: [{}],
      expected: [`${NONE} ${CONTROL_PLANE}, 2 node(s) were unschedulable.`],
    },
  ],
  [
    'TaintToleration: a pod goes where it tolerates the taints',
    {
      workers: { spec: { taints: [{ key: 'x', value: 'y', effect: 'NoSchedule' }] } },
      pods: [{}, { tolerations: [{ key: 'x', operator: 'Exists' }] }],
      expected: [`${NONE} 3 node(s) had untolerated taint(s).`, 'bound'],
    },
  ],
  [
    'NodeAffinity: a pod goes where its selector matches',
    {
      pods: [{ nodeSelector: { nowhere: 'x' } }, { nodeSelector: { 'kubernetes.io/hostname': 'worker-2' } }],
      expected: [`${NONE} 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector.`, 'bound'],
    },
  ],
  [
    'NodePorts: a port of a node has one pod',
    {
      pods: three({ containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80, hostPort: 80 }] }] }),
      expected: [
        'bound',
        'bound',
        `${NONE} 1 node(s) had untolerated taint(s), 2 node(s) didn't have free ports for the requested pod ports.`,
      ],
    },
  ],
  [
    'NodeResourcesFit: a pod needs room',
    {
      pods: [{ containers: [{ name: 'c', image: 'nginx', resources: { requests: { cpu: '100' } } }] }],
      expected: [`${NONE} 1 node(s) had untolerated taint(s), 2 Insufficient cpu.`],
    },
  ],
  [
    'InterPodAffinity: pods that keep away from one another',
    {
      pods: three({ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [here] } } }),
      expected: ['bound', 'bound', `${NONE} 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod anti-affinity rules.`],
    },
  ],
  [
    'PodTopologySpread: pods are spread evenly',
    {
      workers: { metadata: { labels: { disk: 'x' } } },
      pods: three({
        topologySpreadConstraints: [{ ...here, maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule', topologyKey: 'nowhere' }],
      }).slice(2),
      expected: [
        `${NONE} 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod topology spread constraints (missing required label).`,
      ],
    },
  ],
])('%s', async (_, { workers, pods, expected }) => {
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
});

test('DefaultBinder: a pod is bound, and an event says where', async () => {
  const { client, settle } = await openCluster();
  await client.create(Pod, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...IN }, spec: nothing });
  await settle();
  const { spec } = await client.get(Pod, 'p', 'default');
  const { items } = await client.list(Event, { ...IN, fieldSelector: 'reason=Scheduled' });
  expect(items.map(({ message }) => message)).toEqual([`Successfully assigned default/p to ${spec.nodeName}`]);
});
