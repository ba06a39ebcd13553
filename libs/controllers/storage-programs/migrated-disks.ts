import { hash } from 'node:crypto';
import type { corev1, storagev1 } from '#api';

/**
 * The volumes that CSI drivers make for classes of the plugins of the tree that they have replaced: they stand in the API in the tree's notation
 * (external-provisioner Provision, csi-translation-lib TranslateCSIPVToInTree).
 */

/** A disk that was made for a volume of this name. */
type Disk = (volume: string, fsType: { fsType?: string }) => Partial<corev1.PersistentVolumeSpec>;

const RESOURCE_GROUP = 'cluster';
const AZURE = `/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.Compute/disks`;

/** A number of so many digits that a provider gives to a volume. */
const numberOf = (volume: string, digits: number): string =>
  BigInt(`0x${hash('sha256', volume).slice(0, 32)}`)
    .toString()
    .slice(0, digits);

/** By the plugin's name. */
const DISKS: ReadonlyMap<string, Disk> = new Map<string, Disk>([
  [
    'kubernetes.io/aws-ebs',
    (volume, fsType) => ({ awsElasticBlockStore: { volumeID: `vol-0${hash('sha256', volume).slice(0, 16)}`, ...fsType } }),
  ],
  [
    'kubernetes.io/azure-disk',
    (volume, fsType) => ({ azureDisk: { diskName: volume, diskURI: `${AZURE}/${volume}`, kind: 'Managed', ...fsType } }),
  ],
  [
    'kubernetes.io/azure-file',
    // A share has no file system of its own.
    (volume) => ({
      azureFile: {
        secretName: `azure-storage-account-f${hash('sha256', RESOURCE_GROUP).slice(0, 22)}-secret`,
        ...{ secretNamespace: 'default', shareName: volume },
      },
    }),
  ],
  ['kubernetes.io/cinder', (volume, fsType) => ({ cinder: { volumeID: volume.slice('pvc-'.length), ...fsType } })],
  ['kubernetes.io/gce-pd', (volume, fsType) => ({ gcePersistentDisk: { pdName: volume, ...fsType } })],
  ['kubernetes.io/portworx-volume', (volume, fsType) => ({ portworxVolume: { volumeID: numberOf(volume, 18), ...fsType } })],
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

/** What the annotations of such a volume say of where it is. */
export const diskAnnotations = ({ provisioner }: Pick<storagev1.StorageClass, 'provisioner'>): Record<string, string> =>
  provisioner === 'kubernetes.io/azure-file' ? { 'kubernetes.io/azure-file-resource-group': RESOURCE_GROUP } : {};
