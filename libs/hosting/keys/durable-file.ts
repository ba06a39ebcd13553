import fs from 'node:fs';
import path from 'node:path';

/** Brings what was made, renamed or removed in a folder to the disk. */
export function syncFolder(folder: string): void {
  const opened = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(opened);
  } finally {
    fs.closeSync(opened);
  }
}

/** Makes a file unless there is one, for its owner alone. After a crash it is there whole, or not at all. */
export function makeDurableFile(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, text, { mode: 0o600, flush: true });
  try {
    // Of two processes that are here at once, one makes the file, and both use it.
    fs.linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
  syncFolder(path.dirname(file));
}
