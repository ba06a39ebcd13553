import type { AdmissionPlugin } from '#apiserver';

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  'volumeattributesclasses.storage.k8s.io': 'kubernetes.io/vac-protection',
};

/** Adds finalizers, so that volumes and claims are not deleted while in use (plugin/pkg/admission/storage/storageobjectinuseprotection). */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  operations: ['CREATE'],
  resources: Object.keys(FINALIZERS),
  admit({ group, resource, subresource, object }) {
    if (subresource !== '' || !object) return;
    const finalizer = FINALIZERS[group === '' ? resource : `${resource}.${group}`];
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizer !== undefined && !finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
  },
};
