import type { corev1, policyv1 } from '#api';
import { runCycle } from '../cycle.js';
import type { World } from '../framework.js';
import { node, pod, profile, type Surroundings, world } from '../test-objects.js';
import { preempt } from './preempt.js';

const EARLY = '2026-01-01T00:00:00Z';
const LATE = '2026-01-02T00:00:00Z';

/** A pod on a node: name, node, priority, cpu. */
function placed(name: string, nodeName: string, [priority, cpu]: [number, number], startTime = EARLY): corev1.Pod {
  return { ...pod(name, { nodeName, priority, requests: { cpu: String(cpu) } }, { app: name }), status: { phase: 'Running', startTime } };
}

const wanting = (cpu: number, priority = 10, more: Partial<corev1.PodSpec> = {}): corev1.Pod =>
  pod('wanting', { priority, requests: { cpu: String(cpu) }, ...more });

function outcome(wanted: corev1.Pod, on: World): string {
  const { node: found, failure } = runCycle(wanted, on, profile(), 0);
  if (found) return `fits ${found.name}`;
  const { candidate, message, nomination } = preempt(wanted, on, { failure, offset: 0 });
  if (!candidate) return `${nomination}: ${message}`;
  return `${candidate.node.name}: ${candidate.victims.map(({ metadata }) => metadata.name).join(' ')}`;
}

const budget = (app: string, disruptionsAllowed: number, disrupted: string[] = []): policyv1.PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: app, namespace: 'default' },
  spec: { selector: { matchLabels: { app } } },
  status: {
    disruptionsAllowed,
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
    disruptedPods: Object.fromEntries(disrupted.map((name) => [name, EARLY])),
  },
});

const nominated = (cpu: number, priority: number, name = 'nominated'): Surroundings => ({
  nominated: { w1: [pod(name, { priority, requests: { cpu: String(cpu) } })] },
});
const two = [node('w1'), node('w2')];
const anti = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'a' } } },
    ],
  },
};
const evicted = (victim: corev1.Pod): corev1.Pod => ({
  ...victim,
  metadata: { ...victim.metadata, deletionTimestamp: LATE },
  status: { ...victim.status, conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] },
});

describe('nominated pods count in the filters', () => {
  test.each<[string, corev1.Pod, World, string]>([
    [
      'of a higher priority',
      wanting(2, 5),
      world([node('w1')], [], nominated(3, 9)),
      'clear: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ],
    [
      'of the same priority',
      wanting(2, 5),
      world([node('w1')], [], nominated(3, 5)),
      'clear: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ],
    ['not of a lower one', wanting(2, 5), world([node('w1')], [], nominated(3, 4)), 'fits w1'],
    ['not the pod itself', wanting(2, 5), world([node('w1')], [], nominated(3, 5, 'wanting')), 'fits w1'],
    ['another node is taken', wanting(2, 5), world(two, [], nominated(3, 9)), 'fits w2'],
    [
      'by their affinity too',
      pod('a', { priority: 1 }, { app: 'a' }),
      world([node('w1')], [pod('b', { nodeName: 'w1', affinity: anti })], {
        nominated: { w1: [pod('c', { affinity: anti, priority: 2 })] },
      }),
      "clear: 0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
    ],
    [
      'a pod must fit without them as well',
      pod('b', { priority: 1, affinity: { podAffinity: anti.podAntiAffinity } }, { app: 'b' }),
      world([node('w1')], [], { nominated: { w1: [pod('a', { priority: 2 }, { app: 'a' })] } }),
      'clear: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    ],
  ])('%s', (_name, wanted, on, want) => expect(outcome(wanted, on)).toBe(want));

  test('the nominated node is used as soon as the pod fits there', () => {
    const wanted = { ...wanting(2), status: { phase: 'Pending', nominatedNodeName: 'w1' } };
    expect(outcome(wanted, world(two, [placed('x', 'w1', [1, 1])]))).toBe('fits w1');
  });
});

describe('victims', () => {
  test.each<[string, corev1.Pod, World, string]>([
    ['the least important', wanting(2), world([node('w1')], [placed('low', 'w1', [1, 2]), placed('mid', 'w1', [5, 2])]), 'w1: low'],
    [
      'as few as possible',
      wanting(2),
      world([node('w1')], [placed('a', 'w1', [1, 1]), placed('b', 'w1', [2, 1]), placed('c', 'w1', [3, 2])]),
      'w1: b a',
    ],
    [
      'the one that has run for less time',
      wanting(2),
      world([node('w1')], [placed('old', 'w1', [1, 2]), placed('new', 'w1', [1, 2], LATE)]),
      'w1: new',
    ],
    [
      'none of the same priority',
      wanting(2),
      world([node('w1')], [placed('a', 'w1', [10, 4])]),
      'clear: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ],
    [
      'why evicting all does not help',
      wanting(3),
      world([node('w1')], [placed('a', 'w1', [10, 2]), placed('b', 'w1', [1, 2])]),
      'clear: 0/1 nodes are available: 1 Insufficient cpu.',
    ],
    [
      'those that a nominated pod waits for do not make room for others',
      wanting(3, 9),
      world([node('w1')], [placed('a', 'w1', [1, 4])], nominated(2, 9)),
      'clear: 0/1 nodes are available: 1 Insufficient cpu.',
    ],
    [
      'those whose anti-affinity is in the way',
      pod('a', { priority: 10 }, { app: 'a' }),
      world([node('w1')], [pod('b', { nodeName: 'w1', priority: 1, affinity: anti }), pod('c', { nodeName: 'w1', priority: 1 })]),
      'w1: b',
    ],
    [
      'those that budgets protect are spared',
      wanting(2),
      world([node('w1')], [placed('low', 'w1', [1, 2]), placed('mid', 'w1', [5, 2])], { objects: [budget('low', 0)] }),
      'w1: mid',
    ],
    [
      'unless they are counted as disrupted already',
      wanting(2),
      world([node('w1')], [placed('low', 'w1', [1, 2]), placed('mid', 'w1', [5, 2])], { objects: [budget('low', 0, ['low'])] }),
      'w1: low',
    ],
  ])('%s', (_name, wanted, on, want) => expect(outcome(wanted, on)).toBe(want));
});

describe('which node', () => {
  test.each<[string, corev1.Pod[], string, Surroundings?]>([
    ['fewest budgets violated', [placed('a', 'w1', [1, 4]), placed('b', 'w2', [5, 4])], 'w2: b', { objects: [budget('a', 0)] }],
    ['lowest first victim', [placed('a', 'w1', [5, 4]), placed('b', 'w2', [2, 2]), placed('c', 'w2', [1, 2])], 'w2: b c'],
    [
      'least sum of priorities',
      [placed('a', 'w1', [2, 2]), placed('b', 'w1', [2, 2]), placed('c', 'w2', [2, 2]), placed('d', 'w2', [1, 2])],
      'w2: c d',
    ],
    ['fewest victims', [placed('a', 'w1', [0, 2]), placed('b', 'w1', [0, 2]), placed('c', 'w2', [0, 4])], 'w2: c'],
    ['latest start', [placed('a', 'w1', [1, 4]), placed('b', 'w2', [1, 4], LATE)], 'w2: b'],
    ['else the first', [placed('a', 'w1', [1, 4]), placed('b', 'w2', [1, 4])], 'w1: a'],
  ])('%s', (_name, pods, want, around = {}) => expect(outcome(wanting(4), world(two, pods, around))).toBe(want));
});

describe('who may preempt', () => {
  const waiting = (nominatedNodeName: string): corev1.Pod => ({ ...wanting(4), status: { phase: 'Pending', nominatedNodeName } });
  test.each<[string, corev1.Pod, World, string]>([
    [
      'not with preemptionPolicy Never',
      wanting(4, 10, { preemptionPolicy: 'Never' }),
      world([node('w1')], [placed('a', 'w1', [1, 4])]),
      'keep: not eligible due to preemptionPolicy=Never.',
    ],
    [
      'not while victims end on the nominated node',
      waiting('w1'),
      world(two, [evicted(placed('a', 'w1', [1, 4])), placed('b', 'w2', [1, 4])]),
      'keep: not eligible due to a terminating pod on the nominated node.',
    ],
    [
      'though other pods end there',
      waiting('w1'),
      world([node('w1')], [{ ...placed('a', 'w1', [1, 4]), metadata: { ...placed('a', 'w1', [1, 4]).metadata, deletionTimestamp: LATE } }]),
      'w1: a',
    ],
    [
      'again when the nominated node can never take it',
      waiting('w1'),
      world([node('w1', { unschedulable: true }), node('w2')], [evicted(placed('a', 'w1', [1, 4])), placed('b', 'w2', [1, 4])]),
      'w2: b',
    ],
    [
      'a nomination is cleared if nothing helps',
      waiting('w1'),
      world([node('w1')], [placed('a', 'w1', [10, 4])]),
      'clear: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ],
  ])('%s', (_name, wanted, on, want) => expect(outcome(wanted, on)).toBe(want));
});

test('on many nodes a hundred candidates are enough, and the cost is not quadratic', () => {
  const names = Array.from({ length: 3000 }, (_, index) => `n${String(index).padStart(4, '0')}`);
  const pods = names.map((name) => pod(`p-${name}`, { nodeName: name, priority: 1, requests: { cpu: '4' }, affinity: anti }, { app: 'b' }));
  const spread = {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'a' } },
      },
    ],
  };
  const wanted = pod('wanted', { priority: 2, requests: { cpu: '4' }, affinity: anti, ...spread }, { app: 'a' });
  expect(
    outcome(
      wanted,
      world(
        names.map((name) => node(name)),
        pods,
      ),
    ),
  ).toBe('n0000: p-n0000');
});
