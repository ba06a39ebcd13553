import type { certificatesv1 } from '#api';
import type { AdmissionPlugin } from '#apiserver';
import { parseRequest } from '#pki';
import { rejected } from './rejection.js';
import { isSigningRequest } from './signer-access.js';

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

/** Rejects requests for client certificates in the group system:masters (plugin/pkg/admission/certificates/subjectrestriction). */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  operations: ['CREATE'],
  resources: ['certificatesigningrequests.certificates.k8s.io'],
  validate(attributes) {
    if (!isSigningRequest(attributes, '')) return;
    const { spec } = attributes.object as certificatesv1.CertificateSigningRequest;
    if (spec.signerName !== CLIENT_SIGNER) return;
    const request = parseRequest(spec.request);
    if (typeof request === 'string') throw rejected(attributes, `failed to parse CSR: ${request}`);
    if (request.organizations.includes(MASTERS))
      throw rejected(attributes, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`);
  },
};
