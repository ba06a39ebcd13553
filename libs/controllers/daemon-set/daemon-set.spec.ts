import { describe, expect, it } from '@jest/globals';
import type { appsv1, corev1 } from '#api';
import { FailedPods } from './failed-pods.js';
import { manage } from './manage.js';
import { nodesWithPods } from './nodes.js';
import { daemonTemplate, placementOn, targetNode } from './placement.js';
import { planUpdate } from './rolling-update.js';
import { nextStatus } from './status.js';
import { daemonTolerations } from './tolerations.js';

const NOW = Date.parse('2026-01-01T01:00:00Z');

function daemon(spec: Partial<appsv1.DaemonSetSpec> = {}, pod: Partial<corev1.PodSpec> = {}): appsv1.DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', generation: 1 },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: { spec: { containers: [], ...pod } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      ...spec,
    },
  };
}

const node = (name: string, taints: corev1.Taint[] = [], labels: Record<string, string> = {}): corev1.Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels },
  spec: { taints },
});

const taint = (key: string, effect: string): corev1.Taint => ({ key, effect });

describe('placementOn', () => {
  const [both, stay, neither] = [
    { run: true, stay: true },
    { run: false, stay: true },
    { run: false, stay: false },
  ];
  it.each<[string, Partial<corev1.PodSpec>, corev1.Node, unknown]>([
    ['a plain node', {}, node('n'), both],
    ['a NoSchedule taint', {}, node('n', [taint('a', 'NoSchedule')]), stay],
    ['a NoExecute taint', {}, node('n', [taint('a', 'NoExecute')]), neither],
    ['a PreferNoSchedule taint', {}, node('n', [taint('a', 'PreferNoSchedule')]), both],
    ['a node that is not ready', {}, node('n', [taint('node.kubernetes.io/not-ready', 'NoExecute')]), both],
    ['a cordoned node', {}, node('n', [taint('node.kubernetes.io/unschedulable', 'NoSchedule')]), both],
    ['a node without network', {}, node('n', [taint('node.kubernetes.io/network-unavailable', 'NoSchedule')]), stay],
    [
      'and a pod in the host network',
      { hostNetwork: true },
      node('n', [taint('node.kubernetes.io/network-unavailable', 'NoSchedule')]),
      both,
    ],
    ['a tolerated taint', { tolerations: [{ key: 'a', operator: 'Exists' }] }, node('n', [taint('a', 'NoExecute')]), both],
    ['another node by name', { nodeName: 'm' }, node('n'), neither],
    ['a selector that matches', { nodeSelector: { disk: 'ssd' } }, node('n', [], { disk: 'ssd' }), both],
    ['a selector that does not', { nodeSelector: { disk: 'ssd' } }, node('n'), neither],
  ])('%s', (_, pod, on, want) => {
    expect(placementOn(on, daemon({}, pod))).toEqual(want);
  });
});

it('replaces tolerations that differ in their seconds alone', () => {
  const short = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 };
  const own = { operator: 'Exists' };
  const result = daemonTolerations({ containers: [], tolerations: [own, short] });
  expect(result.slice(0, 2)).toEqual([own, { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' }]);
  expect(result).toHaveLength(7);
});

it('makes pods for one node, which their affinity names until they are scheduled', () => {
  const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] };
  const set = daemon({}, { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } });
  const { spec, metadata } = daemonTemplate(set, 'n1', 'h');
  expect(metadata?.labels).toEqual({ 'controller-revision-hash': 'h' });
  const pod = { spec: spec ?? { containers: [] } } as corev1.Pod;
  expect([targetNode(pod), targetNode({ ...pod, spec: { ...pod.spec, nodeName: 'n2' } })]).toEqual(['n1', 'n2']);
  expect(targetNode({ spec: { containers: [] } } as unknown as corev1.Pod)).toBeUndefined();
});

/** `n1`: ready and of the new template; `~`: old; `?`: not ready; `x`: being deleted; `f`, `s`: ended. */
function podOf(text: string, index: number): corev1.Pod {
  const [, old, nodeName = '', state] = /^(~?)(n\d)([?xfs]?)$/.exec(text) ?? [];
  const phase = { f: 'Failed', s: 'Succeeded' }[state ?? ''] ?? 'Running';
  const ready = state === '' || state === 'x' ? 'True' : 'False';
  const deleted = state === 'x' ? { deletionTimestamp: '2026-01-01T01:00:00Z' } : {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${text}#${index}`,
      namespace: 'ns',
      creationTimestamp: `2026-01-01T00:00:0${index}Z`,
      labels: { 'controller-revision-hash': old ? 'old' : 'new' },
      ...deleted,
    },
    spec: { containers: [], nodeName },
    status: { phase, conditions: [{ type: 'Ready', status: ready, lastTransitionTime: '2026-01-01T00:59:50Z' }] },
  };
}

const NODES = [node('n1'), node('n2'), node('n3'), node('n4', [taint('a', 'NoExecute')]), node('n5', [taint('a', 'NoSchedule')])];

function given(set: appsv1.DaemonSet, pods: string) {
  const made = pods === '' ? [] : pods.split(' ').map(podOf);
  return { daemon: set, nodes: nodesWithPods(set, NODES, made), hash: 'new', now: NOW };
}

const surge = (maxSurge: number | string) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge } },
});
const text = (sync: { create: string[]; delete: corev1.Pod[] }) =>
  [...sync.create.map((name) => `+${name}`), ...sync.delete.map(({ metadata }) => `-${metadata.name.split('#')[0]}`)].join(' ');

describe('manage', () => {
  it.each<[string, Partial<appsv1.DaemonSetSpec>, string, string]>([
    ['nodes without a pod', {}, 'n2', '+n1 +n3'],
    ['a pod that is being deleted holds its place', {}, 'n1x n2 n3', ''],
    ['all but the oldest of a node', {}, 'n1 n1 n2 n3', '-n1'],
    ['a pod on a node that evicts it', {}, 'n1 n2 n3 n4', '-n4'],
    ['a pod that may stay', {}, 'n1 n2 n3 n5', ''],
    ['ended pods', {}, 'n1f n2s n3', '-n1f -n2s'],
    ['surge: one of each template', surge(1), '~n1 n1? n2 n3', ''],
    ['surge: the new one is available', surge(1), '~n1 n1 n2 n3', '-~n1'],
    ['surge: the old one is not ready', surge(1), '~n1? n1? n2 n3', '-~n1?'],
    ['surge: two of one template', surge(1), '~n1 ~n1 n1? n2 n3', '-~n1'],
    ['surge: nothing is left', surge(1), 'n1x n2 n3', '+n1'],
  ])('%s', (_, spec, pods, want) => {
    expect(text(manage({ ...given(daemon(spec), pods), backOff: () => 0 }))).toBe(want);
  });

  it('leaves failed pods alone during their back-off, and says when it ends', () => {
    const managed = manage({ ...given(daemon(), 'n1f n2f n3'), backOff: (name) => (name === 'n1' ? 3000 : 2000) });
    expect([text(managed), managed.requeueAfter, managed.ended]).toEqual(['', 2000, []]);
  });

  it('removes pods that wait for a node that is gone', () => {
    const waiting = podOf('n1', 0);
    const pod = { ...waiting, spec: daemonTemplate(daemon(), 'n9', 'new').spec ?? { containers: [] } };
    const nodes = nodesWithPods(daemon(), [], [pod]);
    expect(manage({ daemon: daemon(), nodes, hash: 'new', now: NOW, backOff: () => 0 }).delete).toEqual([pod]);
  });
});

describe('planUpdate', () => {
  const unavailable = (maxUnavailable: number | string) => ({
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge: 0 } },
  });
  it.each<[string, Partial<appsv1.DaemonSetSpec>, string, string]>([
    ['one at a time', {}, '~n1 ~n2 ~n3', '-~n1'],
    ['not while another is unavailable', {}, 'n1? ~n2 ~n3', ''],
    ['not while a node has no pod', {}, '~n2 ~n3', ''],
    ['old pods that are not available in any case', {}, '~n1? ~n2? ~n3', '-~n1? -~n2?'],
    ['a percentage, rounded up', unavailable('34%'), '~n1 ~n2 ~n3', '-~n1 -~n2'],
    ['neither surge nor unavailability', unavailable(0), '~n1 ~n2 ~n3', '-~n1'],
    ['not before minReadySeconds', { minReadySeconds: 60 }, 'n1 ~n2 ~n3', '-~n2 -~n3'],
    ['nothing left to do', {}, 'n1 n2 n3', ''],
    ['surge: one new pod', surge(1), '~n1 ~n2 ~n3', '+n1'],
    ['surge: not while one is coming up', surge(1), '~n1 n1? ~n2 ~n3', ''],
    ['surge: the old one goes, the next comes', surge(1), '~n1 n1 ~n2 ~n3', '+n2 -~n1'],
    ['surge: unavailable ones at once', surge(1), '~n1? ~n2? ~n3', '+n1 +n2 +n3'],
    ['surge: on a node that it left, if enough are available', surge(1), 'n1 n2 n3 ~n5', '-~n5'],
  ])('%s', (_, spec, pods, want) => {
    expect(text(planUpdate(given(daemon(spec), pods)))).toBe(want);
  });
});

describe('nextStatus', () => {
  const counts = { currentNumberScheduled: 2, numberMisscheduled: 1, desiredNumberScheduled: 3, numberReady: 1 };
  const want = { ...counts, updatedNumberScheduled: 1, numberAvailable: 1, numberUnavailable: 2, observedGeneration: 1 };
  it('counts the oldest pod of each node', () => {
    expect(nextStatus(given(daemon(), '~n1 n1 n2? n5'))).toEqual(want);
  });
  it('is not written again', () => {
    expect(nextStatus(given({ ...daemon(), status: want }, '~n1 n1 n2? n5'))).toBeUndefined();
  });
});

it('delays failed pods by 1 s, doubled up to 15 minutes, and forgets after half an hour', () => {
  const failed = new FailedPods();
  let now = NOW;
  const waits: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    expect(failed.next('k', now)).toBe(0);
    const wait = failed.next('k', now);
    waits.push(wait / 1000);
    now += wait;
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
  failed.next('k', now);
  expect(failed.next('k', now + 1_800_001)).toBe(0);
  expect(failed.next('k', now + 1_800_001)).toBe(1000);
});
