import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { type Authority, issueCertificate, newAuthority } from '#pki';
import { newKeys, pemOf } from '../x509.js';
import { BundleError, bundleOf, keyPair } from './certificates.js';
import { serverCertificateError } from './verify.js';

const at = (text: string): number => Date.parse(text);
const BORN = at('2026-01-01T00:00:00Z');
const NOW = at('2026-06-01T12:00:00Z');
const HOST = 'hook.ns.svc';

const authority = (commonName: string, notAfter = at('2036-01-01T00:00:00Z')) => newAuthority({ commonName, notBefore: BORN, notAfter });
const issue = (by: Authority, more: Partial<Parameters<typeof issueCertificate>[1]> = {}) =>
  issueCertificate(by, {
    ...{ commonName: 'hook', notBefore: BORN, notAfter: at('2027-01-01T00:00:00Z'), usage: 'serverAuth', names: [HOST] },
    ...more,
  });

/** A certificate of its own making, as `openssl req -x509` makes it. */
async function selfSigned(commonName: string, extensions: x509.Extension[] = []): Promise<string> {
  const keys = await newKeys();
  const name = new x509.Name([{ CN: [commonName] }]);
  const dates = { notBefore: new Date(BORN), notAfter: new Date(at('2027-01-01T00:00:00Z')) };
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '10',
    name,
    keys: keys as never,
    extensions,
    ...dates,
  });
  return pemOf(made);
}

let ca: Authority;
let other: Authority;
let sameName: Authority;
beforeAll(async () => {
  [ca, other, sameName] = await Promise.all([authority('my ca'), authority('another'), authority('my ca')]);
});

interface Case {
  certificate?: Parameters<typeof issue>[1];
  by?: () => Authority | Promise<Authority>;
  bundle?: () => string;
  now?: number;
  host?: string;
}

it.each<[string, Case, string | undefined]>([
  ['a certificate of the CA', {}, undefined],
  ['one of several CAs', { bundle: () => `# mine\n${other.certificate}${ca.certificate}` }, undefined],
  ['another CA', { bundle: () => other.certificate }, 'x509: certificate signed by unknown authority'],
  ['no CA', { bundle: () => '' }, 'x509: certificate signed by unknown authority'],
  [
    'a CA of the same name with another key',
    { bundle: () => sameName.certificate },
    'x509: certificate signed by unknown authority (possibly because of "x509: ECDSA verification failure" while trying to verify candidate authority certificate "my ca")',
  ],
  ['the CAs before and after a rotation', { bundle: () => sameName.certificate + ca.certificate }, undefined],
  [
    'an expired certificate',
    { now: at('2027-01-01T00:00:01Z') },
    'x509: certificate has expired or is not yet valid: current time 2027-01-01T00:00:01Z is after 2027-01-01T00:00:00Z',
  ],
  [
    'a certificate that is not valid yet',
    { now: at('2025-12-31T23:59:59Z') },
    'x509: certificate has expired or is not yet valid: current time 2025-12-31T23:59:59Z is before 2026-01-01T00:00:00Z',
  ],
  [
    'an expired CA',
    { by: () => authority('old', at('2026-05-01T00:00:00Z')) },
    'x509: certificate has expired or is not yet valid: current time 2026-06-01T12:00:00Z is after 2026-05-01T00:00:00Z',
  ],
  ['a wildcard', { certificate: { names: ['*.ns.svc'] } }, undefined],
  ['a name in capitals', { certificate: { names: ['HOOK.ns.svc'] } }, undefined],
  [
    'other names',
    { certificate: { names: ['hook', 'hook.ns', '10.0.0.1', '*.svc'] } },
    'x509: certificate is valid for hook, hook.ns, *.svc, not hook.ns.svc',
  ],
  [
    'only addresses',
    { certificate: { names: ['10.0.0.1'] } },
    'x509: certificate is not valid for any names, but wanted to match hook.ns.svc',
  ],
  ['an address', { certificate: { names: ['10.0.0.1', '2001:db8::1'] }, host: '2001:db8:0::1' }, undefined],
  [
    'another address',
    { certificate: { names: ['10.0.0.1', '2001:db8::1'] }, host: '10.0.0.2' },
    'x509: certificate is valid for 10.0.0.1, 2001:db8::1, not 10.0.0.2',
  ],
  [
    'an address instead of a name',
    { host: '10.0.0.2' },
    "x509: cannot validate certificate for 10.0.0.2 because it doesn't contain any IP SANs",
  ],
  [
    'a common name alone',
    { certificate: { names: [], commonName: HOST } },
    'x509: certificate relies on legacy Common Name field, use SANs instead',
  ],
  ['no names', { certificate: { names: [] } }, 'x509: certificate is not valid for any names, but wanted to match hook.ns.svc'],
  [
    'very many names',
    { certificate: { names: Array.from({ length: 100 }, (_, index) => `n${index}`) } },
    'x509: certificate is valid for 100 names, but none matched hook.ns.svc',
  ],
  ["a client's certificate", { certificate: { usage: 'clientAuth' } }, 'x509: certificate specifies an incompatible key usage'],
])('%s', async (_, { certificate, by, bundle, now = NOW, host = HOST }, want) => {
  const signer = (await by?.()) ?? ca;
  const issued = await issue(signer, certificate);
  const chain = keyPair(issued.certificate, issued.key);
  if (!chain) throw new Error('no chain');
  const pem = bundle?.() ?? signer.certificate;
  const roots = pem === '' ? [] : bundleOf(pem);
  expect(serverCertificateError(chain, { roots, serverName: host, now })).toBe(want);
});

describe('a certificate that signs itself', () => {
  const san = new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: HOST }]);
  const errorOf = async (certificate: string, bundle: string) => {
    const chain = bundleOf(certificate) as unknown as Parameters<typeof serverCertificateError>[0];
    return serverCertificateError(chain, { roots: bundleOf(bundle), serverName: HOST, now: NOW });
  };
  it('is trusted if it is in the bundle', async () => {
    const certificate = await selfSigned('hook', [san]);
    expect(await errorOf(certificate, certificate)).toBe(undefined);
  });
  it('is not trusted if another of the same name is', async () => {
    const [mine, before] = [await selfSigned('hook', [san]), await selfSigned('hook', [san])];
    expect(await errorOf(mine, before)).toBe(
      'x509: certificate signed by unknown authority (possibly because of "x509: invalid signature: parent certificate cannot sign this kind of certificate" while trying to verify candidate authority certificate "hook")',
    );
  });
});

it('a chain leads over the intermediates that the server presents', async () => {
  const keys = await newKeys();
  const [rootKeys, leafKeys] = [await newKeys(), await newKeys()];
  const dates = { notBefore: new Date(BORN), notAfter: new Date(at('2027-01-01T00:00:00Z')) };
  const isCA = [new x509.BasicConstraintsExtension(true, undefined, true)];
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const made = (subject: string, issuer: string, publicKey: unknown, signingKey: unknown, extensions: x509.Extension[]) =>
    x509.X509CertificateGenerator.create({
      ...{ serialNumber: '11', subject: `CN=${subject}`, issuer: `CN=${issuer}`, signingAlgorithm, extensions, ...dates },
      ...{ publicKey: publicKey as never, signingKey: signingKey as never },
    });
  const root = pemOf(await made('root', 'root', rootKeys.publicKey, rootKeys.privateKey, isCA));
  const middle = pemOf(await made('middle', 'root', keys.publicKey, rootKeys.privateKey, isCA));
  const names = [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: HOST }])];
  const leaf = pemOf(await made('leaf', 'middle', leafKeys.publicKey, keys.privateKey, names));
  const errorOf = (...chain: string[]) => {
    const presented = bundleOf(chain.join('')) as unknown as Parameters<typeof serverCertificateError>[0];
    return serverCertificateError(presented, { roots: bundleOf(root), serverName: HOST, now: NOW });
  };
  expect([errorOf(leaf, middle), errorOf(leaf)]).toEqual([undefined, 'x509: certificate signed by unknown authority']);
});

it('a key belongs to its certificate, or a server cannot start', async () => {
  const [one, two] = [await issue(ca), await issue(ca)];
  expect(keyPair(one.certificate + ca.certificate, one.key)).toHaveLength(2);
  expect([keyPair(one.certificate, two.key), keyPair('', one.key), keyPair(one.certificate, 'x'), keyPair('x', 'x')]).toEqual([
    ...[undefined, undefined, undefined, undefined],
  ]);
});

it.each<[string, string]>([
  ['nonsense', 'unable to parse bytes as PEM block'],
  ['-----BEGIN CERTIFICATE-----\nTm8=\n-----END CERTIFICATE-----\n', 'failed to parse certificate: x509: malformed certificate'],
  ['-----BEGIN PUBLIC KEY-----\nTm8=\n-----END PUBLIC KEY-----\n', 'no valid certificate authority data seen'],
])('the bundle %j is refused', (pem, message) => {
  expect(() => bundleOf(pem)).toThrow(new BundleError(message));
});
