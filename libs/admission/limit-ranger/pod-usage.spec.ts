import type { corev1 } from '#api';
import { podUsage } from './pod-usage.js';

const of = (requests: Record<string, string>, limits: Record<string, string> = {}, more: object = {}) => ({
  name: 'c',
  image: 'x',
  resources: { requests, limits },
  ...more,
});

describe('the usage of a pod', () => {
  it.each<[string, Partial<corev1.PodSpec>, ReturnType<typeof podUsage>]>([
    ['nothing', { containers: [{ name: 'c', image: 'x' }] }, { requests: {}, limits: {} }],
    [
      'the sum of its containers',
      { containers: [of({ cpu: '100m', memory: '1Gi' }, { cpu: '1' }), of({ cpu: '0.2' }, { cpu: '500m' })] },
      { requests: { cpu: '300m', memory: '1Gi' }, limits: { cpu: '1500m' } },
    ],
    [
      'an init container that is larger',
      { containers: [of({ cpu: '100m' }, { cpu: '100m' })], initContainers: [of({ cpu: '2' }, { cpu: '3' })] },
      { requests: { cpu: '2' }, limits: { cpu: '3' } },
    ],
    [
      'a sidecar runs beside the containers',
      { containers: [of({ cpu: '1' })], initContainers: [of({ cpu: '500m' }, {}, { restartPolicy: 'Always' })] },
      { requests: { cpu: '1500m' }, limits: {} },
    ],
    [
      'its overhead is not counted',
      { containers: [of({ cpu: '1' }, { cpu: '1' })], overhead: { cpu: '1' } },
      { requests: { cpu: '1' }, limits: { cpu: '1' } },
    ],
  ])('%s', (_, spec, usage) => {
    expect(podUsage({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec } as corev1.Pod)).toEqual(usage);
  });
});
