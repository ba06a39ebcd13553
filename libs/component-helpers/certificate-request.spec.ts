import { type CertificateRequest, parseRequest } from './certificate-request.js';

/** Requests by /O=devs/O=ops/CN=jane, made by openssl req -new. */
const P256 =
  'MIHnMIGOAgEAMCwxDTALBgNVBAoMBGRldnMxDDAKBgNVBAoMA29wczENMAsGA1UEAwwEamFuZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPKlm6FzSTozuEKruE0U' +
  '9JN5Qm9zcoeMtqw4c/3B4vIxX7tp/cdYaR6AL4mdv6GrwVmaJkrOuk/TW1stTeEKKGugADAKBggqhkjOPQQDAgNIADBFAiEAsathF6VexCxO7/3txj4WsvZYu1e12CAc' +
  'TgK0EagM1yUCIFS+E0rzftxtjl8lxaGsGeDdU6pmdENP3pq7eeJQsfWu';
const ED25519 =
  'MIGrMF8CAQAwLDENMAsGA1UECgwEZGV2czEMMAoGA1UECgwDb3BzMQ0wCwYDVQQDDARqYW5lMCowBQYDK2VwAyEA5kNggoRSBKqFRJqkNHiDrZAQAJgEi+qnLBzyKHO/' +
  'S3egADAFBgMrZXADQQDJxyFUG+Ijy1EpyFyljjkHtsBFqxvg33mk7JwrziGRDBc7mH20sUNqbkY24Ib+i2JHjXfWdUAcylMYU4WcGooI';

const pem = (der: string, type = 'CERTIFICATE REQUEST') =>
  Buffer.from(`-----BEGIN ${type}-----\n${der}\n-----END ${type}-----\n`).toString('base64');
const jane: CertificateRequest = { commonName: 'jane', organizations: ['devs', 'ops'], signed: true };

/** The same bytes with one of the last changed, which is the signature's. */
function forged(der: string): string {
  const bytes = Buffer.from(der, 'base64');
  bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
  return bytes.toString('base64');
}

describe('parseRequest', () => {
  it.each<[string, string, CertificateRequest | string]>([
    ['an ECDSA key', pem(P256), jane],
    ['an Ed25519 key', pem(ED25519), jane],
    ['a signature of something else', pem(forged(P256)), { ...jane, signed: false }],
    ['another block', pem(P256, 'CERTIFICATE'), 'PEM block type must be CERTIFICATE REQUEST'],
    ['no block', 'aGVsbG8=', 'PEM block type must be CERTIFICATE REQUEST'],
    ['no base64', '%', 'PEM block type must be CERTIFICATE REQUEST'],
    ['bytes cut off', pem(P256.slice(0, 80)), 'asn1: structure error: malformed certificate request'],
    ['no bytes', pem(''), 'asn1: structure error: malformed certificate request'],
  ])('%s', (_, text, expected) => expect(parseRequest(text)).toEqual(expected));
});
