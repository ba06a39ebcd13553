import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import { ConfigError } from '../config.js';
import { syncFolder } from '../keys/durable-file.js';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const day = 24 * 3600 * 1000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** The installation's CA: every kubeconfig trusts its certificate. */
export interface CertificateAuthority {
  /** PEM. */
  readonly certificate: string;
  /** A server certificate for these names and addresses, PEM, with its key and expiry. */
  issueServer(names: readonly string[]): Promise<ServerCertificate>;
}

interface ServerCertificate {
  certificate: string;
  key: string;
  notAfter: Date;
}

type KeyPair = { privateKey: CryptoKey; publicKey: CryptoKey };
type CryptoKey = webcrypto.CryptoKey;

const pemOf = (key: ArrayBuffer) => x509.PemConverter.encode(key, 'PRIVATE KEY');
const serial = () =>
  Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
    .toString('hex')
    .replace(/^[89a-f]/, '1');
const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) as Promise<KeyPair>;
const exportKey = async (key: CryptoKey) => pemOf(await webcrypto.subtle.exportKey('pkcs8', key));

async function makeAuthority(): Promise<{ certificate: string; key: string }> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=orrery-ca',
    notBefore: new Date(Date.now() - 5 * 60 * 1000),
    notAfter: new Date(Date.now() + 3650 * day),
    keys: keys as never,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign | x509.KeyUsageFlags.digitalSignature, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as never),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
}

async function importKey(pem: string): Promise<CryptoKey> {
  const [der] = x509.PemConverter.decode(pem);
  if (!der) throw new Error('it is not PEM');
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
}

const isAddress = (name: string) => /^[0-9.]+$/.test(name) || name.includes(':');

async function issue(authority: x509.X509Certificate, key: CryptoKey, names: readonly string[]): Promise<ServerCertificate> {
  const keys = await newKeys();
  const notAfter = new Date(Math.min(Date.now() + 365 * day, authority.notAfter.getTime()));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: 'CN=kube-apiserver',
    issuer: authority.subject,
    notBefore: new Date(Date.now() - 5 * 60 * 1000),
    notAfter,
    signingKey: key as never,
    publicKey: keys.publicKey as never,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((name) => ({ type: isAddress(name) ? 'ip' : 'dns', value: name }))),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey), notAfter };
}

const certificateFile = 'ca.crt';
const keyFile = 'ca.key';

/** Creates the folder with both files atomically: if two processes start together, one succeeds and both use its files. */
async function makePair(folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  const made = await makeAuthority();
  fs.mkdirSync(draft, { recursive: true, mode: 0o700 });
  try {
    fs.writeFileSync(path.join(draft, keyFile), made.key, { mode: 0o600, flush: true });
    fs.writeFileSync(path.join(draft, certificateFile), made.certificate, { mode: 0o644, flush: true });
    syncFolder(draft);
    fs.renameSync(draft, folder);
    syncFolder(path.dirname(folder));
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** The text of one of the two files. Throws ConfigError naming it if it is missing or empty. */
function textOf(file: string): string {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : undefined;
  if (text) return `${text}\n`;
  throw new ConfigError(
    `${file} is ${text === undefined ? 'missing' : 'empty'}: restore it from a backup; if there is none, remove its folder and keys.json ` +
      'beside that to create a new CA, which existing kubeconfigs do not trust',
  );
}

/** Parses the content of a file. Throws ConfigError naming it if that fails. */
async function parsed<T>(file: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new ConfigError(`${file} can't be read (${(error as Error).message}): restore it from a backup`);
  }
}

/**
 * Opens the CA in `folder` (ca.crt, ca.key), or creates one at the first start; its key is readable only by the owner. Throws ConfigError
 * naming the file that is invalid.
 */
export async function openAuthority(folder: string): Promise<CertificateAuthority> {
  const [certificate, key] = [certificateFile, keyFile].map((name) => path.join(folder, name)) as [string, string];
  if (!fs.existsSync(certificate) && !fs.existsSync(key)) await makePair(folder);
  const pem = { certificate: textOf(certificate), key: textOf(key) };
  const authority = await parsed(certificate, () => new x509.X509Certificate(pem.certificate));
  const imported = await parsed(key, () => importKey(pem.key));
  if (!new X509Certificate(pem.certificate).checkPrivateKey(createPrivateKey(pem.key)))
    throw new ConfigError(`${key} is not the key of ${certificate}: restore both from one backup`);
  if (authority.notAfter.getTime() < Date.now())
    throw new ConfigError(`the CA in ${folder} has expired: remove the folder and keys.json beside it to create a new one`);
  return { certificate: pem.certificate, issueServer: (names) => issue(authority, imported, names) };
}
