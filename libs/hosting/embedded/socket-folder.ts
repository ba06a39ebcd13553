import { lstatSync, mkdtempSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Guise } from './not-as-root.js';

/** The path of a Unix socket is limited to 107 characters; PostgreSQL appends `/.s.PGSQL.5432`. */
const longestFolder = 90;
const prefix = 'orrery-';

/** The folder of PostgreSQL's socket. */
export interface SocketFolder {
  path: string;
  /** Removes it if it is not below the home. */
  remove(): void;
}

const isLink = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** A folder outside of the home, with a link to it in the home, by which the next start finds and removes it if this process is killed. */
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
 * Where the socket is: `run` below the home, or a temporary folder if that path would be too long for a socket. Only this user can enter
 * it, which is the only access control.
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
