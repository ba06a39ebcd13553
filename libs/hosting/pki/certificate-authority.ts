import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type Authority, issueCertificate, newAuthority } from '#pki';
import { ConfigError } from '../config.js';
import { syncFolder } from '../keys/durable-file.js';

const day = 24 * 3600 * 1000;

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

async function makeAuthority(): Promise<Authority> {
  return newAuthority({ commonName: 'orrery-ca', notBefore: Date.now() - 5 * 60 * 1000, notAfter: Date.now() + 3650 * day });
}

async function issue(authority: Authority, expires: number, names: readonly string[]): Promise<ServerCertificate> {
  const notAfter = Math.min(Date.now() + 365 * day, expires);
  const notBefore = Date.now() - 5 * 60 * 1000;
  const issued = await issueCertificate(authority, { commonName: 'kube-apiserver', notBefore, notAfter, usage: 'serverAuth', names });
  return { ...issued, notAfter: new Date(notAfter) };
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
function parsed<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ConfigError(`${file} can't be read (${(error as Error).message}): restore it from a backup`);
  }
}

function privateKey(pem: string): KeyObject {
  if (!pem.includes('-----BEGIN')) throw new Error('it is not PEM');
  return createPrivateKey(pem);
}

/**
 * Opens the CA in `folder` (ca.crt, ca.key), or creates one at the first start; its key is readable only by the owner. Throws ConfigError
 * naming the file that is invalid.
 */
export async function openAuthority(folder: string): Promise<CertificateAuthority> {
  const [certificate, key] = [certificateFile, keyFile].map((name) => path.join(folder, name)) as [string, string];
  if (!fs.existsSync(certificate) && !fs.existsSync(key)) await makePair(folder);
  const pem = { certificate: textOf(certificate), key: textOf(key) };
  const authority = parsed(certificate, () => new X509Certificate(pem.certificate));
  const imported = parsed(key, () => privateKey(pem.key));
  if (!authority.checkPrivateKey(imported)) throw new ConfigError(`${key} is not the key of ${certificate}: restore both from one backup`);
  const expires = authority.validToDate.getTime();
  if (expires < Date.now())
    throw new ConfigError(`the CA in ${folder} has expired: remove the folder and keys.json beside it to create a new one`);
  return { certificate: pem.certificate, issueServer: (names) => issue(pem, expires, names) };
}
