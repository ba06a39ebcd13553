import { CSIStorageCapacity, type corev1, Event, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttributesClass } from '#api';
import { claim, csiDriver, type DriverOptions, makeAll, podWith, storageClass } from './storage-objects.js';
import { openStory, type StoryCluster } from './story.js';

let cluster: StoryCluster;
beforeEach(async () => {
  cluster = await openStory();
}, 60_000);

const DRIVER = 'hostpath.csi.k8s.io';
const make = (...objects: object[]) => makeAll(cluster, objects);
const TIME = '2026-01-01T00:00:00Z';

/** The driver, a class whose volumes can be expanded, and a claim of 1Gi with its volume. */
const deploy = async (options: DriverOptions = {}) => {
  const flags = ['--enable-topology=false', ...(options.flags ?? [])];
  await make(...csiDriver({ spec: { attachRequired: false }, ...options, flags }));
  await make(storageClass('disks', { provisioner: DRIVER, allowVolumeExpansion: true }), claim('a', 1, { storageClassName: 'disks' }));
};
const ask = (storage: string) =>
  cluster.client.patch(PersistentVolumeClaim, 'a', 'default', 'merge', { spec: { resources: { requests: { storage } } } });
const statusOf = async () => (await cluster.client.get(PersistentVolumeClaim, 'a', 'default')).status;
const capacity = async () => {
  const [volume] = (await cluster.client.list(PersistentVolume)).items;
  return volume?.spec.capacity?.storage;
};
/** The events of an object in their order, but those about the making of its volume or the start of its containers. */
const eventsOf = async (name: string) => {
  const { items } = await cluster.client.list(Event);
  return items
    .filter(({ involvedObject, reason = '' }) => involvedObject.name === name && /Resiz|Expanding|Modify/.test(reason))
    .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
    .map(({ reason, message }) => `${reason}: ${message?.replaceAll(/pvc-[0-9a-f-]{36}/g, 'PV')}`);
};
const bound = { phase: 'Bound', accessModes: ['ReadWriteOnce'] };

describe('expand-controller: volume expansion', () => {
  it('a volume is expanded by its driver, and its file system by the kubelet once a pod uses it', async () => {
    await deploy();
    await ask('2Gi');
    await cluster.settle();
    expect([await capacity(), await statusOf()]).toEqual([
      '2Gi',
      {
        ...bound,
        capacity: { storage: '1Gi' },
        allocatedResources: { storage: '2Gi' },
        allocatedResourceStatuses: { storage: 'NodeResizePending' },
        conditions: [
          { type: 'Resizing', status: 'True', lastProbeTime: null, lastTransitionTime: TIME },
          {
            type: 'FileSystemResizePending',
            status: 'True',
            lastProbeTime: null,
            lastTransitionTime: TIME,
            message: 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.',
          },
        ],
      },
    ]);
    await make(podWith('p', 'a', { nodeName: 'worker-1' }));
    expect(await statusOf()).toEqual({ ...bound, capacity: { storage: '2Gi' }, allocatedResources: { storage: '2Gi' } });
    expect(await eventsOf('a')).toEqual([
      'ExternalExpanding: waiting for an external controller to expand this PVC',
      'Resizing: External resizer is resizing volume PV',
      'FileSystemResizeRequired: Require file system resize of volume on node',
      'FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "PV" worker-1',
    ]);
    expect(await eventsOf('p')).toEqual(['FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "PV" worker-1']);
  });

  it('a volume that a pod uses is expanded while it runs', async () => {
    await deploy();
    await make(podWith('p', 'a', { nodeName: 'worker-1' }));
    await ask('3Gi');
    await cluster.settle();
    expect([await capacity(), (await statusOf())?.capacity]).toEqual(['3Gi', { storage: '3Gi' }]);
  });

  it('a driver that has nothing to do on nodes', async () => {
    await deploy({ flags: ['--disable-node-expansion'] });
    await ask('2Gi');
    await cluster.settle();
    expect(await statusOf()).toEqual({ ...bound, capacity: { storage: '2Gi' }, allocatedResources: { storage: '2Gi' } });
    const { metadata } = await cluster.client.get(PersistentVolumeClaim, 'a', 'default');
    expect(metadata.annotations?.['volume.kubernetes.io/node-expansion-not-required']).toBe('true');
    expect((await eventsOf('a')).at(-1)).toBe('VolumeResizeSuccessful: Resize volume succeeded');
  });

  it('an expansion that can never succeed is replaced by a smaller one', async () => {
    const most = 2 * 2 ** 30;
    await deploy({ flags: [`--max-volume-size=${most}`] });
    await ask('5Gi');
    await cluster.settle();
    const error = `rpc error: code = OutOfRange desc = Requested capacity ${5 * 2 ** 30} exceeds maximum allowed ${most}`;
    const failed = await statusOf();
    expect([failed?.allocatedResources, failed?.allocatedResourceStatuses, failed?.conditions?.at(-1)]).toEqual([
      { storage: '5Gi' },
      { storage: 'ControllerResizeInfeasible' },
      {
        type: 'ControllerResizeError',
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: TIME,
        message: `failed to expand pvc with ${error}`,
      },
    ]);
    expect((await eventsOf('a')).at(-1)).toBe(`VolumeResizeFailed: resize volume "PV" by resizer "${DRIVER}" failed: ${error}`);
    await ask('2Gi');
    await make(podWith('p', 'a', { nodeName: 'worker-1' }));
    expect([await capacity(), await statusOf()]).toEqual([
      '2Gi',
      { ...bound, capacity: { storage: '2Gi' }, allocatedResources: { storage: '2Gi' } },
    ]);
  });

  it('what the API server refuses', async () => {
    await deploy();
    await ask('2Gi');
    await make(podWith('p', 'a', { nodeName: 'worker-1' }));
    await expect(ask('1Gi')).rejects.toThrow('spec.resources.requests.storage: Forbidden: field can not be less than status.capacity');
    await make(storageClass('fixed', { provisioner: DRIVER }), claim('b', 1, { storageClassName: 'fixed' }));
    const grow = cluster.client.patch(PersistentVolumeClaim, 'b', 'default', 'merge', {
      spec: { resources: { requests: { storage: '2Gi' } } },
    });
    await expect(grow).rejects.toThrow(
      'persistentvolumeclaims "b" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  });

  it('nobody expands the volumes of a provisioner without a resizer', async () => {
    await deploy({ sidecars: ['csi-node-driver-registrar', 'csi-provisioner'] });
    await ask('2Gi');
    await cluster.advance(600_000);
    expect([await capacity(), await statusOf()]).toEqual(['1Gi', { ...bound, capacity: { storage: '1Gi' } }]);
    expect(await eventsOf('a')).toEqual(['ExternalExpanding: waiting for an external controller to expand this PVC']);
  });
});

describe('VolumeAttributesClass', () => {
  const attributes = (name: string, parameters: Record<string, string>) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttributesClass',
    metadata: { name },
    driverName: DRIVER,
    parameters,
  });
  const want = async (volumeAttributesClassName: string) => {
    await cluster.client.patch(PersistentVolumeClaim, 'a', 'default', 'merge', { spec: { volumeAttributesClassName } });
    await cluster.settle();
  };
  const modifiable = { flags: ['--enable-controller-modify-volume', '--accepted-mutable-parameter-names=iops'] };
  const shown = async () => {
    const status = await statusOf();
    return [status?.currentVolumeAttributesClassName, status?.modifyVolumeStatus, status?.conditions?.map(({ message }) => message)];
  };

  it('volumeattributesclass-protection-controller: a volume is modified, and its class is kept while it is used', async () => {
    await deploy(modifiable);
    await make(attributes('gold', { iops: '500' }));
    await want('gold');
    expect(await shown()).toEqual(['gold', undefined, undefined]);
    const [volume] = (await cluster.client.list(PersistentVolume)).items;
    expect(volume?.spec.volumeAttributesClassName).toBe('gold');
    expect(await eventsOf('a')).toEqual([
      'VolumeModify: external resizer is modifying volume a with vac gold',
      'VolumeModifySuccessful: external resizer modified volume a with vac gold successfully',
    ]);
    await cluster.client.delete(VolumeAttributesClass, 'gold');
    await cluster.settle();
    expect((await cluster.client.get(VolumeAttributesClass, 'gold')).metadata.finalizers).toEqual(['kubernetes.io/vac-protection']);
    await make(attributes('silver', { iops: '100' }));
    await want('silver');
    expect((await cluster.client.list(VolumeAttributesClass)).items.map(({ metadata }) => metadata.name)).toEqual(['silver']);
  });

  it('a class that is missing is waited for', async () => {
    await deploy(modifiable);
    await want('gold');
    expect(await shown()).toEqual([undefined, { status: 'Pending' }, undefined]);
    await make(attributes('gold', { iops: '500' }));
    expect(await shown()).toEqual(['gold', undefined, undefined]);
  });

  it('parameters that the driver does not know are refused, and another class replaces them', async () => {
    await deploy(modifiable);
    await make(attributes('odd', { colour: 'red' }), attributes('gold', { iops: '500' }));
    await want('odd');
    expect(await shown()).toEqual([
      undefined,
      { targetVolumeAttributesClassName: 'odd', status: 'Infeasible' },
      ['Modifying volume to "odd" failed. Waiting for retry.', 'invalid parameters: [colour]'],
    ]);
    expect((await eventsOf('a')).at(-1)).toBe('VolumeModifyFailed: rpc error: code = InvalidArgument desc = invalid parameters: [colour]');
    await want('gold');
    expect(await shown()).toEqual(['gold', undefined, undefined]);
  });
});

describe('CSIStorageCapacity', () => {
  it('a pod goes where its driver has space left', async () => {
    const options = { flags: ['--capacity=fast=10Gi'], provisionerFlags: ['--enable-capacity', '--node-deployment=true'] };
    await make(...csiDriver({ ...options, spec: { attachRequired: false, storageCapacity: true } }));
    await make(storageClass('fast', { provisioner: DRIVER, volumeBindingMode: 'WaitForFirstConsumer', parameters: { kind: 'fast' } }));
    const spaces = async () =>
      (await cluster.client.list(CSIStorageCapacity)).items
        .map(
          ({ nodeTopology, capacity: left, maximumVolumeSize }) =>
            `${Object.values(nodeTopology?.matchLabels ?? {})} ${left} ${maximumVolumeSize}`,
        )
        .sort();
    expect(await spaces()).toEqual(['worker-1 10Gi 10Gi', 'worker-2 10Gi 10Gi']);
    const nodes: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      await make(claim(name, 6, { storageClassName: 'fast' }), podWith(name, name));
      const pod: corev1.Pod = await cluster.client.get(Pod, name, 'default');
      nodes.push(pod.spec.nodeName ?? pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message ?? '');
    }
    expect(nodes.slice(0, 2).sort()).toEqual(['worker-1', 'worker-2']);
    expect(nodes[2]).toBe(
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) did not have enough free storage. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
    );
    expect(await spaces()).toEqual(['worker-1 4Gi 4Gi', 'worker-2 4Gi 4Gi']);
  });
});
