import type { corev1 } from '#api';
import { asCSI, inlineAsCSI } from './migrated.js';

type Spec = Partial<corev1.PersistentVolumeSpec>;
const volume = (spec: Spec, labels: Record<string, string> = {}): corev1.PersistentVolume => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv', labels },
  spec: { accessModes: ['ReadWriteMany'], claimRef: { namespace: 'ns', name: 'c' }, ...spec },
});
const GCE = 'pd.csi.storage.gke.io';
const zone = (name: string) => ({ 'topology.kubernetes.io/zone': name });

it.each<[string, Spec, Record<string, string>, corev1.CSIPersistentVolumeSource | undefined]>([
  [
    'AWS',
    { awsElasticBlockStore: { volumeID: 'aws://us-east-1a/vol-1', fsType: 'ext4' } },
    {},
    { driver: 'ebs.csi.aws.com', volumeHandle: 'vol-1', fsType: 'ext4', volumeAttributes: { partition: '0' } },
  ],
  ['AWS, not an id', { awsElasticBlockStore: { volumeID: 'aws://us-east-1a/disk' } }, {}, undefined],
  [
    'GCE, of a zone',
    { gcePersistentDisk: { pdName: 'd' } },
    zone('us-central1-b'),
    { driver: GCE, volumeHandle: 'projects/UNSPECIFIED/zones/us-central1-b/disks/d', volumeAttributes: { partition: '' } },
  ],
  [
    'GCE, of a region',
    { gcePersistentDisk: { pdName: 'd', partition: 2 } },
    zone('us-central1-b__us-central1-c'),
    { driver: GCE, volumeHandle: 'projects/UNSPECIFIED/regions/us-central1/disks/d', volumeAttributes: { partition: '2' } },
  ],
  [
    'Azure, a disk',
    { azureDisk: { diskName: 'd', diskURI: '/subscriptions/s/d', cachingMode: 'None' } },
    {},
    { driver: 'disk.csi.azure.com', volumeHandle: '/subscriptions/s/d', volumeAttributes: { cachingmode: 'None', kind: 'Managed' } },
  ],
  ['Azure, not managed', { azureDisk: { diskName: 'd', diskURI: 'u', kind: 'Shared' } }, {}, undefined],
  [
    'Azure, a share',
    { azureFile: { secretName: 'azure-storage-account-me-secret', shareName: 's' } },
    {},
    { driver: 'file.csi.azure.com', volumeHandle: '#me#s#pv#ns', volumeAttributes: { sharename: 's' } },
  ],
  ['Cinder', { cinder: { volumeID: 'v', readOnly: true } }, {}, { driver: 'cinder.csi.openstack.org', volumeHandle: 'v', readOnly: true }],
  ['vSphere', { vsphereVolume: { volumePath: '[ds] v.vmdk' } }, {}, { driver: 'csi.vsphere.vmware.com', volumeHandle: '[ds] v.vmdk' }],
  ['Portworx', { portworxVolume: { volumeID: 'v' } }, {}, { driver: 'pxd.portworx.com', volumeHandle: 'v' }],
  ['NFS', { nfs: { server: 's', path: '/' } }, {}, undefined],
])('a volume of %s', (_, spec, labels, wanted) => {
  expect(asCSI(volume(spec, labels)).spec.csi).toEqual(wanted);
});

it('a disk of Google is for one node, whatever the volume says', () => {
  const { spec } = asCSI(volume({ gcePersistentDisk: { pdName: 'd' } }));
  expect([spec.accessModes, spec.gcePersistentDisk]).toEqual([['ReadWriteOnce'], undefined]);
});

it.each<[corev1.Volume, string | undefined, string | undefined]>([
  [{ name: 'v', gcePersistentDisk: { pdName: 'd', readOnly: true } }, `${GCE}-d`, 'ReadOnlyMany'],
  [{ name: 'v', awsElasticBlockStore: { volumeID: 'vol-1' } }, 'ebs.csi.aws.com-vol-1', 'ReadWriteOnce'],
  [{ name: 'v', azureDisk: { diskName: 'd', diskURI: '/d' } }, '/d', 'ReadWriteOnce'],
  [{ name: 'v', azureFile: { secretName: 's', shareName: 'x' } }, '#s#x#v#ns', 'ReadWriteMany'],
  [{ name: 'v', emptyDir: {} }, undefined, undefined],
])('a volume of a pod: %j', (one, name, mode) => {
  const made = inlineAsCSI(one, 'ns');
  expect([made?.metadata.name, made?.spec.accessModes?.[0]]).toEqual([name, mode]);
});

const affinity = (...terms: Array<Record<string, string[]>>): Spec => ({
  nodeAffinity: {
    required: {
      nodeSelectorTerms: terms.map((term) => ({
        matchExpressions: Object.entries(term).map(([key, values]) => ({ key, operator: 'In', values })),
      })),
    },
  },
});
const ZONE = 'topology.kubernetes.io/zone';
const BETA = 'failure-domain.beta.kubernetes.io';
const EBS = 'topology.ebs.csi.aws.com/zone';
const aws = { awsElasticBlockStore: { volumeID: 'vol-1' } };

it.each<[string, Spec, Record<string, string>, Spec]>([
  ['its zones', { ...aws, ...affinity({ [ZONE]: ['a', 'b'] }) }, { [ZONE]: 'c' }, affinity({ [EBS]: ['a', 'b'] })],
  ['its labels', aws, { [ZONE]: 'b__a' }, affinity({ [EBS]: ['a', 'b'] })],
  ['its labels, in each term', { ...aws, ...affinity({ x: ['1'] }) }, { [ZONE]: 'a' }, affinity({ x: ['1'], [EBS]: ['a'] })],
  [
    'its beta labels',
    { cinder: { volumeID: 'v' }, ...affinity({ [`${BETA}/zone`]: ['a'], [`${BETA}/region`]: ['r'] }) },
    {},
    affinity({ 'topology.cinder.csi.openstack.org/zone': ['a'], 'topology.kubernetes.io/region': ['r'] }),
  ],
  ['nothing', aws, {}, {}],
  ['its zones, for Google', { gcePersistentDisk: { pdName: 'd' } }, { [ZONE]: 'z' }, affinity({ 'topology.gke.io/zone': ['z'] })],
  [
    'its zones, which Azure keeps',
    { azureDisk: { diskName: 'd', diskURI: 'u' }, ...affinity({ [ZONE]: ['a'] }) },
    {},
    affinity({ [ZONE]: ['a'] }),
  ],
])('where a volume is follows from %s', (_, spec, labels, wanted) => {
  expect(asCSI(volume(spec, labels)).spec.nodeAffinity).toEqual(wanted.nodeAffinity);
});
