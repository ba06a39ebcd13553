import type { corev1 } from '#api';
import type { AdmissionAttributes } from '#apiserver';
import { isMirrorPod, podOf } from './pod-attributes.js';
import { pod } from './test-cluster.js';

const object = pod('a');

describe('the pod of a request', () => {
  it.each<[string, Partial<AdmissionAttributes>, unknown]>([
    ['a request to pods', {}, object],
    ['a request without an object', { object: undefined }, undefined],
    ['a subresource', { subresource: 'binding' }, undefined],
    ['another subresource', { subresource: 'status' }, undefined],
    ['pods of another group', { group: 'metrics.k8s.io' }, undefined],
    ['another resource', { resource: 'podtemplates' }, undefined],
  ])('%s', (_, attributes, expected) => {
    const request = { group: '', resource: 'pods', subresource: '', object, ...attributes };
    expect(podOf(request as AdmissionAttributes)).toBe(expected);
  });
});

describe('a mirror pod', () => {
  it.each<[Record<string, string> | undefined, boolean]>([
    [undefined, false],
    [{}, false],
    [{ 'kubernetes.io/config.hash': 'x' }, false],
    [{ 'kubernetes.io/config.mirror': 'x' }, true],
    [{ 'kubernetes.io/config.mirror': '' }, true],
  ])('annotations %j: %s', (annotations, expected) => {
    expect(isMirrorPod(pod('a', {}, { annotations }) as unknown as corev1.Pod)).toBe(expected);
  });
});
