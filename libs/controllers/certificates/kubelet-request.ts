import { deepEqual } from '#apimachinery';
import type { CertificateRequest } from '#pki';

const NODE_PREFIX = 'system:node:';

const sameSet = (a: readonly string[], b: readonly string[]): boolean => deepEqual([...new Set(a)].sort(), [...b].sort());

const usagesTrouble = (usages: readonly string[], required: readonly string[]): string | undefined => {
  const withoutRSA = required.filter((usage) => usage !== 'key encipherment');
  return sameSet(usages, required) || sameSet(usages, withoutRSA) ? undefined : `usages did not match [${required.join(' ')}]`;
};

/** What is wrong with a request for a kubelet's client certificate (apis/certificates/helpers.go ValidateKubeletClientCSR). */
export function clientTrouble(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { dns, email, ip, url } = request.alternativeNames;
  if (!deepEqual(request.organizations, ['system:nodes'])) return 'subject organization is not system:nodes';
  if (dns.length > 0) return 'DNS subjectAltNames are not allowed';
  if (email.length > 0) return 'Email subjectAltNames are not allowed';
  if (ip.length > 0) return 'IP subjectAltNames are not allowed';
  if (url.length > 0) return 'URI subjectAltNames are not allowed';
  if (!request.commonName.startsWith(NODE_PREFIX)) return 'subject common name does not begin with system:node:';
  return usagesTrouble(usages, ['client auth', 'digital signature', 'key encipherment']);
}

/** The same for a serving certificate (ValidateKubeletServingCSR). */
export function servingTrouble(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { dns, email, ip, url } = request.alternativeNames;
  if (!deepEqual(request.organizations, ['system:nodes'])) return 'subject organization is not system:nodes';
  if (dns.length === 0 && ip.length === 0) return 'DNS or IP subjectAltName is required';
  if (email.length > 0) return 'Email subjectAltNames are not allowed';
  if (url.length > 0) return 'URI subjectAltNames are not allowed';
  const trouble = usagesTrouble(usages, ['digital signature', 'key encipherment', 'server auth']);
  if (trouble !== undefined) return trouble;
  return request.commonName.startsWith(NODE_PREFIX) ? undefined : 'subject common name does not begin with system:node:';
}

const OPTIONAL_USAGES = new Set(['digital signature', 'key encipherment']);

/** The same for any other client of the API server (signer.go validAPIServerClientUsages). */
export function apiClientTrouble(_: CertificateRequest, usages: readonly string[]): string | undefined {
  const other = usages.find((usage) => usage !== 'client auth' && !OPTIONAL_USAGES.has(usage));
  if (other !== undefined) return `invalid usage for client certificate: ${other}`;
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}
