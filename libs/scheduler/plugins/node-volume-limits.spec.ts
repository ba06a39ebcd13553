import { CSINode, type corev1, PersistentVolumeClaim, Pod, type storagev1, VolumeAttachment } from '#api';
import { node, pod, world } from '../test-objects.js';
import { alone, changed, removed } from '../test-plugin.js';
import { claimOf, classOf, volumeOf, volumesOf } from '../volumes/test-volumes.js';

const EXCEEDED = 'not now: node(s) exceed max volume count';
const csi = (volumeHandle: string, driver = 'ebs.csi.aws.com') => ({ csi: { driver, volumeHandle } });
const csiNode = (limits: Record<string, number | undefined>): storagev1.CSINode => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'CSINode',
  metadata: { name: 'n' },
  spec: {
    drivers: Object.entries(limits).map(([name, count]) => ({
      ...{ name, nodeID: 'n', topologyKeys: [] },
      ...(count === undefined ? {} : { allocatable: { count } }),
    })),
  },
});
const attachment = (volume: string): storagev1.VolumeAttachment => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttachment',
  metadata: { name: `to-${volume}` },
  spec: { attacher: 'ebs.csi.aws.com', nodeName: 'n', source: { persistentVolumeName: volume } },
  status: { attached: true },
});
const user = (name: string, claims: string[], nodeName?: string): corev1.Pod =>
  pod(name, { volumes: volumesOf(...claims), ...(nodeName ? { nodeName } : {}) });

const objects = [
  ...['a', 'b', 'c'].flatMap((name) => [claimOf(name, { volume: `v-${name}` }), volumeOf(`v-${name}`, csi(name))]),
  claimOf('other', { volume: 'v-other' }),
  volumeOf('v-other', csi('other', 'gcepd.csi')),
  claimOf('host', { volume: 'v-host' }),
  volumeOf('v-host', { hostPath: { path: '/x' } }),
  classOf('ebs', { provisioner: 'ebs.csi.aws.com' }),
  claimOf('pending', { storageClassName: 'ebs' }),
  claimOf('pending-too', { storageClassName: 'ebs' }),
  claimOf('stray', { volume: 'v-gone', storageClassName: 'ebs' }),
  claimOf('unclassed', { storageClassName: 'none' }),
];
const EBS = 'ebs.csi.aws.com';

test.each<[string, string[], string[][], Record<string, number | undefined> | undefined, string[], string]>([
  ['no claims', [], [['a']], { [EBS]: 0 }, [], 'fits'],
  ['within the limit', ['a'], [['b'], ['c']], { [EBS]: 4 }, [], 'fits'],
  ['over the limit', ['a'], [['b'], ['c']], { [EBS]: 2 }, [], EXCEEDED],
  ['a driver without a limit', ['a'], [['b'], ['c']], { [EBS]: undefined }, [], 'fits'],
  ['no CSINode', ['a'], [['b'], ['c']], undefined, [], 'fits'],
  ['claims that are pending count', ['a'], [['pending'], ['b']], { [EBS]: 2 }, [], EXCEEDED],
  ['several of them', ['a'], [['pending', 'pending-too']], { [EBS]: 3 }, [], 'fits'],
  ['a claim whose volume is missing counts by its class', ['a'], [['stray'], ['b']], { [EBS]: 2 }, [], EXCEEDED],
  ['one without a class does not', ['a'], [['unclassed'], ['b']], { [EBS]: 2 }, [], 'fits'],
  ['volumes of another driver do not', ['a'], [['other'], ['b']], { [EBS]: 2, 'gcepd.csi': 2 }, [], 'fits'],
  ['volumes of no driver do not', ['a', 'host'], [['host'], ['b']], { [EBS]: 2 }, [], 'fits'],
  ['a volume that a pod of the node has counts once', ['a'], [['a'], ['b']], { [EBS]: 2 }, [], 'fits'],
  ['attachments without pods count', ['a'], [], { [EBS]: 2 }, ['v-b', 'v-c'], EXCEEDED],
  ['within the limit', ['a'], [], { [EBS]: 3 }, ['v-b', 'v-c'], 'fits'],
  ['attachments of what pods have do not', ['a'], [['b']], { [EBS]: 2 }, ['v-b'], 'fits'],
  ['a claim that is missing', ['none'], [], { [EBS]: 9 }, [], 'never: looking up PVC default/none: persistentvolumeclaim "none" not found'],
])('NodeVolumeLimits: %s', (_, claims, placed, limits, attached, expected) => {
  const pods = placed.map((names, index) => user(`q${index}`, names, 'n'));
  const all = [...objects, ...(limits ? [csiNode(limits)] : []), ...attached.map(attachment)];
  expect(alone('NodeVolumeLimits').verdicts(user('p', claims), world([node('n')], pods, { objects: all }))).toEqual({ n: expected });
});

test('the claim of an ephemeral volume counts', () => {
  const scratch: corev1.Volume = { name: 'a', ephemeral: { volumeClaimTemplate: { metadata: { name: '' }, spec: {} } } };
  const on = (limit: number) =>
    world([node('n')], [user('q', ['b'], 'n')], {
      objects: [...objects, claimOf('p-a', { storageClassName: 'ebs' }), csiNode({ [EBS]: limit })],
    });
  const verdict = (limit: number) => alone('NodeVolumeLimits').verdicts(pod('p', { volumes: [scratch] }), on(limit)).n;
  expect([verdict(1), verdict(2)]).toEqual([EXCEEDED, 'fits']);
});

test('what may help a pod that waits', () => {
  const waiting = user('p', ['a']);
  const helps = (on: unknown, change: ReturnType<typeof changed>) =>
    alone('NodeVolumeLimits').helps(waiting, { on: on as never, change, world: world([]) });
  expect([
    helps(CSINode, changed(csiNode({ [EBS]: 2 }), csiNode({ [EBS]: 1 }))),
    helps(CSINode, changed(csiNode({ [EBS]: 1 }), csiNode({ [EBS]: 2 }))),
    helps(CSINode, changed(csiNode({ [EBS]: 1 }), csiNode({ [EBS]: 1 }))),
    helps(Pod, removed(user('q', ['b'], 'n'))),
    helps(Pod, removed(pod('q', { nodeName: 'n' }))),
    helps(PersistentVolumeClaim, changed(claimOf('a'))),
    helps(PersistentVolumeClaim, changed(claimOf('b'))),
    helps(VolumeAttachment, removed(attachment('v-b'))),
  ]).toEqual([true, false, false, true, false, true, false, true]);
});
