import type { FileSystem } from '../files/file-system.js';
import { type Command, pathIn } from './process.js';

const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

type Found = { command: Command } | { script: string } | { error: string; code: number };

/** Directories of executables: in most images they are links to one another. */
const DIRECTORIES = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/sbin'];

const ELF = '\x7fELF';

/** Finds what a name runs. */
export function lookUp(
  { files, command }: { files: FileSystem; command(name: string): Command | undefined },
  name: string,
  cwd: string,
): Found {
  const base = name.slice(name.lastIndexOf('/') + 1);
  if (!name.includes('/')) {
    const found = command(name);
    if (found) return { command: found };
  }
  const candidates = name.includes('/') ? [pathIn({ cwd }, name)] : DIRECTORIES.map((directory) => `${directory}/${name}`);
  for (const path of candidates) {
    const node = files.stat(path);
    if (node === undefined) continue;
    if (node.kind !== 'file' || (node.mode & 0o111) === 0) return { error: 'Permission denied', code: NOT_EXECUTABLE };
    if (!node.content.startsWith(ELF)) return { script: node.content };
    const found = command(base);
    if (found) return { command: found };
  }
  const isStandard = DIRECTORIES.some((directory) => candidates[0] === `${directory}/${base}`);
  const found = isStandard ? command(base) : undefined;
  return found ? { command: found } : { error: 'not found', code: NOT_FOUND };
}
