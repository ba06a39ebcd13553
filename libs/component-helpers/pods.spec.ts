import type { corev1 } from '#api';
import { parseTime } from '#apimachinery';
import { isPodActive, isPodReady, isPodTerminal, isPodTerminating, podAvailableAt, podPriority, podReadySince } from './pods.js';

const SINCE = '2026-01-01T00:00:00Z';
const podOf = (phase: string, { ready, deleted }: { ready?: string; deleted?: boolean } = {}): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ns', ...(deleted ? { deletionTimestamp: SINCE } : {}) },
  spec: { containers: [] },
  status: { phase, ...(ready ? { conditions: [{ type: 'Ready', status: ready, lastTransitionTime: SINCE }] } : {}) },
});

test.each<[string, corev1.Pod, { terminal: boolean; active: boolean; terminating: boolean; ready: boolean }]>([
  ['running', podOf('Running'), { terminal: false, active: true, terminating: false, ready: false }],
  ['ready', podOf('Running', { ready: 'True' }), { terminal: false, active: true, terminating: false, ready: true }],
  ['not ready', podOf('Running', { ready: 'False' }), { terminal: false, active: true, terminating: false, ready: false }],
  ['being deleted', podOf('Running', { deleted: true }), { terminal: false, active: false, terminating: true, ready: false }],
  ['succeeded', podOf('Succeeded'), { terminal: true, active: false, terminating: false, ready: false }],
  ['failed and being deleted', podOf('Failed', { deleted: true }), { terminal: true, active: false, terminating: false, ready: false }],
])('%s', (_name, pod, want) =>
  expect({
    terminal: isPodTerminal(pod),
    active: isPodActive(pod),
    terminating: isPodTerminating(pod),
    ready: isPodReady(pod),
  }).toEqual(want),
);

test('a pod is available once it has been ready for long enough', () => {
  const since = parseTime(SINCE) ?? Number.NaN;
  const ready = podOf('Running', { ready: 'True' });
  expect([podReadySince(ready), podAvailableAt(ready, 0), podAvailableAt(ready, 30)]).toEqual([since, 0, since + 30_000]);
  const unready = podOf('Running', { ready: 'False' });
  expect([podReadySince(unready), podAvailableAt(unready, 0), podAvailableAt(unready, 30)]).toEqual([undefined, undefined, undefined]);
  expect(podPriority(ready)).toBe(0);
});
