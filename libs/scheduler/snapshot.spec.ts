import type { corev1 } from '#api';
import { Snapshot } from './snapshot.js';
import { pod } from './test-objects.js';

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
