import { hash } from 'node:crypto';
import type { corev1, storagev1 } from '#api';

/**
 * The volumes that CSI drivers make for classes of the plugins of the tree that they have replaced: they stand in the API in the tree's notation
 * (external-provisioner Provision, csi-translation-lib TranslateCSIPVToInTree).
 */

/** A disk that was made for a volume of this name. */
type Disk = (volume: string, fsType: { fsType?: string }) => Partial<corev1.PersistentVolumeSpec>;

const AZURE = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/cluster/providers/Microsoft.Compute/disks';

/** By the plugin's name. Shares of azure-file and volumes of Portworx are made by nobody. */
const DISKS: ReadonlyMap<string, Disk> = new Map<string, Disk>([
  [
    'kubernetes.io/aws-ebs',
    (volume, fsType) => ({ awsElasticBlockStore: { volumeID: `vol-0${hash('sha256', volume).slice(0, 16)}`, ...fsType } }),
  ],
  [
    'kubernetes.io/azure-disk',
    (volume, fsType) => ({ azureDisk: { diskName: volume, diskURI: `${AZURE}/${volume}`, kind: 'Managed', ...fsType } }),
  ],
  ['kubernetes.io/cinder', (volume, fsType) => ({ cinder: { volumeID: volume.slice('pvc-'.length), ...fsType } })],
  ['kubernetes.io/gce-pd', (volume, fsType) => ({ gcePersistentDisk: { pdName: volume, ...fsType } })],
  ['kubernetes.io/vsphere-volume', (volume, fsType) => ({ vsphereVolume: { volumePath: `[datastore] fcd/${volume}.vmdk`, ...fsType } })],
]);

/** Whether drivers make volumes for a class of the tree. */
export const makesDisks = (plugin: string): boolean => DISKS.has(plugin);

/** The source of a volume that is made for such a class; undefined for others. Pure. */
export function migratedDisk(
  { provisioner, parameters = {} }: storagev1.StorageClass,
  volume: string,
): Partial<corev1.PersistentVolumeSpec> | undefined {
  const named = Object.entries(parameters).find(([key]) => key.toLowerCase() === 'fstype')?.[1];
  return DISKS.get(provisioner)?.(volume, named === undefined ? {} : { fsType: named });
}
