import { type corev1, PersistentVolume, StorageClass } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone, changed } from '../test-plugin.js';
import { claimOf, classOf, volumeOf, volumesOf } from '../volumes/test-volumes.js';

const [BETA_ZONE, BETA_REGION] = ['failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region'];
const [ZONE, REGION] = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];
const user = pod('p', { volumes: volumesOf('c') });
const conflict = 'never: node(s) had no available volume zone';

test.each<[string, Record<string, string>, Record<string, string>, string]>([
  ['a node without labels', { [BETA_ZONE]: 'us-west1-a' }, {}, 'fits'],
  ['a volume without labels', {}, { [ZONE]: 'us-west1-a' }, 'fits'],
  ['the beta zone', { [BETA_ZONE]: 'us-west1-a' }, { [BETA_ZONE]: 'us-west1-a', uselessLabel: 'none' }, 'fits'],
  ['the beta region', { [BETA_REGION]: 'us-west1' }, { [BETA_REGION]: 'us-west1' }, 'fits'],
  ['another beta region', { [BETA_REGION]: 'us-west1' }, { [BETA_REGION]: 'no_us-west1' }, conflict],
  ['another beta zone', { [BETA_ZONE]: 'us-west1-a' }, { [BETA_ZONE]: 'no_us-west1-a' }, conflict],
  ['the zone', { [ZONE]: 'us-west1-a' }, { [ZONE]: 'us-west1-a' }, 'fits'],
  ['another region', { [REGION]: 'us-west1' }, { [REGION]: 'no_us-west1' }, conflict],
  ['zone and region, a node with a zone alone', { [ZONE]: 'a', [REGION]: 'r' }, { [ZONE]: 'a' }, conflict],
  ['the zone, a node with the beta zone alone', { [ZONE]: 'a' }, { [BETA_ZONE]: 'a' }, conflict],
  ['the beta zone, a node with the zone', { [BETA_ZONE]: 'a' }, { [ZONE]: 'a' }, 'fits'],
  ['the beta zone, a node with another zone', { [BETA_ZONE]: 'a' }, { [ZONE]: 'b' }, conflict],
  ['several zones', { [ZONE]: 'a__b' }, { [ZONE]: 'b' }, 'fits'],
  ['several other zones', { [ZONE]: 'a__b' }, { [ZONE]: 'c' }, conflict],
  ['zones that cannot be read', { [ZONE]: 'a__' }, { [ZONE]: 'c' }, 'fits'],
])('VolumeZone: %s', (_, labels, ofNode, expected) => {
  const objects = [claimOf('c', { volume: 'v' }), volumeOf('v', { labels })];
  expect(alone('VolumeZone').verdicts(user, world([node('n', { labels: ofNode })], [], { objects }))).toEqual({ n: expected });
});

const wait = { volumeBindingMode: 'WaitForFirstConsumer' };
test.each<[string, Parameters<typeof claimOf>[1] | undefined, string]>([
  ['that is missing', undefined, 'never: persistentvolumeclaim "c" not found'],
  ['without a volume and a class', {}, 'never: PersistentVolumeClaim had no pv name and storageClass name'],
  ['of a class that is missing', { storageClassName: 'none' }, 'never: storageclass.storage.k8s.io "none" not found'],
  ['that is to be bound at once', { storageClassName: 'now' }, 'never: PersistentVolume had no name'],
  ['that waits for its pod', { storageClassName: 'later' }, 'fits'],
  ['whose volume is missing', { volume: 'gone' }, 'never: persistentvolume "gone" not found'],
])('VolumeZone: a claim %s', (_, claim, expected) => {
  const objects = [classOf('now'), classOf('later', wait), ...(claim ? [claimOf('c', claim)] : [])];
  expect(alone('VolumeZone').verdicts(user, world([node('n', { labels: { [ZONE]: 'a' } })], [], { objects }))).toEqual({ n: expected });
});

test.each<[string, corev1.Pod, boolean]>([
  ['uses claims', user, true],
  ['uses none', pod('q'), false],
])('a new class or volume may help a pod that %s: %s', (_, rejected, expected) => {
  const helps = (on: typeof PersistentVolume | typeof StorageClass, object: Parameters<typeof changed>[0]) =>
    alone('VolumeZone').helps(rejected, { on: on as never, change: changed(object), world: world([]) });
  expect([helps(PersistentVolume, volumeOf('v')), helps(StorageClass, classOf('s'))]).toEqual([expected, expected]);
});
