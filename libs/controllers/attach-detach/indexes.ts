import { type corev1, PersistentVolume, type storagev1, VolumeAttachment } from '#api';
import type { Informers } from '#controller-runtime';

const BY_VOLUME = 'attachments-by-volume';
const BY_NODE = 'attachments-by-node-name';
const BY_DRIVER = 'volumes-by-driver';

/** Adds the indexes of VolumeAttachments by their volume and node. */
export function indexAttachments(informers: Informers): void {
  const attachments = informers.of(VolumeAttachment);
  attachments.addIndex(BY_VOLUME, ({ spec }) => (spec.source.persistentVolumeName ? [spec.source.persistentVolumeName] : []));
  attachments.addIndex(BY_NODE, ({ spec }) => [spec.nodeName]);
}

/** The VolumeAttachments of a volume. */
export const attachmentsOf = (informers: Informers, volume: string): readonly storagev1.VolumeAttachment[] =>
  informers.of(VolumeAttachment).byIndex(BY_VOLUME, volume);

/** The VolumeAttachments to a node. */
export const attachmentsTo = (informers: Informers, node: string): readonly storagev1.VolumeAttachment[] =>
  informers.of(VolumeAttachment).byIndex(BY_NODE, node);

/** Adds the index of volumes by their CSI driver. */
export function indexVolumesByDriver(informers: Informers): void {
  informers.of(PersistentVolume).addIndex(BY_DRIVER, ({ spec }) => (spec.csi ? [spec.csi.driver] : []));
}

/** The volumes of a CSI driver. */
export const volumesOfDriver = (informers: Informers, driver: string): readonly corev1.PersistentVolume[] =>
  informers.of(PersistentVolume).byIndex(BY_DRIVER, driver);
