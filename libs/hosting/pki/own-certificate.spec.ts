import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { issueCertificate, newAuthority } from '#pki';
import { certificateFiles, readOwnCertificate } from './own-certificate.js';

const day = 24 * 3600 * 1000;
const folder = mkdtempSync(path.join(os.tmpdir(), 'orrery-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file; its path. */
function written(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function issued(names: string[], from = -day, to = day) {
  const now = Date.now();
  const authority = await newAuthority({ commonName: 'a CA', notBefore: now - 10 * day, notAfter: now + 10 * day });
  return issueCertificate(authority, { commonName: 'x', notBefore: now + from, notAfter: now + to, usage: 'serverAuth', names });
}

test('a certificate and its key', async () => {
  const { certificate, key } = await issued(['orrery.example', '*.orrery.example', '192.0.2.1']);
  const own = readOwnCertificate({ cert: written('a.crt', certificate), key: written('a.key', key) });
  expect(own.hosts).toEqual(['orrery.example', '*.orrery.example']);
  expect(['orrery.example', 'a.orrery.example', 'other.example', '127.0.0.1'].map((host) => own.isFor(host))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test.each<[string, { certificate?: string; key?: string; names?: string[]; from?: number; to?: number }, string]>([
  ['a file that is none', { certificate: 'hello' }, 'ORRERY_TLS_CERT=CERT has no certificate in PEM'],
  ['an empty file', { certificate: '' }, 'ORRERY_TLS_CERT=CERT has no certificate in PEM'],
  ['a key that is none', { key: 'hello' }, 'ORRERY_TLS_KEY=KEY has no private key in PEM, or one with a password'],
  ['an expired one', { from: -3 * day, to: -day }, 'ORRERY_TLS_CERT=CERT expired on '],
  ['one of the future', { from: day, to: 2 * day }, 'ORRERY_TLS_CERT=CERT is not valid before '],
  [
    'one for addresses only',
    { names: ['192.0.2.1'] },
    'ORRERY_TLS_CERT=CERT names no host (subjectAltName DNS): clients would not accept it',
  ],
])('%s is refused', async (_what, { certificate, key, names = ['a.example'], from, to }, message) => {
  const made = await issued(names, from, to);
  const files = { cert: written('b.crt', certificate ?? made.certificate), key: written('b.key', key ?? made.key) };
  const expected = message.replace('CERT=CERT', `CERT=${files.cert}`).replace('KEY=KEY', `KEY=${files.key}`);
  expect(() => readOwnCertificate(files)).toThrow(expected);
});

test('the key of another certificate is refused', async () => {
  const [one, other] = [await issued(['a.example']), await issued(['a.example'])];
  const files = { cert: written('c.crt', one.certificate), key: written('c.key', other.key) };
  expect(() => readOwnCertificate(files)).toThrow(`ORRERY_TLS_KEY=${files.key} is not the key of the first certificate in ${files.cert}`);
});

test('files that are not there', () => {
  expect(() => readOwnCertificate({ cert: '/nowhere/a', key: '/nowhere/b' })).toThrow("ORRERY_TLS_CERT=/nowhere/a can't be read: ENOENT");
});

test('one goes with the other', () => {
  expect(certificateFiles(undefined, undefined)).toBeUndefined();
  expect(certificateFiles('a', 'b')).toEqual({ cert: 'a', key: 'b' });
  expect(() => certificateFiles('a', undefined)).toThrow('ORRERY_TLS_KEY is not set, the key of the certificate in ORRERY_TLS_CERT');
  expect(() => certificateFiles(undefined, 'b')).toThrow('ORRERY_TLS_CERT is not set, the certificate of the key in ORRERY_TLS_KEY');
});
