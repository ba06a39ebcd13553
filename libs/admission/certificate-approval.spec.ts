import { patchAsJane } from './test-certificates.js';

const approved = { conditions: [{ type: 'Approved', status: 'True', reason: 'r', message: 'm' }] };
const refused = 'user not permitted to approve requests with signerName "example.com/s"';

describe('CertificateApproval', () => {
  it.each<[readonly [string, string] | undefined, string | undefined]>([
    [undefined, refused],
    [['approve', 'example.com/other'], refused],
    [['sign', 'example.com/s'], refused],
    [['approve', 'example.com/s'], undefined],
    [['approve', 'example.com/*'], undefined],
    [['*', 'example.com/s'], undefined],
  ])('who may %j', async (grant, reason) => {
    const want = reason ? [403, `certificatesigningrequests.certificates.k8s.io "a" is forbidden: ${reason}`] : [200, undefined];
    expect(await patchAsJane('approval', grant, approved)).toEqual(want);
  });
});
