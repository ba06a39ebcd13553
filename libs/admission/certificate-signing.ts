import type { certificatesv1 } from '#api';
import { deepEqual } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { rejected } from './rejection.js';
import { isSigningRequest, mayUseSigner } from './signer-access.js';

async function validate(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  const old = attributes.oldObject as certificatesv1.CertificateSigningRequest;
  const { status } = attributes.object as certificatesv1.CertificateSigningRequest;
  const unchanged = old.status?.certificate === status?.certificate && deepEqual(old.status?.conditions ?? [], status?.conditions ?? []);
  if (unchanged || (await mayUseSigner(attributes.user, 'sign', old.spec.signerName, ctx))) return;
  throw rejected(attributes, `user not permitted to sign requests with signerName "${old.spec.signerName}"`);
}

/** Whoever issues a certificate must be authorized for its signer (plugin/pkg/admission/certificates/signing). */
export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  operations: ['UPDATE'],
  resources: ['certificatesigningrequests.certificates.k8s.io'],
  validate: (attributes, ctx) => (isSigningRequest(attributes, 'status') ? validate(attributes, ctx) : undefined),
};
