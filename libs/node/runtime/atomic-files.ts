import { formatTime, type Instant } from '#apimachinery';
import { FileSystem } from '../files/file-system.js';
import { type DirectoryNode, directory, file, type Node } from '../files/nodes.js';
import { WRITABLE_BYTES } from './limits.js';

/** The files of volumes that a kubelet writes and updates at once (volume/util/atomic_writer.go). */

/** A file of a volume: its path in it, its content as a byte string, its permissions, its owner if that is not root. */
export type Entry = [path: string, content: string, mode?: number | undefined, owner?: number | undefined];

/** The link to the directory with the present files. */
const DATA = '..data';

/** The name of a directory with files of an instant, which ends in digits as os.MkdirTemp draws them. */
export function dataDirectory(now: Instant): string {
  const [date = '', time = ''] = formatTime(now).slice(0, -1).split('T');
  // FNV-1a of the time, so that it is the same wherever the volume is put together.
  let digits = 0x811c9dc5;
  for (const character of String(now)) digits = Math.imul(digits ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return `..${date.replaceAll('-', '_')}_${time.replaceAll(':', '_')}.${digits}`;
}

/** A directory with files in a directory of their own, and a link to each of them. */
export function atomicDirectory(
  entries: readonly Entry[],
  { now, defaultMode, inMemory = true }: { now: Instant; defaultMode?: number | undefined; inMemory?: boolean },
): DirectoryNode {
  // All but ConfigMaps are in memory, where everybody may write and nobody may remove what is not theirs.
  const root = directory(now, inMemory ? 0o1777 : 0o777);
  const dated = dataDirectory(now);
  const own = directory(now);
  const fs = new FileSystem(own, { now: () => now, limit: WRITABLE_BYTES });
  for (const [path, content, mode = defaultMode, uid = 0] of entries) fs.mount(path, { ...file(content, now, mode), uid });
  root.entries.set(dated, own);
  const link = (name: string, target: string): void => void root.entries.set(name, { kind: 'link', target, modified: now });
  link(DATA, dated);
  for (const name of own.entries.keys()) link(name, `${DATA}/${name}`);
  return { ...root, readOnly: true };
}

/** Replaces what is in a directory by what is in another one: containers that have it mounted see the new files. */
export function replaceEntries(root: DirectoryNode, { entries }: { entries: ReadonlyMap<string, Node> }): void {
  root.entries.clear();
  for (const [name, node] of entries) root.entries.set(name, node);
}
