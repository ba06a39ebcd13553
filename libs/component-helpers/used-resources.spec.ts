import { expect, test } from '@jest/globals';
import type { corev1 } from '#api';
import { annotatedUsage, hasUsageAnnotation, type UsedResource } from './used-resources.js';

const podOf = (annotations?: Record<string, string>): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...(annotations ? { annotations } : {}) },
  spec: { containers: [] },
});
const container: corev1.Container = {
  name: 'c',
  image: 'i',
  resources: { requests: { cpu: '200m' }, limits: { cpu: '1', memory: '100Mi' } },
};

test.each<[string, Record<string, string> | undefined, UsedResource, number | undefined]>([
  ['nothing is said', undefined, 'cpu', undefined],
  ['of all containers', { 'usage.orrery.io/cpu': '150m' }, 'cpu', 150],
  ['of one container', { 'usage.orrery.io/memory': '1', 'usage.orrery.io/memory.c': '64Mi' }, 'memory', 64 * 2 ** 20],
  ['of another container', { 'usage.orrery.io/memory.d': '64Mi' }, 'memory', undefined],
  ['of another resource', { 'usage.orrery.io/memory': '64Mi' }, 'ephemeral-storage', undefined],
  ['processes', { 'usage.orrery.io/pids': '30000' }, 'pids', 30_000],
  ['a part of the request', { 'usage.orrery.io/cpu': '80%' }, 'cpu', 160],
  ['a part of the limit where nothing is requested', { 'usage.orrery.io/memory': '50%' }, 'memory', 50 * 2 ** 20],
  ['a part of nothing', { 'usage.orrery.io/pids': '50%' }, 'pids', undefined],
  ['less than nothing', { 'usage.orrery.io/cpu': '-1' }, 'cpu', 0],
  ['no quantity', { 'usage.orrery.io/cpu': 'much' }, 'cpu', undefined],
  ['too long', { 'usage.orrery.io/cpu': '1'.repeat(65) }, 'cpu', undefined],
])('%s', (_, annotations, resource, want) => {
  expect(annotatedUsage(podOf(annotations), container, resource)).toBe(want);
});

test('whether anything is said', () => {
  expect([podOf(), podOf({ a: 'b' }), podOf({ 'usage.orrery.io/pids.c': '1' })].map(hasUsageAnnotation)).toEqual([false, false, true]);
});
