import type { corev1 } from '#api';
import { DEFAULT_ARGS } from '../config/plugin-args.js';
import { runCycle } from '../cycle.js';
import type { PostFiltered, World } from '../framework.js';
import { node, pod, profile, world } from '../test-objects.js';
import { defaultPreemption } from './default-preemption.js';

const low = (nodeName: string): corev1.Pod => pod(`low-${nodeName}`, { nodeName, priority: 1, requests: { cpu: '4' } });
const wanting = (more: Partial<corev1.PodSpec> = {}): corev1.Pod => pod('high', { priority: 10, requests: { cpu: '4' }, ...more });

function postFilter(wanted: corev1.Pod, on: World, plugin = defaultPreemption): PostFiltered | undefined {
  const { failure } = runCycle(wanted, on, profile(), 0);
  return failure && plugin.postFilter?.(wanted, on, { failure, offset: 0 });
}

const told = (result: PostFiltered | undefined) =>
  result?.candidate
    ? [result.nomination, result.candidate.node.name, result.candidate.victims.map(({ metadata }) => metadata.name)]
    : [result?.nomination, result?.message];

const cordoned = node('w1', { unschedulable: true });
const victim: corev1.Pod = {
  ...low('w1'),
  metadata: { ...low('w1').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  status: { conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] },
};
const nominated = (more: Partial<corev1.PodSpec> = {}): corev1.Pod => ({ ...wanting(more), status: { nominatedNodeName: 'w1' } });
const onW2 = {
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['w2'] }] }],
    },
  },
};

test.each<[string, corev1.Pod, World, unknown[]]>([
  ['a pod of a lower priority goes', wanting(), world([node('w1')], [low('w1')]), ['set', 'w1', ['low-w1']]],
  [
    'nothing helps',
    wanting(),
    world([cordoned]),
    ['clear', 'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'],
  ],
  [
    'preemptionPolicy Never',
    wanting({ preemptionPolicy: 'Never' }),
    world([node('w1')], [low('w1')]),
    ['keep', 'preemption: not eligible due to preemptionPolicy=Never.'],
  ],
  [
    'a victim is still ending on the nominated node',
    nominated(),
    world([node('w1'), node('w2')], [victim, low('w2')]),
    ['keep', 'preemption: not eligible due to a terminating pod on the nominated node.'],
  ],
  [
    'a victim is ending on a node that the pod can no longer get',
    nominated({ affinity: onW2 }),
    world([node('w1'), node('w2')], [victim, low('w2')]),
    ['set', 'w2', ['low-w2']],
  ],
])('DefaultPreemption: %s', (_, wanted, on, expected) => expect(told(postFilter(wanted, on))).toEqual(expected));

test('with arguments fewer candidates are looked for', () => {
  const names = ['w1', 'w2', 'w3'];
  const costly = pod('costly', { nodeName: 'w1', priority: 9, requests: { cpu: '4' } });
  const on = world(
    names.map((name) => node(name)),
    [costly, low('w2'), low('w3')],
  );
  const args = { ...DEFAULT_ARGS, DefaultPreemption: { minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 1 } };
  const opened = defaultPreemption.open?.({ args } as never);
  expect([told(postFilter(wanting(), on)), told(postFilter(wanting(), on, opened))]).toEqual([
    ['set', 'w2', ['low-w2']],
    ['set', 'w1', ['costly']],
  ]);
});
