import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { validityOf } from './certificate-chain.js';

const folder = mkdtempSync(path.join(tmpdir(), 'orrery-chain-'));
const file = (name: string) => path.join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });

const CA = 'basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign,cRLSign\n';
const CLIENT = 'extendedKeyUsage=clientAuth\n';

/** Signs a certificate of the name with a key of the kind; `by`: its issuer, itself by default. */
function made(name: string, { by = name, extensions = CA, key = 'EC', days = '30' } = {}): void {
  const curve = key === 'EC' ? ['-pkeyopt', 'ec_paramgen_curve:P-256'] : [];
  openssl('genpkey', '-algorithm', key, ...curve, '-out', file(`${name}.key`));
  openssl('req', '-new', '-key', file(`${name}.key`), '-subj', `/O=devs/CN=${name}`, '-out', file(`${name}.csr`));
  writeFileSync(file(`${name}.ext`), extensions);
  const issuer =
    by === name ? ['-signkey', file(`${name}.key`)] : ['-CA', file(`${by}.crt`), '-CAkey', file(`${by}.key`), '-CAcreateserial'];
  openssl(
    'x509',
    '-req',
    '-in',
    file(`${name}.csr`),
    ...issuer,
    '-days',
    days,
    '-extfile',
    file(`${name}.ext`),
    '-out',
    file(`${name}.crt`),
  );
}

const read = (name: string) => new X509Certificate(readFileSync(file(`${name}.crt`)));

/** A certificate with what the client has sent along, as a TLS socket gives it. */
function sent(...names: string[]): X509Certificate {
  const chain = names.map(read);
  chain.forEach((each, index) => void Object.defineProperty(each, 'issuerCertificate', { value: chain[index + 1] }));
  return chain[0] as X509Certificate;
}

beforeAll(() => {
  made('root', { days: '60' });
  made('other-root', { days: '60' });
  made('inner', { by: 'root', days: '20' });
  made('innermost', { by: 'inner', days: '40' });
  made('last', { by: 'root', days: '40', extensions: CA.replace('TRUE', 'TRUE,pathlen:0') });
  made('below-last', { by: 'last', days: '40' });
  made('no-ca', { by: 'root', extensions: 'basicConstraints=CA:FALSE\n' });
  made('servers', { by: 'root', extensions: `${CA}extendedKeyUsage=serverAuth\n` });
  made('impostor', { by: 'other-root' });
  for (const issuer of ['root', 'inner', 'innermost', 'last', 'below-last', 'no-ca', 'servers', 'impostor']) {
    made(`of-${issuer}`, { by: issuer, extensions: CLIENT });
  }
  made('rsa', { by: 'inner', extensions: CLIENT, key: 'RSA' });
  made('ed25519', { by: 'inner', extensions: CLIENT, key: 'ED25519' });
  made('server', { by: 'inner', extensions: 'extendedKeyUsage=serverAuth\n' });
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

test.each<[string, string[], string | undefined]>([
  ["the CA's own", ['of-root'], 'of-root'],
  ["the CA's own, with others beside it", ['of-root', 'impostor', 'inner'], 'of-root'],
  ["an intermediate's, which ends with it", ['of-inner', 'inner'], 'inner'],
  ['with the CA itself', ['of-inner', 'inner', 'root'], 'inner'],
  ['two of them, in any order', ['of-innermost', 'inner', 'innermost'], 'inner'],
  ['of an RSA key', ['rsa', 'inner'], 'inner'],
  ['of an Ed25519 key', ['ed25519', 'inner'], 'inner'],
  ['one that may have no CAs below it', ['of-last', 'last'], 'of-last'],
  ['not one below such a one', ['of-below-last', 'below-last', 'last'], undefined],
  ['not without the intermediate', ['of-inner'], undefined],
  ['not with another one', ['of-inner', 'last'], undefined],
  ['not of a certificate that is no CA', ['of-no-ca', 'no-ca'], undefined],
  ['not of a CA that is for servers only', ['of-servers', 'servers'], undefined],
  ['not of another root', ['of-impostor', 'impostor', 'other-root'], undefined],
  ['not for servers', ['server', 'inner'], undefined],
  ['not behind more than are looked at', ['of-inner', ...Array(10).fill('last'), 'inner'], undefined],
])('%s', (_, names, end) => {
  const validity = validityOf(sent(...names), read('root'));
  expect(validity?.notAfter).toBe(end && Date.parse(read(end).validTo));
});

test('a chain of many certificates that nobody has signed costs a check for each', () => {
  let checks = 0;
  const strangers = sent('of-inner', ...Array(10).fill('impostor'));
  for (let each: X509Certificate | undefined = strangers; each; each = each.issuerCertificate) {
    const { verify } = each;
    Object.defineProperty(each, 'verify', {
      value: (key: Parameters<typeof verify>[0]) => {
        checks += 1;
        return verify.call(each, key);
      },
    });
  }
  expect(validityOf(strangers, read('root'))).toBeUndefined();
  expect(checks).toBeLessThanOrEqual(11);
});
