import type { AdmissionAttributes, AdmissionContext, UserInfo } from '#apiserver';

/** Whether this is a request to certificatesigningrequests with this subresource. */
export const isSigningRequest = ({ group, resource, subresource }: AdmissionAttributes, wanted: string): boolean =>
  resource === 'certificatesigningrequests' && group === 'certificates.k8s.io' && subresource === wanted;

/**
 * Whether the user may do this to requests of a signer: by its name, or for all signers of its domain (pkg/registry/…/certauthorization).
 */
export async function mayUseSigner(
  user: UserInfo,
  verb: 'approve' | 'sign' | 'attest',
  signer: string,
  { authorizer }: AdmissionContext,
): Promise<boolean> {
  const domain = `${signer.split('/')[0]}/*`;
  for (const name of [signer, domain]) {
    const resource = { group: 'certificates.k8s.io', version: '*', resource: 'signers', subresource: '', namespace: '', name };
    const { allowed } = await authorizer.authorize({ user, verb, resource });
    if (allowed) return true;
  }
  return false;
}
