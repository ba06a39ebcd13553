import { expect, it } from '@jest/globals';
import type { corev1 } from '#api';
import { isOver } from './kubelet-changes.js';

const ended: corev1.Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'run', generation: 1, finalizers: ['batch.kubernetes.io/job-tracking'] },
  spec: { containers: [] },
  status: { phase: 'Succeeded', conditions: [{ type: 'Ready', status: 'False' }] },
};
const running: corev1.Pod = { ...ended, status: { ...ended.status, phase: 'Running' } };

it.each<[string, corev1.Pod, corev1.Pod, boolean]>([
  ['loses its finalizer', ended, { ...ended, metadata: { name: 'run', generation: 1 } }, true],
  ['is deleted', ended, { ...ended, metadata: { ...ended.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }, false],
  ['gets another spec', ended, { ...ended, metadata: { ...ended.metadata, generation: 2 } }, false],
  ['gets another status from somebody else', ended, { ...ended, status: { ...ended.status, phase: 'Failed' } }, false],
  ['has just ended', running, ended, false],
  ['runs on', running, { ...running, metadata: { name: 'run', generation: 1 } }, false],
])('whether a pod concerns its kubelet no more that %s', (_, old, pod, over) => {
  expect(isOver(pod, old)).toBe(over);
});
