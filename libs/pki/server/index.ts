export { BundleError, bundleOf, type Chain, keyPair } from './certificates.js';
export { hostnameError } from './names.js';
export { serverCertificateError } from './verify.js';
