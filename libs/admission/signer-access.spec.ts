import type { AccessAttributes, AdmissionAttributes, AdmissionContext } from '#apiserver';
import { isSigningRequest, mayUseSigner } from './signer-access.js';

const CSR = { group: 'certificates.k8s.io', resource: 'certificatesigningrequests', subresource: 'approval' };

describe('a request to a subresource of certificatesigningrequests', () => {
  it.each<[string, Partial<typeof CSR>, boolean]>([
    ['the subresource', {}, true],
    ['another subresource', { subresource: 'status' }, false],
    ['the object itself', { subresource: '' }, false],
    ['another group', { group: 'example.com' }, false],
    ['another resource', { resource: 'clustertrustbundles' }, false],
  ])('%s', (_, attributes, expected) => {
    expect(isSigningRequest({ ...CSR, ...attributes } as AdmissionAttributes, 'approval')).toBe(expected);
  });
});

describe('access to a signer', () => {
  const user = { name: 'jane', groups: ['system:authenticated'] };

  /** Uses an authorizer that allows access only to these names; returns the decision and everything the authorizer was asked. */
  async function ask(signer: string, allowed: readonly string[]) {
    const asked: AccessAttributes[] = [];
    const authorizer = {
      authorize(attributes: AccessAttributes) {
        asked.push(attributes);
        return { allowed: 'resource' in attributes && allowed.includes(attributes.resource?.name ?? '') };
      },
    };
    return { may: await mayUseSigner(user, 'sign', signer, { authorizer } as unknown as AdmissionContext), asked };
  }

  const question = (name: string) => ({
    user,
    verb: 'sign',
    resource: { group: 'certificates.k8s.io', version: '*', resource: 'signers', subresource: '', namespace: '', name },
  });

  it.each<[string, string[], boolean, string[]]>([
    ['example.com/s', ['example.com/s'], true, ['example.com/s']],
    ['example.com/s', ['example.com/*'], true, ['example.com/s', 'example.com/*']],
    ['example.com/s', [], false, ['example.com/s', 'example.com/*']],
    ['example.com/s', ['example.com/t', 'example.org/*', '*'], false, ['example.com/s', 'example.com/*']],
    ['a.example.com/s/t', ['a.example.com/*'], true, ['a.example.com/s/t', 'a.example.com/*']],
  ])('for %s, if %j are allowed: %s', async (signer, allowed, may, names) => {
    expect(await ask(signer, allowed)).toEqual({ may, asked: names.map(question) });
  });
});
