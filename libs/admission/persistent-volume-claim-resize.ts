import type { corev1, storagev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { rejected } from './rejection.js';

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

const size = (claim: corev1.PersistentVolumeClaim) => parseQuantity(claim.spec?.resources?.requests?.storage ?? '0');
const className = ({ metadata, spec }: corev1.PersistentVolumeClaim): string =>
  metadata.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? '';

async function validate(attributes: AdmissionAttributes, { reader }: AdmissionContext): Promise<void> {
  const claim = attributes.object as corev1.PersistentVolumeClaim;
  const old = attributes.oldObject as corev1.PersistentVolumeClaim;
  if (size(claim).compare(size(old)) <= 0) return;
  if (old.status?.phase !== 'Bound') throw rejected(attributes, 'Only bound persistent volume claims can be expanded');
  const name = className(claim);
  const found =
    name !== '' && name === className(old)
      ? await reader.get<storagev1.StorageClass>('storage.k8s.io', 'storageclasses', '', name)
      : undefined;
  if (found?.allowVolumeExpansion) return;
  throw rejected(
    attributes,
    'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
  );
}

/** Claims may only grow if their class allows it (plugin/pkg/admission/storage/persistentvolume/resize). */
export const persistentVolumeClaimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  operations: ['UPDATE'],
  resources: ['persistentvolumeclaims'],
  validate(attributes, ctx) {
    const { group, resource, subresource } = attributes;
    return resource === 'persistentvolumeclaims' && group === '' && subresource === '' ? validate(attributes, ctx) : undefined;
  },
};
