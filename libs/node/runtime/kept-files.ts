import { FileError, type FileSystem } from '../files/file-system.js';
import { type Node } from '../files/nodes.js';
import type { Body } from '../shell/kernel.js';

/** What clients have changed in a container's files: kept by the cluster's store, because no process holds a container. */

/** The keys of the rows in which they are kept, one a pod. */
export const POD_FILES = '/machine/pods/';

/** One changed path: a file with its content in base64, a directory, a link, or nothing (it was removed). */
export interface KeptChange {
  path: string;
  at: number;
  content?: string;
  /** Zeros after the content. */
  zeros?: number;
  link?: string;
  directory?: true;
  mode?: number;
  /** Default root's. */
  uid?: number;
  gid?: number;
}

/** The changes in one start of a container. */
interface KeptContainer {
  containerID: string;
  changes: KeptChange[];
}

/** The changes in a pod's containers, by name. */
export type KeptFiles = Readonly<Record<string, KeptContainer>>;

/** What is at a path, to be made again later. */
export function keptChange(path: string, node: Node | undefined, now: number): KeptChange {
  if (node === undefined) return { path, at: now };
  const at = Math.min(node.modified, now);
  if (node.kind === 'link') return { path, at, link: node.target };
  const { mode, uid, gid } = node;
  const owner = { ...(uid ? { uid } : {}), ...(gid ? { gid } : {}) };
  if (node.kind === 'dir') return { path, at, directory: true, mode, ...owner };
  const { content, zeros } = node;
  return { path, at, content: Buffer.from(content, 'latin1').toString('base64'), ...(zeros ? { zeros } : {}), mode, ...owner };
}

/** Earlier changes together with those that a file system has noted. */
export function keptChanges(before: readonly KeptChange[], files: FileSystem, now: number): KeptChange[] {
  const changed = files.changes();
  if (changed.length === 0) return [...before];
  const paths = new Set(changed.map(({ path }) => path));
  return [...before.filter(({ path }) => !paths.has(path)), ...changed.map(({ path, node }) => keptChange(path, node, now))];
}

function apply(files: FileSystem, { path, content, zeros = 0, link, directory, mode, uid, gid }: KeptChange): void {
  const there = files.stat(path, true);
  if (content !== undefined)
    files.write(path, Buffer.from(content, 'base64').toString('latin1'), { zeros, ...(mode === undefined ? {} : { mode }) });
  else if (link !== undefined && there === undefined) files.link(path, link);
  else if (directory && there === undefined) files.makeDirectory(path, true);
  else if (content === undefined && link === undefined && !directory && there) files.remove(path, true);
  const node = files.stat(path, true);
  if (!node || node.kind === 'link' || mode === undefined) return;
  node.mode = mode;
  node.uid = uid ?? 0;
  node.gid = gid ?? 0;
}

/** Makes one change again. */
export function makeAgain(files: FileSystem, change: KeptChange): void {
  try {
    apply(files, change);
  } catch (error) {
    // A directory that is gone since: the change has no place any more.
    if (!(error instanceof FileError)) throw error;
  }
  const node = files.stat(change.path, true);
  if (node) node.modified = change.at;
}

/** Makes the changes again, each at its time. */
export function* replay(files: FileSystem, changes: readonly KeptChange[]): Body {
  for (const change of [...changes].sort((a, b) => a.at - b.at)) {
    yield { until: change.at };
    makeAgain(files, change);
  }
  return 0;
}
