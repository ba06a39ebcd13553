import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const folder = mkdtempSync(path.join(os.tmpdir(), 'orrery-csr-'));

/** A request made by openssl, base64. */
export function requestOf(
  subject: string,
  more: readonly string[] = [],
  algorithm = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
): string {
  const [csr, key] = ['csr', 'key'].map((name) => path.join(folder, name)) as [string, string];
  execFileSync('openssl', ['req', '-new', '-nodes', '-newkey', ...algorithm, '-keyout', key, '-out', csr, '-subj', subject, ...more], {
    stdio: 'pipe',
  });
  return readFileSync(csr).toString('base64');
}
