import type { certificatesv1 } from '#api';
import { formatTime } from '#apimachinery';
import type { CertificateRequest } from '#pki';
import { removalTime } from './cleaner.js';
import { apiClientTrouble, clientTrouble, servingTrouble } from './kubelet-request.js';
import { signingPolicy } from './policy.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;

function request(names: Partial<CertificateRequest['alternativeNames']> = {}, more: Partial<CertificateRequest> = {}): CertificateRequest {
  const alternativeNames = { dns: [], email: [], ip: [], url: [], ...names };
  return { commonName: 'system:node:a', organizations: ['system:nodes'], signed: true, alternativeNames, der: Buffer.of(), ...more };
}

const CLIENT = ['client auth', 'digital signature', 'key encipherment'];
const SERVING = ['server auth', 'digital signature', 'key encipherment'];
const wantedClient = 'usages did not match [client auth digital signature key encipherment]';
const wantedServing = 'usages did not match [digital signature key encipherment server auth]';

describe('what signers refuse', () => {
  it.each<[string, CertificateRequest, string[], string | undefined, string | undefined]>([
    ['a client', request(), CLIENT, undefined, 'DNS or IP subjectAltName is required'],
    ['a client without RSA', request(), ['digital signature', 'client auth'], undefined, 'DNS or IP subjectAltName is required'],
    ['a server', request({ ip: ['10.0.0.1'] }), SERVING, 'IP subjectAltNames are not allowed', undefined],
    ['a server by name', request({ dns: ['a'] }), SERVING.slice(0, 2), 'DNS subjectAltNames are not allowed', undefined],
    [
      'an address of mail',
      request({ email: ['a@b'], dns: ['a'] }),
      SERVING,
      'DNS subjectAltNames are not allowed',
      'Email subjectAltNames are not allowed',
    ],
    [
      'only an address of mail',
      request({ email: ['a@b'] }),
      CLIENT,
      'Email subjectAltNames are not allowed',
      'DNS or IP subjectAltName is required',
    ],
    [
      'a URI',
      request({ url: ['a://b'], ip: ['::1'] }),
      SERVING,
      'IP subjectAltNames are not allowed',
      'URI subjectAltNames are not allowed',
    ],
    ['only a URI', request({ url: ['a://b'] }), CLIENT, 'URI subjectAltNames are not allowed', 'DNS or IP subjectAltName is required'],
    [
      'other groups',
      request({}, { organizations: ['system:nodes', 'x'] }),
      CLIENT,
      'subject organization is not system:nodes',
      'subject organization is not system:nodes',
    ],
    [
      'another name',
      request({}, { commonName: 'a' }),
      CLIENT,
      'subject common name does not begin with system:node:',
      'DNS or IP subjectAltName is required',
    ],
    [
      'another server name',
      request({ dns: ['a'] }, { commonName: 'a' }),
      SERVING,
      'DNS subjectAltNames are not allowed',
      'subject common name does not begin with system:node:',
    ],
    ['wrong usages of a client', request(), SERVING, wantedClient, 'DNS or IP subjectAltName is required'],
    ['wrong usages of a server', request({ dns: ['a'] }), CLIENT, 'DNS subjectAltNames are not allowed', wantedServing],
  ])('%s', (_, asked, usages, client, serving) => {
    expect([clientTrouble(asked, usages), servingTrouble(asked, usages)]).toEqual([client, serving]);
  });

  it.each<[string[], string | undefined]>([
    [['client auth'], undefined],
    [CLIENT, undefined],
    [['digital signature'], 'missing required usage for client certificate: client auth'],
    [SERVING, 'invalid usage for client certificate: server auth'],
    [[], 'missing required usage for client certificate: client auth'],
  ])('%j of another client', (usages, trouble) => expect(apiClientTrouble(request(), usages)).toBe(trouble));
});

describe('signingPolicy', () => {
  it.each<[string, number | undefined, number, number, number?]>([
    ['a year by default', undefined, NOW + 10 * YEAR, NOW + YEAR - 5 * MINUTE],
    ['at most a year', 2 * 365 * 24 * 3600, NOW + 10 * YEAR, NOW + YEAR - 5 * MINUTE],
    ['at least ten minutes', 5, NOW + 10 * YEAR, NOW + 10 * MINUTE],
    ['an hour, to the end', 3600, NOW + 10 * YEAR, NOW + HOUR],
    ['a day, backdated', 86_400, NOW + 10 * YEAR, NOW + 24 * HOUR - 5 * MINUTE],
    ["not beyond the CA's", 86_400, NOW + HOUR, NOW + HOUR],
    ['what the flag says by default', undefined, NOW + 10 * YEAR, NOW + HOUR, HOUR],
    ['at most what the flag says', 86_400, NOW + 10 * YEAR, NOW + HOUR, HOUR],
    ['even where that is less than ten minutes', 600, NOW + 10 * YEAR, NOW + MINUTE, MINUTE],
  ])('%s', (_, expirationSeconds, expiry, notAfter, longest = YEAR) => {
    expect(signingPolicy({ usages: CLIENT, expirationSeconds }, { now: NOW, expiry, longest })).toEqual({
      notBefore: NOW - 5 * MINUTE,
      notAfter,
      keyUsages: ['digitalSignature', 'keyEncipherment'],
      extendedKeyUsages: ['1.3.6.1.5.5.7.3.2'],
    });
  });

  it('an expired CA signs nothing', () => {
    expect(() => signingPolicy({ usages: CLIENT }, { now: NOW, expiry: NOW, longest: YEAR })).toThrow(
      'refusing to sign a certificate that expired in the past',
    );
  });
});

describe('removalTime', () => {
  const condition = (type: string, at = NOW) => ({ type, status: 'True', lastUpdateTime: formatTime(at) });
  it.each<[string, certificatesv1.CertificateSigningRequestStatus | undefined, number]>([
    ['pending', undefined, NOW + 24 * HOUR],
    ['denied', { conditions: [condition('Denied', NOW + HOUR)] }, NOW + 2 * HOUR],
    ['approved', { conditions: [condition('Approved')] }, NOW + 24 * HOUR],
    ['issued', { conditions: [condition('Approved')], certificate: 'Zm9v' }, NOW + HOUR],
    ['failed', { conditions: [condition('Approved'), condition('Failed', NOW + HOUR)] }, NOW + 2 * HOUR],
  ])('%s', (_, status, at) => {
    const metadata = { name: 'a', creationTimestamp: formatTime(NOW) };
    expect(removalTime({ apiVersion: '', kind: '', metadata, spec: { request: '', signerName: '' }, status })).toBe(at);
  });
});
