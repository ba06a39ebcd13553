import { createCipheriv, createDecipheriv, createHmac, createPrivateKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { PlatformRecords } from './records.js';

/** The clusters' private keys for ServiceAccount tokens. */
export interface SigningKeys {
  /** The cluster's key: one for its whole life, the same in every process. It is generated when it is first needed. */
  of(cluster: string): Promise<KeyObject>;
}

const CIPHER = 'aes-256-gcm';

/** Encrypts keys for the tables: neither the tables nor the installation's key alone are sufficient to sign a token. */
class Seal {
  private readonly secret: Buffer;

  constructor(installationKey: Buffer) {
    this.secret = createHmac('sha256', installationKey).update('orrery cluster keys').digest();
  }

  close(cluster: string, text: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv(CIPHER, this.secret, nonce).setAAD(Buffer.from(cluster));
    const sealed = Buffer.concat([cipher.update(text), cipher.final()]);
    return [nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url')).join('.');
  }

  /** Undefined if it was sealed for another cluster, or by an installation with another key. */
  open(cluster: string, stored: string): string | undefined {
    const [nonce = Buffer.of(), tag = Buffer.of(), sealed = Buffer.of()] = stored.split('.').map((part) => Buffer.from(part, 'base64url'));
    try {
      const decipher = createDecipheriv(CIPHER, this.secret, nonce, { authTagLength: 16 }).setAAD(Buffer.from(cluster)).setAuthTag(tag);
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

/** The keys in the platform's tables. */
export function createSigningKeys(options: {
  records: Pick<PlatformRecords, 'signingKey' | 'keepSigningKey'>;
  installationKey: Buffer;
}): SigningKeys {
  const { records } = options;
  const seal = new Seal(options.installationKey);
  return {
    async of(cluster) {
      const stored = await records.signingKey(cluster);
      const known = stored === undefined ? undefined : seal.open(cluster, stored);
      if (known !== undefined) return createPrivateKey(known);
      // Of several processes that generate one, all take the one that was stored first.
      const kept = await records.keepSigningKey(cluster, { sealed: seal.close(cluster, await newKey()), instead: stored });
      const text = kept === undefined ? undefined : seal.open(cluster, kept);
      if (text === undefined) throw new Error(`cluster ${cluster} has no key for ServiceAccount tokens`);
      return createPrivateKey(text);
    },
  };
}
