import { CLAIMS, claim, storageClass } from './test-claims.js';
import { cluster, post } from './test-cluster.js';

describe('PersistentVolumeClaimResize', () => {
  it.each([
    ['Pending', {}, 'Only bound persistent volume claims can be expanded'],
    ['Bound', {}, 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'],
    ['Bound', { allowVolumeExpansion: true }, undefined],
  ])('whether a %s claim of a class with %j may grow', async (phase, more, reason) => {
    const made = await cluster();
    await post(made, '/apis/storage.k8s.io/v1/storageclasses', storageClass('sc', more));
    await post(made, CLAIMS, claim('a'));
    const headers = { 'content-type': 'application/merge-patch+json' };
    await made.call('PATCH', `${CLAIMS}/a/status`, { headers, body: { status: { phase } } });
    const { status, body } = await made.call('PATCH', `${CLAIMS}/a`, {
      headers,
      body: { spec: { resources: { requests: { storage: '2Gi' } } } },
    });
    const refused = [403, `persistentvolumeclaims "a" is forbidden: ${reason}`];
    expect([status, body.message]).toEqual(reason === undefined ? [200, undefined] : refused);
  });
});
