import type { corev1 } from '#api';
import { Snapshot } from './snapshot.js';
import { node, pod } from './test-objects.js';

const on = (name: string, nodeName?: string, phase = 'Running'): corev1.Pod => {
  const made = pod(name);
  return { ...made, metadata: { ...made.metadata, uid: name }, spec: { ...made.spec, nodeName }, status: { phase } } as corev1.Pod;
};

test('a pod is counted from its assignment to a node until it has ended or is deleted', () => {
  const snapshot = new Snapshot();
  const counts: number[] = [];
  for (const step of [
    () => snapshot.setPod(on('a')),
    () => snapshot.assume(on('a', 'w1'), 'w1'),
    () => snapshot.setPod(on('a', 'w1')),
    () => snapshot.setPod(on('b', 'w2')),
    () => snapshot.setPod(on('b', 'w2', 'Succeeded')),
    () => snapshot.removePod(on('a', 'w1')),
  ]) {
    step();
    counts.push(snapshot.placed);
  }
  expect(counts).toEqual([0, 1, 1, 2, 1, 0]);
});

test('pods that count are counted as they come, go, end and are relabelled', () => {
  const snapshot = new Snapshot();
  snapshot.setNode(node('w1'));
  const [info] = snapshot.nodes;
  const isWeb = ({ metadata }: corev1.Pod): boolean => metadata.labels?.app === 'web' && !metadata.deletionTimestamp;
  const of = (name: string, app: string, more: Partial<corev1.Pod['metadata']> = {}): corev1.Pod => {
    const made = on(name, 'w1');
    return { ...made, metadata: { ...made.metadata, labels: { app }, generation: 1, ...more } };
  };
  const counts: Array<[number | undefined, number]> = [];
  for (let index = 0; index < 300; index++) {
    const name = `p${index % 70}`;
    if (index % 7 === 3) snapshot.removePod(of(name, 'web'));
    else if (index % 11 === 5) snapshot.setPod(of(name, 'web', { deletionTimestamp: '2026-01-01T00:00:00Z' }));
    else snapshot.setPod(of(name, index % 3 === 0 ? 'db' : 'web'));
    // Not after each change: several are taken in at once.
    if (index % 4 !== 0) continue;
    counts.push([info?.counted(1, isWeb), [...(info?.pods.values() ?? [])].filter(isWeb).length]);
  }
  expect(counts.map(([counted]) => counted)).toEqual(counts.map(([, there]) => there));
  expect(new Set(counts.map(([, there]) => there)).size).toBeGreaterThan(20);
});

describe('a pod that is resized on its node', () => {
  const resized = (wanted: string, allocated: string, conditions: corev1.PodCondition[] = []): corev1.Pod => {
    const made = pod('a', { nodeName: 'w1', requests: { cpu: wanted } });
    const has = { allocatedResources: { cpu: allocated }, resources: { requests: { cpu: allocated } } };
    const containerStatuses = [{ name: 'c', image: 'i', imageID: '', ready: true, restartCount: 0, ...has }];
    return { ...made, metadata: { ...made.metadata, generation: 2 }, status: { phase: 'Running', conditions, containerStatuses } };
  };
  const infeasible = [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }];

  test.each<[string, corev1.Pod[], number]>([
    ['counts what it asks for before it has it', [resized('3', '1')], 3000],
    ['counts what it has until it has given it back', [resized('1', '3')], 3000],
    ['counts less then', [resized('1', '3'), resized('1', '1')], 1000],
    ['does not count what it cannot get', [resized('64', '1', infeasible)], 1000],
  ])('%s', (_, states, expected) => {
    const snapshot = new Snapshot();
    snapshot.setNode(node('w1'));
    for (const state of states) snapshot.setPod(state);
    expect(snapshot.nodes[0]?.requested.get('cpu')).toBe(expected);
    for (const state of states) snapshot.removePod(state);
    expect(snapshot.nodes[0]?.requested.get('cpu')).toBe(0);
  });
});
