import { expect, it } from '@jest/globals';
import { type corev1, Event, Node, PersistentVolume, PersistentVolumeClaim, Pod, VolumeAttachment } from '#api';
import type { LocalCluster } from '#cluster';
import { claim, csiDriver, makeAll, podWith, storageClass, volume } from './storage-objects.js';
import { openCluster } from './story.js';

/** A volume of a plugin that a CSI driver has replaced. */
function inTree(name: string, source: Partial<corev1.PersistentVolumeSpec>): corev1.PersistentVolume {
  const made = volume(name, 1, { storageClassName: name, ...source });
  const { hostPath: _, ...spec } = made.spec;
  return { ...made, spec };
}
const own = (name: string, source: Omit<corev1.Volume, 'name'>): corev1.Pod =>
  podWith(name, '', { nodeName: 'worker-1', volumes: [{ name: 'data', ...source }] });

async function told({ client }: LocalCluster, name: string) {
  const { items } = await client.list(Event);
  return items
    .filter(({ involvedObject }) => involvedObject.name === name)
    .map(({ source, reason, message }) => [source?.component, reason, message]);
}
const phase = async ({ client }: LocalCluster, name: string) => (await client.get(Pod, name, 'default')).status?.phase;
const attachments = async ({ client }: LocalCluster) =>
  (await client.list(VolumeAttachment)).items.map(({ spec, status }) => [
    spec.attacher,
    spec.nodeName,
    spec.source,
    status?.attached ?? false,
  ]);
const waiting = (driver: string, handle: string) =>
  `timed out waiting for external-attacher of ${driver} CSI driver to attach volume ${handle}`;

it('persistent-volume-binder: a claim of a class of the tree waits for the driver that has replaced its plugin', async () => {
  const cluster = await openCluster();
  await makeAll(cluster, [storageClass('gold', { provisioner: 'kubernetes.io/gce-pd' }), claim('a', 1, { storageClassName: 'gold' })]);
  const driver = 'pd.csi.storage.gke.io';
  const { annotations } = (await cluster.client.get(PersistentVolumeClaim, 'a', 'default')).metadata;
  expect(annotations).toEqual({
    'volume.beta.kubernetes.io/storage-provisioner': driver,
    'volume.kubernetes.io/storage-provisioner': driver,
  });
  const message =
    `Waiting for a volume to be created either by the external provisioner '${driver}' or manually by the system administrator. ` +
    'If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
  expect(await told(cluster, 'a')).toEqual([['persistentvolume-controller', 'ExternalProvisioning', message]]);
});

it('external-provisioner, external-deleter: the driver that has replaced a plugin makes the volumes of its classes, and deletes them', async () => {
  const cluster = await openCluster();
  const driver = 'ebs.csi.aws.com';
  const gold = storageClass('gold', { provisioner: 'kubernetes.io/aws-ebs', parameters: { fsType: 'xfs', type: 'gp2' } });
  await makeAll(cluster, [gold, claim('a', 1, { storageClassName: 'gold' }), podWith('p', 'a')]);
  expect(await phase(cluster, 'p')).toBe('Pending');
  await makeAll(cluster, csiDriver({ name: driver, flags: ['--enable-attach', '--enable-topology=false'] }));
  await cluster.advance(60_000);
  const [made] = (await cluster.client.list(PersistentVolume)).items;
  const { spec, status, metadata } = made ?? volume('', 0);
  expect([status?.phase, spec.csi, spec.awsElasticBlockStore]).toEqual([
    'Bound',
    undefined,
    { volumeID: expect.stringMatching(/^vol-0/), fsType: 'xfs' },
  ]);
  expect(metadata.annotations).toMatchObject({
    'pv.kubernetes.io/provisioned-by': 'kubernetes.io/aws-ebs',
    'pv.kubernetes.io/migrated-to': driver,
  });
  expect([await phase(cluster, 'p'), (await attachments(cluster)).map(([attacher, , , attached]) => [attacher, attached])]).toEqual([
    'Running',
    [[driver, true]],
  ]);
  await cluster.client.delete(Pod, 'p', 'default');
  await cluster.client.delete(PersistentVolumeClaim, 'a', 'default');
  await cluster.advance(60_000);
  expect((await cluster.client.list(PersistentVolume)).items).toEqual([]);
});

it.each([
  ['kubernetes.io/azure-file', 'file.csi.azure.com', { azureFile: expect.objectContaining({ shareName: expect.stringMatching(/^pvc-/) }) }],
  ['kubernetes.io/portworx-volume', 'pxd.portworx.com', { portworxVolume: { volumeID: expect.stringMatching(/^\d{18}$/) } }],
])('external-provisioner: a volume of %s is made by %s, and a pod runs with it', async (provisioner, driver, source) => {
  const cluster = await openCluster();
  await makeAll(cluster, csiDriver({ name: driver, flags: ['--enable-attach', '--enable-topology=false'] }));
  await makeAll(cluster, [storageClass('gold', { provisioner }), claim('a', 1, { storageClassName: 'gold' }), podWith('p', 'a')]);
  await cluster.advance(60_000);
  const [made] = (await cluster.client.list(PersistentVolume)).items;
  expect([made?.spec, made?.metadata.annotations?.['pv.kubernetes.io/migrated-to'], await phase(cluster, 'p')]).toEqual([
    expect.objectContaining(source),
    driver,
    'Running',
  ]);
});

it('attachdetach-controller: a volume of the tree waits for the driver that has replaced its plugin', async () => {
  const cluster = await openCluster();
  const disk = inTree('disk', { gcePersistentDisk: { pdName: 'd' } });
  await makeAll(cluster, [disk, claim('disk', 1, { storageClassName: 'disk' }), podWith('p', 'disk', { nodeName: 'worker-1' })]);
  await cluster.advance(121_000);
  const [driver, handle] = ['pd.csi.storage.gke.io', 'projects/UNSPECIFIED/zones/UNSPECIFIED/disks/d'];
  expect([await phase(cluster, 'p'), await attachments(cluster)]).toEqual([
    'Pending',
    [[driver, 'worker-1', { persistentVolumeName: 'disk' }, false]],
  ]);
  const message = `AttachVolume.Attach failed for volume "disk" : ${waiting(driver, handle)}`;
  expect(await told(cluster, 'p')).toContainEqual(['attachdetach-controller', 'FailedAttachVolume', message]);
});

it('attachdetach-inline: a disk in the spec of a pod waits for the driver that has replaced its plugin', async () => {
  const cluster = await openCluster();
  await makeAll(cluster, [own('p', { awsElasticBlockStore: { volumeID: 'vol-1' } })]);
  await cluster.advance(121_000);
  const driver = 'ebs.csi.aws.com';
  const csi = { driver, volumeHandle: 'vol-1', volumeAttributes: { partition: '0' } };
  const inlineVolumeSpec = expect.objectContaining({ csi, accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' });
  expect([await phase(cluster, 'p'), await attachments(cluster)]).toEqual(['Pending', [[driver, 'worker-1', { inlineVolumeSpec }, false]]]);
  const message = `AttachVolume.Attach failed for volume "${driver}-vol-1" : ${waiting(driver, 'vol-1')}`;
  expect(await told(cluster, 'p')).toContainEqual(['attachdetach-controller', 'FailedAttachVolume', message]);
  await cluster.client.delete(Pod, 'p', 'default');
  await cluster.settle();
  expect(await attachments(cluster)).toEqual([]);
});

it('attachdetach-inline: with the driver, disks of the tree are attached, mounted and detached', async () => {
  const cluster = await openCluster();
  const driver = 'ebs.csi.aws.com';
  const disk = inTree('disk', { awsElasticBlockStore: { volumeID: 'aws://us-east-1a/vol-2' } });
  await makeAll(cluster, [...csiDriver({ name: driver, flags: ['--enable-attach', '--enable-topology=false'] })]);
  await makeAll(cluster, [disk, claim('disk', 1, { storageClassName: 'disk' }), podWith('claimed', 'disk', { nodeName: 'worker-1' })]);
  await makeAll(cluster, [own('own', { awsElasticBlockStore: { volumeID: 'vol-1' } })]);
  const inUse = async () => (await cluster.client.get(Node, 'worker-1')).status?.volumesAttached?.map(({ name }) => name);
  expect([await phase(cluster, 'claimed'), await phase(cluster, 'own'), await inUse()]).toEqual([
    'Running',
    'Running',
    [`kubernetes.io/csi/${driver}^vol-2`, `kubernetes.io/csi/${driver}^vol-1`],
  ]);
  for (const name of ['claimed', 'own']) await cluster.client.delete(Pod, name, 'default');
  await cluster.settle();
  expect([await attachments(cluster), await inUse()]).toEqual([[], undefined]);
});

it('persistentvolume-controller: a volume that a plugin of the tree has made is left to the driver that has replaced it', async () => {
  const cluster = await openCluster();
  const made = inTree('disk', { awsElasticBlockStore: { volumeID: 'vol-1' }, persistentVolumeReclaimPolicy: 'Delete' });
  const annotations = { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/aws-ebs' };
  const metadata = { ...made.metadata, annotations, finalizers: ['kubernetes.io/pv-controller'] };
  await makeAll(cluster, [{ ...made, metadata }, claim('disk', 1, { storageClassName: 'disk' })]);
  await cluster.client.delete(PersistentVolumeClaim, 'disk', 'default');
  await cluster.advance(60_000);
  const { status, metadata: now } = await cluster.client.get(PersistentVolume, 'disk');
  expect([status?.phase, now.annotations?.['pv.kubernetes.io/migrated-to'], now.finalizers]).toEqual([
    'Released',
    'ebs.csi.aws.com',
    ['kubernetes.io/pv-protection'],
  ]);
});

it('kube-scheduler: a disk of the tree is reached from the nodes of its zone, as the driver knows it', async () => {
  const cluster = await openCluster();
  const disk = inTree('disk', { awsElasticBlockStore: { volumeID: 'vol-1' } });
  const labelled = { ...disk, metadata: { ...disk.metadata, labels: { 'topology.kubernetes.io/zone': 'a' } } };
  await makeAll(cluster, [labelled, claim('disk', 1, { storageClassName: 'disk' }), podWith('p', 'disk')]);
  await cluster.advance(5_000);
  const scheduled = async () => (await cluster.client.get(Pod, 'p', 'default')).spec?.nodeName;
  expect(await scheduled()).toBeUndefined();
  const nodes = (await cluster.client.list(Node)).items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('worker'));
  expect((await told(cluster, 'p')).at(-1)?.[2]).toContain("node(s) didn't match PersistentVolume's node affinity");
  const last = nodes.at(-1) ?? '';
  await cluster.client.patch(Node, last, undefined, 'merge', { metadata: { labels: { 'topology.ebs.csi.aws.com/zone': 'a' } } });
  await cluster.advance(20_000);
  expect(await scheduled()).toBe(last);
});
