import { CLAIMS, claim, storageClass } from './test-claims.js';
import { cluster, post, specOf } from './test-cluster.js';

describe('DefaultStorageClass', () => {
  it('sets the default class and adds finalizers for protection', async () => {
    const made = await cluster();
    await post(made, '/apis/storage.k8s.io/v1/storageclasses', storageClass('sc'));
    const defaulted = await post(made, CLAIMS, claim('a'));
    const classless = await post(made, CLAIMS, claim('b', { storageClassName: '' }));
    expect([defaulted, classless].map(({ body }) => [body.metadata?.finalizers, specOf(body).storageClassName])).toEqual([
      [['kubernetes.io/pvc-protection'], 'sc'],
      [['kubernetes.io/pvc-protection'], ''],
    ]);
  });
});
