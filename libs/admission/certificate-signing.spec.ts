import { patchAsJane } from './test-certificates.js';

const failed = { conditions: [{ type: 'Failed', status: 'True', reason: 'r', message: 'm' }] };
const issued = { certificate: 'Zm9v' };
const refused = 'user not permitted to sign requests with signerName "example.com/s"';

describe('CertificateSigning', () => {
  it.each<[readonly [string, string] | undefined, object, string | undefined]>([
    [undefined, issued, refused],
    [undefined, failed, refused],
    [undefined, {}, undefined],
    [['approve', 'example.com/s'], issued, refused],
    [['sign', 'example.com/s'], issued, undefined],
    [['sign', 'example.com/*'], failed, undefined],
  ])('who may %j and sets %j', async (grant, status, reason) => {
    const want = reason ? [403, `certificatesigningrequests.certificates.k8s.io "a" is forbidden: ${reason}`] : [200, undefined];
    expect(await patchAsJane('status', grant, status)).toEqual(want);
  });
});
