import type { corev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import { feasibleNodesToFind, runCycle } from './cycle.js';
import { fitMessage } from './fit-message.js';
import type { World } from './framework.js';
import { preempt } from './preemption/preempt.js';
import { node, pod, profile, world } from './test-objects.js';

const controlPlane = node('cp', {
  labels: { 'node-role.kubernetes.io/control-plane': '' },
  taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
});

function outcome(wanted: corev1.Pod, on: World): string {
  const result = runCycle(wanted, on, profile(), 0);
  if (result.node) return result.node.name;
  return fitMessage(result.failure, preempt(wanted, on, { failure: result.failure, offset: 0 }).message ?? 'preempts');
}

const three = (): corev1.Node[] => [controlPlane, node('w1'), node('w2')];
const notHelpful = '0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
const onHost = (name: string): Partial<corev1.PodSpec> => ({ nodeSelector: { 'kubernetes.io/hostname': name } });
const anti = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { x: '1' } } }],
  },
};
const cordoned = { unschedulable: true };

describe('why no node fits', () => {
  test.each<[string, corev1.Pod, World, string]>([
    [
      'too much cpu',
      pod('p', { requests: { cpu: '64' } }),
      world(three()),
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. ${notHelpful}`,
    ],
    [
      'cpu and memory',
      pod('p', { requests: { cpu: '64', memory: '100Gi' } }),
      world(three()),
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu, 2 Insufficient memory. ${notHelpful}`,
    ],
    [
      'a label no node has',
      pod('p', { nodeSelector: { nope: 'x' } }),
      world(three()),
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector. ${notHelpful}`,
    ],
    [
      'a node that is not there',
      pod('p', {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['no'] }] }],
            },
          },
        },
      }),
      world(three()),
      `0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity]. ${notHelpful}`,
    ],
    [
      'pods that keep apart',
      pod('p', { affinity: anti }, { x: '1' }),
      world(three(), [pod('a', { nodeName: 'w1', affinity: anti }, { x: '1' }), pod('b', { nodeName: 'w2', affinity: anti }, { x: '1' })]),
      "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod anti-affinity rules. 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
    ],
    [
      'pods that keep it away',
      pod('p', {}, { x: '1' }),
      world(three(), [pod('a', { nodeName: 'w1', affinity: anti }, { x: '1' }), pod('b', { nodeName: 'w2', affinity: anti }, { x: '1' })]),
      "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't satisfy existing pods anti-affinity rules. 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
    ],
    [
      'cordoned nodes',
      pod('p'),
      world([controlPlane, node('w1', cordoned), node('w2', cordoned)]),
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) were unschedulable. ${notHelpful}`,
    ],
    [
      'a host port taken',
      pod('p', { ...onHost('w1'), containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 8080 }] }] }),
      world(
        [node('w1')],
        [pod('a', { nodeName: 'w1', containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80, hostPort: 8080 }] }] })],
      ),
      "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports. 0/1 nodes are available: 1 No preemption victims found for incoming pod.",
    ],
    [
      'too many pods',
      pod('p'),
      world([node('w1', { allocatable: { pods: '1' } })], [pod('a', { nodeName: 'w1' })]),
      '0/1 nodes are available: 1 Too many pods. 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ],
    [
      'priority that may not preempt',
      pod('p', { requests: { cpu: '3' }, priority: 10, preemptionPolicy: 'Never' }),
      world([node('w1')], [pod('a', { nodeName: 'w1', requests: { cpu: '3' } })]),
      '0/1 nodes are available: 1 Insufficient cpu. not eligible due to preemptionPolicy=Never.',
    ],
  ])('%s', (_name, wanted, on, expected) => expect(outcome(wanted, on)).toBe(expected));

  test('topology spread counts a tainted node as an empty domain', () => {
    const spread = {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { s: '1' } },
        },
      ],
    };
    const placed = [pod('a', { nodeName: 'w1' }, { s: '1' }), pod('b', { nodeName: 'w2' }, { s: '1' })];
    expect(outcome(pod('p', spread, { s: '1' }), world(three(), placed))).toContain(
      "2 node(s) didn't match pod topology spread constraints. ",
    );
  });
});

describe('which node is best', () => {
  const placedBy = (owner: string, where: string): corev1.Pod => {
    const made = pod(`${owner}-${where}`, { nodeName: where }, { rs: owner });
    made.metadata.ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }];
    return made;
  };

  test('equal nodes take turns', () => {
    const on = world(three());
    expect([0, 1, 2, 3].map((turn) => runCycle(pod('p'), on, profile(), turn).node?.name)).toEqual(['w1', 'w2', 'w1', 'w2']);
  });

  test('pods of one owner are spread', () => {
    const wanted = placedBy('rs', 'x');
    delete wanted.spec.nodeName;
    const metadata = { name: 'rs', namespace: 'default' };
    const rs = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: { selector: { matchLabels: { rs: 'rs' } } } };
    expect(outcome(wanted, world(three(), [placedBy('rs', 'w1')], { objects: [rs] }))).toBe('w2');
  });

  test('the node with more free resources', () =>
    expect(
      outcome(pod('p', { requests: { cpu: '1' } }), world(three(), [pod('a', { nodeName: 'w1', requests: { cpu: '2', memory: '4Gi' } })])),
    ).toBe('w2'));

  test('the node without a PreferNoSchedule taint', () =>
    expect(outcome(pod('p'), world([node('w1', { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }), node('w2')]))).toBe('w2'));

  test('preferred affinity', () =>
    expect(
      outcome(
        pod('p', {
          affinity: {
            nodeAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 50, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
              ],
            },
          },
        }),
        world([node('w1'), node('w2', { labels: { disk: 'ssd' } })]),
      ),
    ).toBe('w2'));

  test('an image that is present already', () => {
    const warm = node('w2');
    warm.status = { ...warm.status, images: [{ names: ['docker.io/big:1'], sizeBytes: parseQuantity('900Mi').value() }] };
    expect(outcome(pod('p', { containers: [{ name: 'c', image: 'docker.io/big:1' }] }), world([node('w1'), warm, node('w3')]))).toBe('w2');
  });
});

test.each([
  [50, 0, 50],
  [99, 10, 99],
  [100, 0, 100],
  [500, 0, 230],
  [1000, 0, 420],
  [5000, 0, 500],
  [10_000, 0, 500],
  [1000, 30, 300],
  [1000, 5, 100],
])('of %i nodes with percentageOfNodesToScore %i, %i feasible ones are enough', (nodes, percentage, expected) =>
  expect(feasibleNodesToFind(nodes, percentage)).toBe(expected),
);
