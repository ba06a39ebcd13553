import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import type { Instant } from '#apimachinery';
import { type Authority, signCertificate } from './authority.js';
import { nameOf } from './subject.js';
import { exportKey, newKeys } from './x509.js';

/** A certificate with its private key, PEM. */
export interface Issued {
  certificate: string;
  key: string;
}

/** What is issued: a server's certificate has names, a client's has a user name and groups. */
export interface IssueRequest {
  commonName: string;
  organizations?: readonly string[];
  notBefore: Instant;
  notAfter: Instant;
  usage: 'serverAuth' | 'clientAuth';
  /** Names and addresses of a server. */
  names?: readonly string[];
}

const isAddress = (name: string) => /^[0-9.]+$/.test(name) || name.includes(':');

/** A certificate for new keys. */
export async function issueCertificate(authority: Authority, request: IssueRequest): Promise<Issued> {
  const { commonName, organizations = [], notBefore, notAfter, usage, names = [] } = request;
  const keys = await newKeys();
  const certificate = await signCertificate(authority, {
    subject: nameOf({ organizations, commonName }),
    publicKey: keys.publicKey as never,
    notBefore,
    notAfter,
    keyUsages: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
    extendedKeyUsages: [x509.ExtendedKeyUsage[usage]],
    alternativeNames: names.map((name) => ({ type: isAddress(name) ? 'ip' : 'dns', value: name })),
  });
  return { certificate, key: await exportKey(keys.privateKey) };
}
