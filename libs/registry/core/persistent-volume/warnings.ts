import type { corev1 } from '#api';
import { append } from '#apimachinery';
import { nodeSelectorTermWarnings } from '../pod/node-label-warnings.js';

type PersistentVolume = corev1.PersistentVolume;

const ANNOTATIONS: Readonly<Record<string, string>> = {
  'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
};
const PLUGINS = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const;

/** Deprecated fields of a volume (pkg/api/persistentvolume GetWarningsForPersistentVolume). */
export function persistentVolumeWarnings(object: PersistentVolume): string[] {
  const warnings: string[] = [];
  for (const [key, text] of Object.entries(ANNOTATIONS)) {
    if (object.metadata.annotations?.[key] !== undefined) warnings.push(`metadata.annotations[${key}]: ${text}`);
  }
  if (object.spec.persistentVolumeReclaimPolicy === 'Recycle') {
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  }
  (object.spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).forEach((term, index) => {
    append(warnings, nodeSelectorTermWarnings(term, false, `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`));
  });
  for (const [field, name, text] of PLUGINS) if (object.spec[field]) warnings.push(`spec.${name}: ${text}`);
  return warnings;
}
