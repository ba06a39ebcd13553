import { type corev1, PersistentVolume, Pod, type storagev1, VolumeAttachment } from '#api';
import { asCSI, inlineAsCSI } from '#component-helpers';
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
  informers.of(PersistentVolume).addIndex(BY_DRIVER, (volume) => {
    const { csi } = asCSI(volume).spec;
    return csi ? [csi.driver] : [];
  });
}

/** The volumes of a CSI driver. */
export const volumesOfDriver = (informers: Informers, driver: string): readonly corev1.PersistentVolume[] =>
  informers.of(PersistentVolume).byIndex(BY_DRIVER, driver);

const INLINE = 'pods-by-inline-volume';
const INLINE_ATTACHMENTS = 'attachments-by-inline-volume';

/** The key of a volume that is in the spec of pods: driver and handle. */
export const inlineKey = ({ driver, volumeHandle }: corev1.CSIPersistentVolumeSource): string => `${driver}^${volumeHandle}`;

/** The volumes in a pod's spec whose plugins CSI drivers have replaced. */
export const inlineVolumes = ({ spec, metadata }: corev1.Pod): corev1.PersistentVolume[] =>
  (spec?.volumes ?? []).flatMap((volume) => inlineAsCSI(volume, metadata.namespace) ?? []);

/** The volume in the spec of an attachment. */
export const inlineSource = ({ spec }: storagev1.VolumeAttachment): corev1.CSIPersistentVolumeSource | undefined =>
  spec.source.inlineVolumeSpec?.csi;

/** Adds the indexes of volumes in the specs of pods. */
export function indexInline(informers: Informers): void {
  informers.of(Pod).addIndex(INLINE, (pod) => inlineVolumes(pod).flatMap(({ spec }) => (spec.csi ? [inlineKey(spec.csi)] : [])));
  informers.of(VolumeAttachment).addIndex(INLINE_ATTACHMENTS, (attachment) => {
    const csi = inlineSource(attachment);
    return csi ? [inlineKey(csi)] : [];
  });
}

/** The pods that have such a volume. */
export const podsWith = (informers: Informers, key: string): readonly corev1.Pod[] => informers.of(Pod).byIndex(INLINE, key);

/** The attachments of such a volume. */
export const inlineAttachments = (informers: Informers, key: string): readonly storagev1.VolumeAttachment[] =>
  informers.of(VolumeAttachment).byIndex(INLINE_ATTACHMENTS, key);
