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
