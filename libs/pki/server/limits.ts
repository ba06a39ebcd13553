/** Characters of a PEM text that are read. */
export const PEM_TEXT = 1024 * 1024;
/** Certificates of a CA bundle that count: distributions ship about 150. Parsing one takes 30 µs. */
export const CERTIFICATES = 300;
/** Certificates that a server may present. */
export const CHAIN = 10;
/** Signatures that are checked for one connection, at most 1 ms each. Go stops at 100. */
export const SIGNATURE_CHECKS = 16;
/** Names of a certificate that errors show; with more they show their number (crypto/x509 HostnameError). */
export const SHOWN_NAMES = 100;
