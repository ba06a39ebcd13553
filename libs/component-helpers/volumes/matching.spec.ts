import type { corev1 } from '#api';
import { bindVolumeToClaim, findBestVolume, findMatchingVolume, type MatchOptions, volumeMismatch } from './matching.js';

const claim = (spec: Partial<corev1.PersistentVolumeClaimSpec> = {}): corev1.PersistentVolumeClaim => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c', namespace: 'n', uid: 'u', resourceVersion: '7' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
});

interface Parts extends Partial<corev1.PersistentVolumeSpec> {
  size?: string;
  phase?: string;
  labels?: Record<string, string>;
}

const volume = (name: string, { size = '2Gi', phase = 'Available', labels, ...spec }: Parts = {}): corev1.PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, labels },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: size }, ...spec },
  status: { phase },
});

const onHost = (name: string): corev1.VolumeNodeAffinity => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'host', operator: 'In', values: [name] }] }] },
});
const nodeNamed = (name: string) => ({ metadata: { name, labels: { host: name } } });
const MINE = { namespace: 'n', name: 'c' };

describe('the volume of a claim', () => {
  test.each<[string, corev1.PersistentVolumeClaim, corev1.PersistentVolume[], MatchOptions, string | undefined]>([
    [
      'the smallest that is large enough',
      claim(),
      [volume('a', { size: '9Gi' }), volume('b', { size: '3Gi' }), volume('c', { size: '1Gi' })],
      {},
      'b',
    ],
    ['none is large enough', claim(), [volume('a', { size: '2047Mi' })], {}, undefined],
    ['of its class', claim({ storageClassName: 'x' }), [volume('a'), volume('b', { storageClassName: 'x' })], {}, 'b'],
    ['with all its access modes', claim({ accessModes: ['ReadWriteMany'] }), [volume('a')], {}, undefined],
    ['a device', claim({ volumeMode: 'Block' }), [volume('a'), volume('b', { volumeMode: 'Block' })], {}, 'b'],
    [
      'of its attributes class',
      claim({ volumeAttributesClassName: 'fast' }),
      [volume('a'), volume('b', { volumeAttributesClassName: 'fast' })],
      {},
      'b',
    ],
    [
      'with the labels of its selector',
      claim({ selector: { matchLabels: { a: 'b' } } }),
      [volume('a'), volume('b', { labels: { a: 'b' } })],
      {},
      'b',
    ],
    ['not one that is not available', claim(), [volume('a', { phase: 'Released' })], {}, undefined],
    ['not one of another claim', claim(), [volume('a', { claimRef: { namespace: 'n', name: 'd' } })], {}, undefined],
    ['one bound beforehand, although another is smaller', claim(), [volume('a'), volume('b', { size: '5Gi', claimRef: MINE })], {}, 'b'],
    ['one bound beforehand to an earlier claim of this name', claim(), [volume('a', { claimRef: { ...MINE, uid: 'old' } })], {}, undefined],
    ['one bound beforehand, of another class', claim(), [volume('a', { storageClassName: 'x', claimRef: MINE })], {}, 'a'],
    ['waiting for its consumer', claim(), [volume('a')], { delayed: true }, undefined],
    ['waiting for its consumer, bound beforehand', claim(), [volume('a', { claimRef: MINE })], { delayed: true }, 'a'],
    [
      'on a node',
      claim(),
      [volume('a', { nodeAffinity: onHost('x') }), volume('b', { nodeAffinity: onHost('y') })],
      { delayed: true, node: nodeNamed('y') },
      'b',
    ],
    [
      'taken by another claim of the pod',
      claim(),
      [volume('a'), volume('b', { size: '3Gi' })],
      { excluded: new Set(['a']), node: nodeNamed('y') },
      'b',
    ],
  ])('%s', (_, wanted, volumes, options, expected) => {
    expect(findMatchingVolume(wanted, volumes, options)?.metadata.name).toBe(expected);
  });

  it('has as few access modes as possible', () => {
    const shared = volume('a', { accessModes: ['ReadWriteOnce', 'ReadWriteMany'] });
    expect(findBestVolume(claim(), [shared, volume('b', { size: '9Gi' })])?.metadata.name).toBe('b');
    expect(findBestVolume(claim({ accessModes: ['ReadWriteMany'] }), [shared, volume('b')])?.metadata.name).toBe('a');
  });
});

it.each<[string, corev1.PersistentVolume, string | undefined]>([
  ['suits', volume('a'), undefined],
  ['is small', volume('a', { size: '1Gi' }), 'requested PV is too small'],
  ['has a class', volume('a', { storageClassName: 'x' }), 'storageClassName does not match'],
  ['has an attributes class', volume('a', { volumeAttributesClassName: 'x' }), 'volumeAttributesClassName does not match'],
  ['is a device', volume('a', { volumeMode: 'Block' }), 'incompatible volumeMode'],
  ['is read only', volume('a', { accessModes: ['ReadOnlyMany'] }), 'incompatible accessMode'],
])('a volume that the claim names %s', (_, named, expected) => {
  expect(volumeMismatch(named, claim())).toBe(expected);
});

it('a volume refers to its claim, and notes whether a user had it refer to it', () => {
  const claimRef = { kind: 'PersistentVolumeClaim', apiVersion: 'v1', namespace: 'n', name: 'c', uid: 'u', resourceVersion: '7' };
  const bound = bindVolumeToClaim(volume('a'), claim());
  expect([bound.spec.claimRef, bound.metadata.annotations]).toEqual([claimRef, { 'pv.kubernetes.io/bound-by-controller': 'yes' }]);
  const before = bindVolumeToClaim(volume('a', { claimRef: MINE }), claim());
  expect([before.spec.claimRef, before.metadata.annotations]).toEqual([claimRef, undefined]);
  expect(bindVolumeToClaim(bound, claim())).toBe(bound);
});
