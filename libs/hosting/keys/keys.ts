import fs from 'node:fs';
import path from 'node:path';
import { ConfigError } from '../config.js';
import { type CertificateAuthority, openAuthority } from '../pki/certificate-authority.js';
import { makeDurableFile } from './durable-file.js';
import { secretFile } from './secret-file.js';

const authorityFiles = ['pki/ca.crt', 'pki/ca.key'];
const adminTokenFile = 'admin-token';
const tokenKeyFile = 'token-key';

/** The secrets of an installation. */
export interface Keys {
  readonly authority: CertificateAuthority;
  /** Gives access to the platform's API. */
  readonly adminToken: string;
  /** The key from which the clusters' tokens are derived, and with which their keys are encrypted. */
  readonly tokenKey: string;
}

const recordOf = (home: string): string => path.join(home, 'keys.json');

/** Records the names of the files that were created here: without it, a lost file would look like a first start. */
function recorded(home: string): string[] {
  const file = recordOf(home);
  if (!fs.existsSync(file)) return [];
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as string[];
  } catch {
    throw new ConfigError(`${file} can't be read: remove it, and it will be recreated`);
  }
}

function refuseLost(home: string, names: readonly string[]): void {
  const record = recorded(home);
  for (const name of names) {
    const file = path.join(home, name);
    if (fs.existsSync(file) || !record.includes(name)) continue;
    throw new ConfigError(
      `${file} is lost: restore it from a backup; if there is none, remove ${recordOf(home)} to create a new one, ` +
        'which invalidates everything issued with the old one',
    );
  }
}

function record(home: string, names: readonly string[]): void {
  const before = recorded(home);
  if (names.every((name) => before.includes(name))) return;
  try {
    fs.rmSync(recordOf(home), { force: true });
    makeDurableFile(recordOf(home), `${JSON.stringify([...new Set([...before, ...names])])}\n`);
  } catch (error) {
    // If the keys are mounted there is nothing to record: they are not created here.
    if (!['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/**
 * Reads the keys in an installation's home, or creates them at the first start. Throws ConfigError naming the file if one is lost, empty or
 * truncated. A configured platform token needs no file.
 */
export async function openKeys(home: string, given: { adminToken?: string } = {}): Promise<Keys> {
  const names = [...authorityFiles, tokenKeyFile, ...(given.adminToken === undefined ? [adminTokenFile] : [])];
  refuseLost(home, names);
  const keys = {
    authority: await openAuthority(path.join(home, 'pki')),
    adminToken: given.adminToken ?? secretFile(path.join(home, adminTokenFile)),
    tokenKey: secretFile(path.join(home, tokenKeyFile)),
  };
  record(home, names);
  return keys;
}

/** Opens what a worker needs: the CA, and the key that the clusters' keys are encrypted with. */
export async function openWorkerKeys(home: string): Promise<Omit<Keys, 'adminToken'>> {
  refuseLost(home, [...authorityFiles, tokenKeyFile]);
  return { authority: await openAuthority(path.join(home, 'pki')), tokenKey: secretFile(path.join(home, tokenKeyFile)) };
}
