import { cluster, post } from './test-cluster.js';

const claimSpec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const volumeSpec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/v' } };

describe('StorageObjectInUseProtection', () => {
  it.each<[string, string, object, string[], string[]]>([
    ['PersistentVolumeClaim', '/api/v1/namespaces/ns/persistentvolumeclaims', { spec: claimSpec }, [], ['kubernetes.io/pvc-protection']],
    ['PersistentVolume', '/api/v1/persistentvolumes', { spec: volumeSpec }, [], ['kubernetes.io/pv-protection']],
    ['PersistentVolume', '/api/v1/persistentvolumes', { spec: volumeSpec }, ['a.b/c'], ['a.b/c', 'kubernetes.io/pv-protection']],
    [
      'PersistentVolume',
      '/api/v1/persistentvolumes',
      { spec: volumeSpec },
      ['kubernetes.io/pv-protection'],
      ['kubernetes.io/pv-protection'],
    ],
    [
      'VolumeAttributesClass',
      '/apis/storage.k8s.io/v1/volumeattributesclasses',
      { driverName: 'd', parameters: { a: 'b' } },
      [],
      ['kubernetes.io/vac-protection'],
    ],
  ])('a new %s at %s', async (kind, path, rest, finalizers, want) => {
    const apiVersion = path.startsWith('/apis/') ? 'storage.k8s.io/v1' : 'v1';
    const { body } = await post(await cluster(), path, { apiVersion, kind, metadata: { name: 'a', finalizers }, ...rest });
    expect(body.metadata?.finalizers).toEqual(want);
  });
});
