// ORRERY_HOME: created at the first start and checked at every start, so that problems with it are reported in one line.
import fs from 'node:fs';
import path from 'node:path';
import { StartError } from './start-error.mjs';

const reasons = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there, or its file system makes no such files',
  EROFS: 'its file system is read-only',
  ENOSPC: 'its disk is full',
  EDQUOT: 'the quota of this user is used up',
  ENOTDIR: 'it, or a part of its path, is a file',
  EEXIST: 'it, or a part of its path, is a file',
  ENAMETOOLONG: 'its path is too long',
  ELOOP: 'its path leads round in a circle of links',
};

/** Minimum free space of a home: PostgreSQL's initial files and its log. */
const leastFree = 128 * 1024 * 1024;

/** Not mkdir's own `recursive`, which loops forever if a folder exists but nothing can be created in it (/proc). */
function makeFolders(folder) {
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (path.dirname(folder) !== folder) makeFolders(path.dirname(folder));
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (error.code !== 'EEXIST' || !fs.statSync(folder).isDirectory()) throw error;
  }
}

/** What every start does there sooner or later: creates a folder, a file that is synced to disk, and a link. */
function tryOut(home) {
  const trial = fs.mkdtempSync(path.join(home, '.trial-'));
  try {
    const file = path.join(trial, 'file');
    fs.writeFileSync(file, 'x'.repeat(4096), { flush: true });
    fs.linkSync(file, `${file}.link`);
  } finally {
    fs.rmSync(trial, { recursive: true, force: true });
  }
}

/** Creates the home if it does not exist. Throws StartError if it cannot be used. */
export function makeHome(home, { embedded }) {
  const refuse = (why) => {
    throw new StartError(`ORRERY_HOME=${home} can't be used: ${why}; set ORRERY_HOME to a folder elsewhere`);
  };
  try {
    makeFolders(home);
    tryOut(home);
  } catch (error) {
    refuse(reasons[error.code] ?? `its file system does not do what is needed (${error.syscall}: ${error.code})`);
  }
  if (!embedded) return;
  const { bavail, bsize } = fs.statfsSync(home);
  if (bavail * bsize < leastFree)
    refuse(`its disk is nearly full (${Math.round((bavail * bsize) / 1048576)} MiB are free, 128 are needed)`);
}
