import type { corev1, storagev1 } from '#api';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver';
import { newestDefault } from '#component-helpers';

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
const IS_DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

async function admit(claim: corev1.PersistentVolumeClaim, { reader }: AdmissionContext): Promise<void> {
  const found = newestDefault(await reader.list<storagev1.StorageClass>('storage.k8s.io', 'storageclasses'), IS_DEFAULT);
  if (found) claim.spec = { ...claim.spec, storageClassName: found.metadata.name };
}

/** Claims without a class get the default one (plugin/pkg/admission/storage/storageclass/setdefault). */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  operations: ['CREATE'],
  resources: ['persistentvolumeclaims'],
  admit({ group, resource, subresource, object }, ctx) {
    if (resource !== 'persistentvolumeclaims' || group !== '' || subresource !== '') return;
    const claim = object as corev1.PersistentVolumeClaim;
    if (claim.spec?.storageClassName !== undefined || claim.metadata.annotations?.[BETA_CLASS] !== undefined) return;
    return admit(claim, ctx);
  },
};
