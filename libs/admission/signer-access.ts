import type { AdmissionAttributes, AdmissionContext, UserInfo } from '#apiserver';

/** Whether this request is one to certificatesigningrequests, and to this subresource of them. */
export const isSigningRequest = ({ group, resource, subresource }: AdmissionAttributes, wanted: string): boolean =>
  resource === 'certificatesigningrequests' && group === 'certificates.k8s.io' && subresource === wanted;

/** May the user do this to requests of a signer: of it by name, or of all of its domain (pkg/registry/…/certauthorization)? */
export async function mayUseSigner(
  user: UserInfo,
  verb: 'approve' | 'sign',
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
