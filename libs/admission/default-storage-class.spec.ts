import { cluster, post, specOf } from './test-cluster.js';

describe('DefaultStorageClass', () => {
  const claim = (name: string, spec: Record<string, unknown> = {}) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
  });
  const storageClass = (name: string, more: Record<string, unknown> = {}) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'p',
    ...more,
  });
  const claims = '/api/v1/namespaces/ns/persistentvolumeclaims';

  it('defaults the class and protects what is in use', async () => {
    const made = await cluster();
    await post(made, '/apis/storage.k8s.io/v1/storageclasses', storageClass('sc'));
    const defaulted = await post(made, claims, claim('a'));
    const classless = await post(made, claims, claim('b', { storageClassName: '' }));
    expect([defaulted, classless].map(({ body }) => [body.metadata?.finalizers, specOf(body).storageClassName])).toEqual([
      [['kubernetes.io/pvc-protection'], 'sc'],
      [['kubernetes.io/pvc-protection'], ''],
    ]);
  });
});
