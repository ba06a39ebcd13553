import fs from 'node:fs';
import path from 'node:path';

/** Syncs a folder, so that files created, renamed or removed in it are on disk. */
export function syncFolder(folder: string): void {
  const opened = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(opened);
  } finally {
    fs.closeSync(opened);
  }
}

/** Creates a file unless it exists, readable only by its owner. After a crash it is complete or absent. */
export function makeDurableFile(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, text, { mode: 0o600, flush: true });
  try {
    // If two processes do this at once, one creates the file and both use it.
    fs.linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
  syncFolder(path.dirname(file));
}
