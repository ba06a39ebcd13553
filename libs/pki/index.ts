export { type Authority, newAuthority } from './authority.js';
export { type CertificateRequest, parseRequest } from './certificate-request.js';
export { type Issued, issueCertificate } from './issue.js';
export { expiryOf, type KeyUsage, type SigningPolicy, signRequest } from './sign-request.js';
