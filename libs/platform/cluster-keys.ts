import { createCipheriv, createDecipheriv, createHmac, createPrivateKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Instant } from '#apimachinery';
import { type Authority, type Issued, issueCertificate, newAuthority } from '#pki';
import { timeOf } from './cluster-clock.js';
import type { KeyName, PlatformRecords } from './records.js';

/** The private keys of one cluster. Each is made when it is first needed, is kept for the cluster's life, and is the same in every process. */
interface KeysOfCluster {
  /** For ServiceAccount tokens: RSA. */
  serviceAccount(): Promise<KeyObject>;
  /** The CA for client certificates. */
  clientAuthority(): Promise<Authority>;
}

/** The private keys of all clusters. */
export interface ClusterKeys {
  of(cluster: string): KeysOfCluster;
}

const CIPHER = 'aes-256-gcm';

/** Encrypts keys for the tables: neither the tables nor the installation's key alone are sufficient to sign a token or a certificate. */
class Seal {
  private readonly secret: Buffer;

  constructor(installationKey: Buffer) {
    this.secret = createHmac('sha256', installationKey).update('orrery cluster keys').digest();
  }

  close(place: string, text: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv(CIPHER, this.secret, nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
    return [nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url')).join('.');
  }

  /** Undefined if it was sealed for another cluster or another use, or by an installation with another key. */
  open(place: string, stored: string): string | undefined {
    const [nonce = Buffer.of(), tag = Buffer.of(), sealed = Buffer.of()] = stored.split('.').map((part) => Buffer.from(part, 'base64url'));
    try {
      const decipher = createDecipheriv(CIPHER, this.secret, nonce, { authTagLength: 16 }).setAAD(Buffer.from(place)).setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed), decipher.final()]).toString();
    } catch {
      return undefined;
    }
  }
}

const generate = promisify(generateKeyPair);

async function newKey(): Promise<string> {
  const { privateKey } = await generate('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}

const MINUTES = 60_000;
/** How long the CA is valid (kubeadm's caCertificateValidityPeriod). */
const TEN_YEARS = 3650 * 24 * 60 * MINUTES;

/** kubeadm's CA: `kubernetes`, valid for ten years of the cluster's time. */
async function newClientAuthority(now: Instant): Promise<string> {
  const notBefore = now - 5 * MINUTES;
  return JSON.stringify(await newAuthority({ commonName: CLIENT_AUTHORITY_NAME, notBefore, notAfter: notBefore + TEN_YEARS }));
}

const ONE_YEAR = 365 * 24 * 60 * MINUTES;

/** A client certificate for the cluster's administrator, as in kubeadm's admin.conf; valid for a year of the cluster's time. */
export function adminCertificate(authority: Authority, now: Instant): Promise<Issued> {
  const notBefore = now - 5 * MINUTES;
  const who = { commonName: 'kubernetes-admin', organizations: ['kubeadm:cluster-admins'] };
  return issueCertificate(authority, { ...who, notBefore, notAfter: notBefore + ONE_YEAR, usage: 'clientAuth' });
}

/** The name of every cluster's CA for client certificates. */
export const CLIENT_AUTHORITY_NAME = 'kubernetes';

export interface ClusterKeysOptions {
  records: Pick<PlatformRecords, 'cluster' | 'clusterKey' | 'keepClusterKey'>;
  installationKey: Buffer;
  /** The machine's time. */
  now(): Instant;
}

/** The keys in the platform's tables. */
export function createClusterKeys({ records, installationKey, now }: ClusterKeysOptions): ClusterKeys {
  const seal = new Seal(installationKey);
  async function kept(cluster: string, name: KeyName, make: () => Promise<string>): Promise<string> {
    // The key for ServiceAccount tokens was there first: its seal names only the cluster.
    const place = name === 'service_account' ? cluster : `${cluster} ${name}`;
    const stored = await records.clusterKey(cluster, name);
    const known = stored === undefined ? undefined : seal.open(place, stored);
    if (known !== undefined) return known;
    // Of several processes that make one, all take the one that was stored first.
    const present = await records.keepClusterKey(cluster, name, { sealed: seal.close(place, await make()), instead: stored });
    const text = present === undefined ? undefined : seal.open(place, present);
    if (text === undefined) throw new Error(`cluster ${cluster} has no key ${name}`);
    return text;
  }
  const presentTime = async (id: string): Promise<Instant> => {
    const cluster = await records.cluster(id);
    return timeOf(cluster?.clock ?? { mode: 'real' }, now());
  };
  return {
    of: (cluster) => ({
      serviceAccount: async () => createPrivateKey(await kept(cluster, 'service_account', newKey)),
      clientAuthority: async () =>
        JSON.parse(await kept(cluster, 'client_authority', async () => newClientAuthority(await presentTime(cluster)))) as Authority,
    }),
  };
}
