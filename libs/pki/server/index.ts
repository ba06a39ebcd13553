export { BundleError, bundleOf, type Chain, keyPair } from './certificates.js';
export { serverCertificateError } from './verify.js';
