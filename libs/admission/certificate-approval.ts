import type { certificatesv1 } from '#api';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { rejected } from './rejection.js';
import { isSigningRequest, mayUseSigner } from './signer-access.js';

async function validate(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  // The old object's signer counts: the user could have changed the new one's.
  const signer = (attributes.oldObject as certificatesv1.CertificateSigningRequest).spec.signerName;
  if (await mayUseSigner(attributes.user, 'approve', signer, ctx)) return;
  throw rejected(attributes, `user not permitted to approve requests with signerName "${signer}"`);
}

/** Whoever approves a request must be authorized for its signer (plugin/pkg/admission/certificates/approval). */
export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  operations: ['UPDATE'],
  resources: ['certificatesigningrequests.certificates.k8s.io'],
  validate: (attributes, ctx) => (isSigningRequest(attributes, 'approval') ? validate(attributes, ctx) : undefined),
};
