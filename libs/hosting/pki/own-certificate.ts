import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import { ConfigError } from '../config.js';

/** A server certificate that the operator brings, PEM with the chain up to its CA, and its key. */
export interface OwnCertificate {
  certificate: string;
  key: string;
  notAfter: Date;
  /** The hosts that it is for: `orrery.example`, `*.orrery.example`. */
  hosts: readonly string[];
  /** Whether it is for this host. */
  isFor(host: string): boolean;
}

/** Its files: the settings ORRERY_TLS_CERT and ORRERY_TLS_KEY. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

/** The files that are set; undefined if none are. Throws ConfigError if one is missing. */
export function certificateFiles(cert: string | undefined, key: string | undefined): CertificateFiles | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined) throw new ConfigError('ORRERY_TLS_CERT is not set, the certificate of the key in ORRERY_TLS_KEY');
  if (key === undefined) throw new ConfigError('ORRERY_TLS_KEY is not set, the key of the certificate in ORRERY_TLS_CERT');
  return { cert, key };
}

function textOf(setting: string, file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${setting}=${file} can't be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function parsed<T>(read: () => T, message: string): T {
  try {
    return read();
  } catch {
    throw new ConfigError(message);
  }
}

const hostsOf = ({ subjectAltName = '' }: X509Certificate): string[] =>
  subjectAltName
    .split(', ')
    .filter((name) => name.startsWith('DNS:'))
    .map((name) => name.slice(4));

/** Reads and checks both files. Throws ConfigError with one line that names the file and what is wrong with it. */
export function readOwnCertificate(files: CertificateFiles, now: Date = new Date()): OwnCertificate {
  const [cert, key] = [`ORRERY_TLS_CERT=${files.cert}`, `ORRERY_TLS_KEY=${files.key}`];
  const certificate = textOf('ORRERY_TLS_CERT', files.cert);
  const keyText = textOf('ORRERY_TLS_KEY', files.key);
  const leaf = parsed(() => new X509Certificate(certificate), `${cert} has no certificate in PEM`);
  const privateKey: KeyObject = parsed(() => createPrivateKey(keyText), `${key} has no private key in PEM, or one with a password`);
  if (!leaf.checkPrivateKey(privateKey)) throw new ConfigError(`${key} is not the key of the first certificate in ${files.cert}`);
  const notAfter = new Date(leaf.validTo);
  if (notAfter < now) throw new ConfigError(`${cert} expired on ${notAfter.toISOString()}`);
  if (new Date(leaf.validFrom) > now) throw new ConfigError(`${cert} is not valid before ${new Date(leaf.validFrom).toISOString()}`);
  const hosts = hostsOf(leaf);
  if (hosts.length === 0) throw new ConfigError(`${cert} names no host (subjectAltName DNS): clients would not accept it`);
  return { certificate, key: keyText, notAfter, hosts, isFor: (host) => leaf.checkHost(host) !== undefined };
}

/** The CA in the file of ORRERY_TLS_CA, PEM. Throws ConfigError. */
export function readAuthority(file: string): string {
  const text = textOf('ORRERY_TLS_CA', file);
  const { ca } = parsed(() => new X509Certificate(text), `ORRERY_TLS_CA=${file} has no certificate in PEM`);
  if (!ca) throw new ConfigError(`ORRERY_TLS_CA=${file} is not the certificate of a CA`);
  return text;
}
