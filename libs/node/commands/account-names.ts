import { FileError, type FileSystem } from '../files/file-system.js';

/** Names of users and groups as the files of a container tell them. */

/** Characters of a file that are read. */
const LONGEST = 64 * 1024;

function namesIn(files: FileSystem, path: string): Map<number, string> {
  const names = new Map<number, string>();
  try {
    for (const line of files.read(path).slice(0, LONGEST).split('\n')) {
      const [name = '', , id = ''] = line.split(':');
      if (name !== '' && /^\d{1,10}$/.test(id) && !names.has(Number(id))) names.set(Number(id), name);
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
  return names;
}

/** Those of /etc/passwd, by uid. */
export const userNames = (files: FileSystem): ReadonlyMap<number, string> => namesIn(files, '/etc/passwd');

/** Those of /etc/group, by gid. */
export const groupNames = (files: FileSystem): ReadonlyMap<number, string> => namesIn(files, '/etc/group');
