/** The files, directories and links of a container's file system. Contents are byte strings: one character a byte. */

import type { Meter } from './meter.js';

export interface FileNode {
  kind: 'file';
  content: string;
  /** Zeros after the content, which are counted and not held. */
  zeros?: number;
  mode: number;
  uid: number;
  /** Default 0. */
  gid?: number;
  modified: number;
}

export interface DirectoryNode {
  kind: 'dir';
  entries: Map<string, Node>;
  mode: number;
  uid: number;
  /** Default 0. */
  gid?: number;
  modified: number;
  /** Nothing below it can be changed: a read-only mount. */
  readOnly?: boolean;
  /** Counts what is written below it: a volume. */
  meter?: Meter | undefined;
}

interface LinkNode {
  kind: 'link';
  target: string;
  modified: number;
}

export type Node = FileNode | DirectoryNode | LinkNode;

/** Text as a byte string. */
export const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

export const directory = (modified: number, mode = 0o755): DirectoryNode => ({ kind: 'dir', entries: new Map(), mode, uid: 0, modified });
export const file = (content: string, modified: number, mode = 0o644): FileNode => ({ kind: 'file', content, mode, uid: 0, modified });

/** A path without `.`, `..` and doubled slashes, absolute. */
export function normalized(path: string, cwd = '/'): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The size of a file. */
export const lengthOf = ({ content, zeros = 0 }: Pick<FileNode, 'content' | 'zeros'>): number => content.length + zeros;

/** What an entry of a directory counts as, besides its content. */
export const ENTRY_BYTES = 256;

/** What a node and everything below it takes of memory. */
export function sizeOf(node: Node): number {
  if (node.kind === 'file') return node.content.length + ENTRY_BYTES;
  let size = ENTRY_BYTES;
  if (node.kind === 'dir') for (const entry of node.entries.values()) size += sizeOf(entry);
  return size;
}

/** The bytes of all files below a node. */
export function bytesBelow(node: Node): number {
  if (node.kind === 'file') return lengthOf(node);
  let bytes = 0;
  if (node.kind === 'dir') for (const entry of node.entries.values()) bytes += bytesBelow(entry);
  return bytes;
}

/** As many zeros as are worth counting instead of holding them. */
const MANY_ZEROS = 4096;

/** The content of a file after something is written to its end; undefined if its zeros cannot be held. */
export function extended(
  { content, zeros = 0 }: Pick<FileNode, 'content' | 'zeros'>,
  data: string,
  limit: number,
): { content: string; zeros: number } | undefined {
  if (data.length >= MANY_ZEROS && data.charCodeAt(0) === 0 && data === '\0'.repeat(data.length))
    return { content, zeros: zeros + data.length };
  if (data === '' || zeros === 0) return { content: content + data, zeros };
  return zeros > limit ? undefined : { content: content + '\0'.repeat(zeros) + data, zeros: 0 };
}
