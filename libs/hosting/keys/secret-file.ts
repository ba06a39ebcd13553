import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ConfigError } from '../config.js';
import { makeDurableFile } from './durable-file.js';

/** Minimum length of a secret: a shorter one was truncated and could be guessed. */
const shortest = 32;

/** The text of a file that only its owner may read, created at the first start. Throws ConfigError naming the file. */
export function secretFile(file: string): string {
  if (!fs.existsSync(file)) makeSecret(file);
  const secret = fs.readFileSync(file, 'utf8').trim();
  if (secret.length >= shortest) return secret;
  throw new ConfigError(
    `${file} is ${secret === '' ? 'empty' : `truncated (it has fewer than ${shortest} characters)`}: restore it from a backup; ` +
      'if there is none, remove it and keys.json beside it to create a new one, which invalidates everything issued with the old one',
  );
}

function makeSecret(file: string): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    makeDurableFile(file, `${randomBytes(32).toString('base64url')}\n`);
  } catch (error) {
    throw new ConfigError(`${file} is missing and can't be made: ${(error as Error).message}`);
  }
}
