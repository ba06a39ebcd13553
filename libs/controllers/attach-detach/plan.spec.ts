import type { corev1, storagev1 } from '#api';
import { type AttachStep, allowsManyNodes, multiAttachError, type NodeView, planAttachments, type VolumeView } from './plan.js';

const MINUTE = 60_000;
const volumeOf = (...accessModes: string[]): corev1.PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'v' },
  spec: { accessModes, csi: { driver: 'd', volumeHandle: 'h' } },
});
const podOf = (name: string, namespace = 'default'): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { containers: [] },
});
const attachment = (
  nodeName: string,
  status: storagev1.VolumeAttachmentStatus = { attached: true },
  metadata: Partial<storagev1.VolumeAttachment['metadata']> = {},
): storagev1.VolumeAttachment => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttachment',
  metadata: { name: `to-${nodeName}`, creationTimestamp: '1970-01-01T00:00:00Z', ...metadata },
  spec: { attacher: 'd', nodeName, source: { persistentVolumeName: 'v' } },
  status,
});
const ready: NodeView = { ready: true, outOfService: false, inUse: false, reported: true };

interface Given extends Partial<Omit<VolumeView, 'wanted' | 'node'>> {
  on?: readonly string[];
  nodes?: Record<string, Partial<NodeView> | undefined>;
}
const plan = ({ on = [], nodes = {}, ...more }: Given): AttachStep[] =>
  planAttachments({
    volume: volumeOf('ReadWriteOnce'),
    wanted: new Map(on.map((node) => [node, [podOf(node)]])),
    attachments: [],
    node: (name) => (name in nodes ? nodes[name] && { ...ready, ...nodes[name] } : ready),
    detachingSince: () => 0,
    now: 0,
    ...more,
  });

const going = { deletionTimestamp: '1970-01-01T00:00:00Z' };
const error = { time: '1970-01-01T00:00:01Z', message: 'no disk' };

test.each<[string, Given, AttachStep[]]>([
  ['nobody wants it', {}, []],
  ['it is wanted on a node', { on: ['a'] }, [{ do: 'attach', node: 'a' }]],
  ['it is being attached', { on: ['a'], attachments: [attachment('a', { attached: false })] }, [{ do: 'wait', until: 2 * MINUTE }]],
  [
    'nobody attaches it',
    { on: ['a'], attachments: [attachment('a', { attached: false })], now: 2 * MINUTE },
    [
      { do: 'fail', node: 'a', message: 'timed out waiting for external-attacher of d CSI driver to attach volume h', once: '1' },
      { do: 'wait', until: 4 * MINUTE },
    ],
  ],
  ['it is attached', { on: ['a'], attachments: [attachment('a')], nodes: { a: { reported: false } } }, [{ do: 'report', node: 'a' }]],
  ['it is attached, and its node says so', { on: ['a'], attachments: [attachment('a')] }, []],
  [
    'it could not be attached',
    { on: ['a'], attachments: [attachment('a', { attached: false, attachError: error })] },
    [{ do: 'fail', node: 'a', message: 'no disk', once: '1970-01-01T00:00:01Z' }],
  ],
  ['two nodes want it at once: one gets it', { on: ['a', 'b'] }, [{ do: 'attach', node: 'a' }]],
  [
    'while it is being attached elsewhere nothing is said',
    { on: ['a', 'b'], attachments: [attachment('a', { attached: false })] },
    [{ do: 'wait', until: 2 * MINUTE }],
  ],
  ['it is attached elsewhere', { on: ['a', 'b'], attachments: [attachment('a')] }, [{ do: 'refuse', node: 'b', others: ['a'] }]],
  [
    'many nodes may have it',
    { on: ['a', 'b'], attachments: [attachment('a')], volume: volumeOf('ReadWriteMany') },
    [{ do: 'attach', node: 'b' }],
  ],
  ['it is not wanted any more', { attachments: [attachment('a')] }, [{ do: 'detach', node: 'a', attachment: 'to-a' }]],
  ['it is mounted still', { attachments: [attachment('a')], nodes: { a: { inUse: true } } }, []],
  [
    'another node waits while it is detached',
    { on: ['b'], attachments: [attachment('a')] },
    [{ do: 'detach', node: 'a', attachment: 'to-a' }],
  ],
  ['another node waits until it is detached', { on: ['b'], attachments: [attachment('a', { attached: true }, going)] }, []],
  [
    'another node is refused it while it is mounted',
    { on: ['b'], attachments: [attachment('a')], nodes: { a: { inUse: true } } },
    [{ do: 'refuse', node: 'b', others: ['a'] }],
  ],
  [
    'its node is not ready: it may be mounted for six minutes',
    { attachments: [attachment('a')], nodes: { a: { inUse: true, ready: false } }, now: 6 * MINUTE },
    [{ do: 'wait', until: 6 * MINUTE + 1 }],
  ],
  [
    'its node is not ready for longer',
    { attachments: [attachment('a')], nodes: { a: { inUse: true, ready: false } }, now: 6 * MINUTE + 1 },
    [{ do: 'detach', node: 'a', attachment: 'to-a' }],
  ],
  [
    'its node is out of service',
    { attachments: [attachment('a')], nodes: { a: { inUse: true, ready: false, outOfService: true } } },
    [{ do: 'detach', node: 'a', attachment: 'to-a' }],
  ],
  ['its node is gone', { attachments: [attachment('a')], nodes: { a: undefined }, now: 1 }, [{ do: 'wait', until: 6 * MINUTE + 1 }]],
])('%s', (_, given, expected) => expect(plan(given)).toEqual(expected));

test.each<[string[], boolean]>([
  [[], true],
  [['ReadWriteOnce'], false],
  [['ReadWriteOncePod'], false],
  [['ReadWriteOnce', 'ReadOnlyMany'], true],
  [['ReadWriteMany'], true],
])('volumes with the modes %j may be attached to many nodes: %s', (modes, expected) => {
  expect(allowsManyNodes(volumeOf(...modes))).toBe(expected);
});

test.each<[corev1.Pod[], string]>([
  [[], "Volume is already exclusively attached to one node and can't be attached to another"],
  [[podOf('x'), podOf('y')], 'Volume is already used by pod(s) x, y'],
  [[podOf('x'), podOf('y', 'other')], 'Volume is already used by pod(s) x and 1 pod(s) in different namespaces'],
  [[podOf('y', 'other')], 'Volume is already used by 1 pod(s) in different namespaces'],
])('who uses a volume that cannot be attached: %#', (users, expected) => {
  expect(multiAttachError(podOf('p'), 'v', users)).toBe(`Multi-Attach error for volume "v" ${expected}`);
});
