import type { certificatesv1 } from '#api';

type CSR = certificatesv1.CertificateSigningRequest;

const has = ({ status }: CSR, wanted: string): boolean => (status?.conditions ?? []).some(({ type }) => type === wanted);

/** Whether a request was approved or denied. */
export const isDecided = (request: CSR): boolean => has(request, 'Approved') || has(request, 'Denied');

/** Whether a signer may sign it (certificate_controller_utils.go IsCertificateRequestApproved), which has not failed before. */
export const isToBeSigned = (request: CSR): boolean =>
  has(request, 'Approved') &&
  !has(request, 'Denied') &&
  !(request.status?.conditions ?? []).some(({ type, status }) => type === 'Failed' && status === 'True');
