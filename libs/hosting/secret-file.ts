import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** The text of a file that only its owner may read, made with `make` at the first start. Two processes that start together agree on one. */
export function secretFile(file: string, make: () => string = () => randomBytes(32).toString('base64url')): string {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  if (!fs.existsSync(file)) {
    const draft = `${file}.${process.pid}`;
    fs.writeFileSync(draft, `${make()}\n`, { mode: 0o600 });
    try {
      fs.linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      fs.rmSync(draft);
    }
  }
  return fs.readFileSync(file, 'utf8').trim();
}
