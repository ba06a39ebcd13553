import type { AdmissionAttributes } from '#apiserver';
import { admissionContext } from '#apiserver';
import { clusterTrustBundleAttest } from './cluster-trust-bundle-attest.js';

const request = (signerName: string) =>
  ({
    ...{ operation: 'CREATE', group: 'certificates.k8s.io', resource: 'clustertrustbundles', subresource: '', name: 'b' },
    user: { name: 'u', groups: [] },
    object: { apiVersion: 'certificates.k8s.io/v1beta1', kind: 'ClusterTrustBundle', metadata: { name: 'b' }, spec: { signerName } },
  }) as unknown as AdmissionAttributes;

/** The signers for which the user may attest. */
const allowing = (...names: string[]) =>
  ({
    authorizer: {
      authorize: ({ verb, resource }: { verb: string; resource: { name: string } }) => ({
        allowed: verb === 'attest' && names.includes(resource.name),
      }),
    },
  }) as unknown as ReturnType<typeof admissionContext>;

describe('ClusterTrustBundleAttest', () => {
  it.each([
    ['of no signer', '', []],
    ['of an allowed signer', 'x.io/s', ['x.io/s']],
    ['of an allowed domain', 'x.io/s', ['x.io/*']],
  ])('a bundle %s is admitted', async (_, signer, names) => {
    await expect(Promise.resolve(clusterTrustBundleAttest.validate?.(request(signer), allowing(...names)))).resolves.toBeUndefined();
  });

  it('other bundles are refused', async () => {
    await expect(clusterTrustBundleAttest.validate?.(request('x.io/s'), allowing('y.io/*'))).rejects.toThrow(
      'clustertrustbundles.certificates.k8s.io "b" is forbidden: user not permitted to attest for signerName "x.io/s"',
    );
  });
});
