import type { corev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import { podLimits, podRequests, resourceListTexts } from './pod-requests.js';

const container = (cpu: string, more: Partial<corev1.Container> = {}): corev1.Container => ({
  name: 'c',
  resources: { requests: { cpu }, limits: { cpu } },
  ...more,
});
const podOf = (spec: Partial<corev1.PodSpec>): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ns' },
  spec: { containers: [], ...spec },
});
const sidecar = (cpu: string): corev1.Container => container(cpu, { restartPolicy: 'Always' });

test.each<[string, Partial<corev1.PodSpec>, Record<string, string>]>([
  ['nothing', {}, {}],
  ['containers add up', { containers: [container('100m'), container('1')] }, { cpu: '1100m' }],
  ['the largest init container counts', { containers: [container('1')], initContainers: [container('2'), container('3')] }, { cpu: '3' }],
  ['sidecars run beside the containers', { containers: [container('1')], initContainers: [sidecar('1')] }, { cpu: '2' }],
  [
    'and beside later init containers',
    { containers: [container('1')], initContainers: [container('4'), sidecar('1'), container('4')] },
    { cpu: '5' },
  ],
  ['fractions are kept', { containers: [container('500u'), container('500u')] }, { cpu: '1m' }],
  ['the pod as a whole', { containers: [container('1')], resources: { requests: { cpu: '3', 'example.com/gpu': '1' } } }, { cpu: '3' }],
  ['overhead', { containers: [container('1')], overhead: { cpu: '250m', memory: '1Mi' } }, { cpu: '1250m', memory: '1Mi' }],
])('%s', (_name, spec, want) => expect(resourceListTexts(podRequests(podOf(spec)))).toEqual(want));

test('defaults for containers without requests', () => {
  const pod = podOf({ containers: [container('0'), { name: 'd' }], overhead: { cpu: '1' } });
  const nonMissing = new Map([['cpu', parseQuantity('100m')]]);
  expect(resourceListTexts(podRequests(pod, { nonMissing, excludeOverhead: true }))).toEqual({ cpu: '100m' });
});

test('limits: overhead is added to resources that have a limit', () => {
  const pod = podOf({ containers: [container('1')], overhead: { cpu: '250m', memory: '1Mi' } });
  expect(resourceListTexts(podLimits(pod))).toEqual({ cpu: '1250m' });
  expect(resourceListTexts(podLimits(pod, { excludeOverhead: true }))).toEqual({ cpu: '1' });
});
