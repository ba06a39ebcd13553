import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const day = 24 * 3600 * 1000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** The installation's certificate authority: its certificate is what every kubeconfig trusts. */
export interface CertificateAuthority {
  /** PEM. */
  readonly certificate: string;
  /** A server certificate for these names and addresses, PEM, with its key and the instant it ends. */
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
  if (!der) throw new Error('the CA key is not PEM');
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

function readPair(folder: string): { certificate: string; key: string } | undefined {
  const [certificate, key] = ['ca.crt', 'ca.key'].map((name) => path.join(folder, name));
  if (!certificate || !key || !fs.existsSync(certificate) || !fs.existsSync(key)) return undefined;
  return { certificate: fs.readFileSync(certificate, 'utf8'), key: fs.readFileSync(key, 'utf8') };
}

/** Makes the folder with both files at once: of two processes that start together one wins, and both use its. */
async function makePair(folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  const made = await makeAuthority();
  fs.mkdirSync(draft, { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(draft, 'ca.key'), made.key, { mode: 0o600 });
  fs.writeFileSync(path.join(draft, 'ca.crt'), made.certificate, { mode: 0o644 });
  try {
    fs.renameSync(draft, folder);
  } catch (error) {
    fs.rmSync(draft, { recursive: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Opens the CA in `folder` (ca.crt, ca.key), or makes one there at the first start; its key is readable to the owner alone. */
export async function openAuthority(folder: string): Promise<CertificateAuthority> {
  if (!readPair(folder)) await makePair(folder);
  const pair = readPair(folder);
  if (!pair) throw new Error(`${folder} holds no ca.crt and ca.key: remove the folder to have new ones made`);
  const authority = new x509.X509Certificate(pair.certificate);
  if (authority.notAfter.getTime() < Date.now())
    throw new Error(`the CA in ${folder} has expired: remove the folder to have a new one made`);
  const key = await importKey(pair.key);
  return { certificate: pair.certificate, issueServer: (names) => issue(authority, key, names) };
}
