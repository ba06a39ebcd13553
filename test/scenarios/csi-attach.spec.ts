import { CSINode, type corev1, Event, Node, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '#api';
import { ClusterFaults, type LocalCluster } from '#cluster';
import { claim, csiDriver, type DriverOptions, makeAll, podWith, storageClass, volume } from './storage-objects.js';
import { openCluster } from './story.js';

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await openCluster();
}, 60_000);

const DRIVER = 'hostpath.csi.k8s.io';
const disks = storageClass('disks', { provisioner: DRIVER });
const onNode = (nodeName: string) => ({ nodeName });
const disk = (name: string, spec: Partial<corev1.PersistentVolumeClaimSpec> = {}) => claim(name, 1, { storageClassName: 'disks', ...spec });

const make = (...objects: object[]) => makeAll(cluster, objects);
const deploy = (options: DriverOptions = {}) =>
  make(...csiDriver({ flags: ['--enable-attach', '--enable-topology=false'], ...options }), disks);

const attachments = async () => {
  const { items } = await cluster.client.list(VolumeAttachment);
  return items
    .map(({ spec, status }) => `${spec.nodeName} ${status?.attached ? 'attached' : (status?.attachError?.message ?? 'waiting')}`)
    .sort();
};
const phase = async (name: string) => (await cluster.client.get(Pod, name, 'default')).status?.phase;
const eventsOf = async (name: string) => {
  const { items } = await cluster.client.list(Event);
  return items
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ reason, message }) => `${reason}: ${message?.replaceAll(/pvc-[0-9a-f-]{36}/g, 'PV')}`);
};
const nodeStatus = async (name: string) => {
  const { status } = await cluster.client.get(Node, name);
  const short = (unique: string) => unique.replace(/\^.*/, '^…');
  return { attached: status?.volumesAttached?.map(({ name: one }) => short(one)), inUse: status?.volumesInUse?.map(short) };
};
const UNIQUE = `kubernetes.io/csi/${DRIVER}^…`;

describe('attachdetach-controller', () => {
  it('a volume is attached before its pod starts, and detached when it ends', async () => {
    await deploy();
    await make(disk('a'));
    await make(podWith('p', 'a', onNode('worker-1')));
    expect([await phase('p'), await attachments(), await nodeStatus('worker-1')]).toEqual([
      'Running',
      ['worker-1 attached'],
      { attached: [UNIQUE], inUse: [UNIQUE] },
    ]);
    expect((await eventsOf('p')).slice(0, 2)).toEqual([
      'SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "PV" ',
      'Pulling: Pulling image "nginx:1.27"',
    ]);
    const [attachment] = (await cluster.client.list(VolumeAttachment)).items;
    const volume = (await cluster.client.get(PersistentVolumeClaim, 'a', 'default')).spec.volumeName ?? '';
    expect([attachment?.metadata.name, attachment?.metadata.finalizers, attachment?.metadata.annotations, attachment?.spec]).toEqual([
      expect.stringMatching(/^csi-[0-9a-f]{64}$/),
      ['external-attacher/hostpath-csi-k8s-io'],
      { 'csi.alpha.kubernetes.io/node-id': 'worker-1' },
      { attacher: DRIVER, nodeName: 'worker-1', source: { persistentVolumeName: volume } },
    ]);
    expect((await cluster.client.get(PersistentVolume, volume)).metadata.finalizers).toEqual([
      'external-provisioner.volume.kubernetes.io/finalizer',
      'kubernetes.io/pv-protection',
      'external-attacher/hostpath-csi-k8s-io',
    ]);
    await cluster.client.delete(Pod, 'p', 'default');
    await cluster.settle();
    expect([await attachments(), await nodeStatus('worker-1')]).toEqual([[], { attached: undefined, inUse: undefined }]);
    await cluster.client.delete(PersistentVolumeClaim, 'a', 'default');
    await cluster.settle();
    expect((await cluster.client.list(PersistentVolume)).items).toEqual([]);
  });

  it('kubelets make the drivers in their pods known in their CSINode', async () => {
    await deploy({ flags: ['--attach-limit=3'] });
    const drivers = async () => (await cluster.client.list(CSINode)).items.map(({ metadata, spec }) => [metadata.name, spec.drivers]);
    const registered = (nodeID: string) => [
      nodeID,
      [{ name: DRIVER, nodeID, topologyKeys: ['topology.hostpath.csi/node'], allocatable: { count: 3 } }],
    ];
    expect(await drivers()).toEqual([['control-plane', null], registered('worker-1'), registered('worker-2')]);
    expect((await cluster.client.get(Node, 'worker-1')).metadata.labels?.['topology.hostpath.csi/node']).toBe('worker-1');
  });

  it('a volume for one node is refused to another one while it is used, and goes there afterwards', async () => {
    await deploy();
    await make(disk('a'));
    await make(podWith('p', 'a', onNode('worker-1')), podWith('q', 'a', onNode('worker-2')));
    expect([await phase('p'), await phase('q'), await attachments()]).toEqual(['Running', 'Pending', ['worker-1 attached']]);
    expect(await eventsOf('q')).toEqual(['FailedAttachVolume: Multi-Attach error for volume "PV" Volume is already used by pod(s) p']);
    await cluster.client.delete(Pod, 'p', 'default');
    await cluster.settle();
    expect([await phase('q'), await attachments()]).toEqual(['Running', ['worker-2 attached']]);
  });

  it('nobody attaches: the pod waits, and is told so every two minutes', async () => {
    await deploy({ sidecars: ['csi-node-driver-registrar', 'csi-provisioner'] });
    await make(disk('a'));
    await make(podWith('p', 'a', onNode('worker-1')));
    expect([await phase('p'), await attachments(), await eventsOf('p')]).toEqual(['Pending', ['worker-1 waiting'], []]);
    await cluster.advance(121_000);
    expect(await eventsOf('p')).toEqual([
      expect.stringMatching(
        /^FailedAttachVolume: AttachVolume.Attach failed for volume "PV" : timed out waiting for external-attacher of hostpath.csi.k8s.io CSI driver to attach volume [0-9a-f-]+$/,
      ),
    ]);
  });

  it('a node without the driver gets no volume', async () => {
    await deploy();
    await make(disk('a'));
    await make(podWith('p', 'a', onNode('control-plane')));
    const cause = `CSINode control-plane does not contain driver ${DRIVER}`;
    expect([await phase('p'), await attachments(), await eventsOf('p')]).toEqual([
      'Pending',
      [`control-plane ${cause}`],
      [`FailedAttachVolume: AttachVolume.Attach failed for volume "PV" : ${cause}`],
    ]);
  });

  it('a driver that attaches nothing needs no attachment', async () => {
    await deploy({ flags: ['--enable-topology=false'], spec: { attachRequired: false } });
    await make(disk('a'));
    await make(podWith('p', 'a', onNode('worker-1')));
    expect([await phase('p'), await attachments()]).toEqual(['Running', []]);
    await make(podWith('q', 'a', onNode('control-plane')));
    expect([await phase('q'), await eventsOf('q')]).toEqual([
      'Pending',
      [
        `FailedMount: MountVolume.MountDevice failed for volume "PV" : kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ${DRIVER} not found in the list of registered CSI drivers`,
      ],
    ]);
  });

  it('attachments that others have made are left alone', async () => {
    await make(volume('v', 1, { hostPath: undefined, csi: { driver: DRIVER, volumeHandle: 'h' } }));
    const by = (name: string, persistentVolumeName: string) => ({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name },
      spec: { attacher: DRIVER, nodeName: 'worker-1', source: { persistentVolumeName } },
    });
    await make(by('mine', 'v'), by('stray', 'none'));
    expect((await cluster.client.list(VolumeAttachment)).items.map(({ metadata }) => metadata.name)).toEqual(['mine', 'stray']);
  });

  it('a volume waits to be attached until its driver says that it need not be', async () => {
    const [driver, ...rest] = csiDriver({ flags: ['--enable-topology=false'], sidecars: ['csi-node-driver-registrar', 'csi-provisioner'] });
    await make(...rest, disks, disk('a'));
    await make(podWith('p', 'a', onNode('worker-1')));
    expect([await phase('p'), await attachments()]).toEqual(['Pending', ['worker-1 waiting']]);
    await make({ ...driver, spec: { attachRequired: false } });
    expect([await phase('p'), await attachments(), await nodeStatus('worker-1')]).toEqual([
      'Running',
      [],
      { attached: undefined, inUse: undefined },
    ]);
  });

  it.each([
    ['after six minutes', undefined],
    ['at once with the out-of-service taint', { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }],
  ])('the volume of a node that is down goes to another one %s', async (_, taint) => {
    await deploy();
    await make(disk('a'));
    await make(podWith('p', 'a', onNode('worker-1')));
    await new ClusterFaults(cluster.api).inject({ type: 'stop', node: 'worker-1' });
    await cluster.advance(60_000);
    await make(podWith('q', 'a', onNode('worker-2')));
    expect(await eventsOf('q')).toEqual(['FailedAttachVolume: Multi-Attach error for volume "PV" Volume is already used by pod(s) p']);
    if (taint) await cluster.client.patch(Node, 'worker-1', undefined, 'merge', { spec: { taints: [taint] } });
    else await cluster.client.delete(Pod, 'p', 'default', { gracePeriodSeconds: 0 });
    await cluster.advance(taint ? 60_000 : 350_000);
    if (!taint) {
      expect([await phase('q'), await attachments()]).toEqual(['Pending', ['worker-1 attached']]);
      await cluster.advance(20_000);
    }
    expect([await phase('q'), await attachments()]).toEqual(['Running', ['worker-2 attached']]);
  });
});

describe('what keeps volumes from being mounted', () => {
  it('a node that is not that of the volume, and a volume for one pod', async () => {
    const onWorker2 = {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['worker-2'] }] }] },
    };
    const alone = { accessModes: ['ReadWriteOncePod'] };
    await make(volume('v', 1, { nodeAffinity: onWorker2 }), claim('a', 1), volume('w', 1, alone), claim('b', 1, alone));
    await make(podWith('elsewhere', 'a', onNode('worker-1')), podWith('first', 'b', onNode('worker-1')));
    await make(podWith('second', 'b', onNode('worker-1')));
    expect([await phase('elsewhere'), await eventsOf('elsewhere'), await phase('first'), await eventsOf('second')]).toEqual([
      'Pending',
      ['FailedMount: MountVolume.NodeAffinity check failed for volume "v" : no matching NodeSelectorTerms'],
      'Running',
      [
        'FailedMount: MountVolume.SetUp failed for volume "w" : volume uses the ReadWriteOncePod access mode and is already in use by another pod',
      ],
    ]);
    await cluster.client.delete(Pod, 'first', 'default');
    await cluster.advance(130_000);
    expect(await phase('second')).toBe('Running');
  });

  it('mount options for a directory of the node', async () => {
    await make(volume('v', 1, { mountOptions: ['ro'] }), claim('a', 1), podWith('p', 'a', onNode('worker-1')));
    expect([await phase('p'), await eventsOf('p')]).toEqual([
      'Pending',
      ['FailedMount: MountVolume.MountOptionSupport check failed for volume "v" : mount options are not supported for this volume type'],
    ]);
  });

  it('a driver that is not there, or makes no volumes for single pods', async () => {
    const inline = (name: string) => podWith(name, '', { nodeName: 'worker-1', volumes: [{ name: 'scratch', csi: { driver: DRIVER } }] });
    await make(inline('early'));
    const [driver, ...rest] = csiDriver();
    await make({ ...driver, spec: { volumeLifecycleModes: ['Persistent'] } }, ...rest);
    await make(inline('late'));
    const failed = 'FailedMount: MountVolume.SetUp failed for volume "scratch" : kubernetes.io/csi:';
    expect([(await eventsOf('early'))[0], await eventsOf('late')]).toEqual([
      `${failed} mounter.SetUpAt failed to get CSI client: driver name ${DRIVER} not found in the list of registered CSI drivers`,
      [
        `${failed} mounter.SetupAt failed to check volume lifecycle mode: volume mode "Ephemeral" not supported by driver ${DRIVER} (only supports ["Persistent"])`,
      ],
    ]);
  });

  it('a node has as many volumes of a driver as the driver allows', async () => {
    await deploy({ flags: ['--enable-attach', '--enable-topology=false', '--attach-limit=1'] });
    const there = { nodeSelector: { 'kubernetes.io/hostname': 'worker-1' } };
    await make(disk('a'), disk('b'));
    await make(podWith('p', 'a', there), podWith('q', 'b', there));
    const { status } = await cluster.client.get(Pod, 'q', 'default');
    expect([await phase('p'), status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message]).toEqual([
      'Running',
      "0/3 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) exceed max volume count, 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
    ]);
    await cluster.client.delete(Pod, 'p', 'default');
    await cluster.advance(15_000);
    expect(await phase('q')).toBe('Running');
  });
});
