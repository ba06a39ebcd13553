import type { corev1 } from '#api';
import { defaultPullPolicy } from './image.js';

/** The default mode of files from secrets, config maps, projections and the downward API: 0644. */
const DEFAULT_MODE = 0o644;

function setDownwardAPIDefaults(items: readonly corev1.DownwardAPIVolumeFile[] | undefined): void {
  for (const item of items ?? []) {
    if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1';
    if (item.resourceFieldRef) item.resourceFieldRef.divisor ??= '0';
  }
}

function setProjectedDefaults(projected: corev1.ProjectedVolumeSource): void {
  projected.defaultMode ??= DEFAULT_MODE;
  for (const source of projected.sources ?? []) {
    if (source.serviceAccountToken) source.serviceAccountToken.expirationSeconds ??= 3600;
    setDownwardAPIDefaults(source.downwardAPI?.items);
  }
}

function setBlockDefaults(volume: corev1.Volume): void {
  if (volume.iscsi) volume.iscsi.iscsiInterface ||= 'default';
  if (volume.rbd) {
    volume.rbd.pool ||= 'rbd';
    volume.rbd.user ||= 'admin';
    volume.rbd.keyring ||= '/etc/ceph/keyring';
  }
  if (volume.azureDisk) setAzureDiskDefaults(volume.azureDisk);
  if (volume.scaleIO) {
    volume.scaleIO.storageMode ||= 'ThinProvisioned';
    volume.scaleIO.fsType ||= 'xfs';
  }
}

/** Defaults of an Azure disk in a pod or a PersistentVolume (zz_generated.defaults.go). */
export function setAzureDiskDefaults(disk: corev1.AzureDiskVolumeSource): void {
  disk.cachingMode ??= 'ReadWrite';
  disk.fsType ??= 'ext4';
  disk.readOnly ??= false;
  disk.kind ??= 'Shared';
}

/** Defaults of a pod's volume: emptyDir if it has no source, file modes … (core/v1 SetDefaults_Volume and its parts). */
export function setVolumeDefaults(volume: corev1.Volume): void {
  // The name is the only field that is not a source.
  if (Object.keys(volume).length <= 1) {
    volume.emptyDir = {};
    return;
  }
  if (volume.projected) setProjectedDefaults(volume.projected);
  if (volume.configMap) volume.configMap.defaultMode ??= DEFAULT_MODE;
  if (volume.secret) volume.secret.defaultMode ??= DEFAULT_MODE;
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= DEFAULT_MODE;
    setDownwardAPIDefaults(volume.downwardAPI.items);
  }
  if (volume.hostPath) volume.hostPath.type ??= '';
  if (volume.image) volume.image.pullPolicy ||= defaultPullPolicy(volume.image.reference);
  if (volume.ephemeral?.volumeClaimTemplate) {
    const template = volume.ephemeral.volumeClaimTemplate;
    template.metadata ??= {} as NonNullable<typeof template.metadata>;
    template.spec.volumeMode ??= 'Filesystem';
    template.spec.resources ??= {};
  }
  setBlockDefaults(volume);
}
