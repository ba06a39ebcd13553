/** A PersistentVolumeClaim of 1Gi. */
export const claim = (name: string, spec: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
/** A StorageClass that is the default. */
export const storageClass = (name: string, more: Record<string, unknown> = {}) => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'p',
  ...more,
});
/** The path of the claims in the specs' namespace. */
export const CLAIMS = '/api/v1/namespaces/ns/persistentvolumeclaims';
