import { lstatSync, mkdtempSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Guise } from './not-as-root.js';

/** A socket's path may have 107 characters; PostgreSQL adds `/.s.PGSQL.5432`. */
const longestFolder = 90;
const prefix = 'orrery-';

/** The folder of PostgreSQL's socket. */
export interface SocketFolder {
  path: string;
  /** Removes it where it is not below the home. */
  remove(): void;
}

const isLink = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** A folder outside of the home, and in the home a link to it, by which the next start finds and removes it if this one is killed. */
function outside(link: string): SocketFolder {
  const place = Buffer.byteLength(tmpdir()) > longestFolder - 20 ? '/tmp' : tmpdir();
  const made = mkdtempSync(path.join(place, prefix));
  symlinkSync(made, link);
  return {
    path: made,
    remove() {
      rmSync(made, { recursive: true, force: true });
      rmSync(link, { force: true });
    },
  };
}

/**
 * Where the socket lives: `run` below the home, or a folder for temporary files where that path would be too long for a socket. Only this
 * user can enter it, which is all the access control there is.
 */
export function socketFolder(home: string, guise: Guise): SocketFolder {
  const inside = path.join(home, 'run');
  if (isLink(inside)) {
    const former = readlinkSync(inside);
    if (path.basename(former).startsWith(prefix)) rmSync(former, { recursive: true, force: true });
    rmSync(inside, { force: true });
  }
  const folder = Buffer.byteLength(inside) > longestFolder ? outside(inside) : { path: inside, remove: () => undefined };
  guise.folder(folder.path);
  return folder;
}
