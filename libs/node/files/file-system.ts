import type { Meter } from './meter.js';
import { bytesBelow, type DirectoryNode, directory, ENTRY_BYTES, extended, lengthOf, type Node, normalized, sizeOf } from './nodes.js';
import { type FileUser, mayUse } from './permissions.js';

/** A container's file system in memory. */

/** A failed operation, with the message of strerror(3). */
export class FileError extends Error {}

const MISSING = 'No such file or directory';
const FULL = 'No space left on device';
/** The disk of a node. */
const DISK_BYTES = 100 * 1024 ** 3;
/** Links followed in one path (Linux MAXSYMLINKS). */
const MOST_LINKS = 40;
/** Characters of a path (Linux has 4096; looking one up costs the square of its depth). */
const LONGEST_PATH = 1024;

interface WriteOptions {
  append?: boolean;
  mode?: number;
  zeros?: number;
}

interface Found {
  node: Node | undefined;
  parent: DirectoryNode;
  name: string;
  /** Whether it is below a read-only mount. */
  readOnly: boolean;
  /** What counts the bytes of the files there. */
  meter: Meter | undefined;
}

/** What one container sees; directories may be shared with other containers (volumes). */
export class FileSystem {
  /** Bytes of all files that were written through this object. */
  private written = 0;
  /** Paths that were changed since `track`, in the order of their last change. */
  private changed: Set<string> | undefined;
  private limit: number;

  constructor(
    readonly root: DirectoryNode,
    private readonly options: {
      readonly now: () => number;
      readonly limit: number;
      readonly readOnlyRoot?: boolean;
      /** Unset: root, who may do everything. */
      readonly user?: FileUser | undefined;
      /** Counts what is written outside volumes. */
      readonly meter?: Meter | undefined;
    },
  ) {
    this.limit = options.limit;
  }

  /** Notes changes from now on, and allows this many bytes to be written. */
  track(limit: number): void {
    this.changed = new Set();
    this.written = 0;
    this.limit = limit;
  }

  /** The changed paths with what is there now. */
  changes(): Array<{ path: string; node: Node | undefined }> {
    return [...(this.changed ?? [])].map((path) => ({ path, node: this.stat(path, true) }));
  }

  private note(path: string): void {
    if (this.changed === undefined) return;
    const changed = normalized(path);
    this.changed.delete(changed);
    this.changed.add(changed);
  }

  /** Throws unless the user may read or write a file or the entries of a directory. */
  private permit(node: Node, use: 'read' | 'write'): void {
    if (!mayUse(this.options.user, node, use)) throw new FileError('Permission denied');
  }

  private get owner(): { uid: number; gid?: number } {
    const { user } = this.options;
    const [gid] = user?.groups ?? [];
    return { uid: user?.uid ?? 0, ...(gid ? { gid } : {}) };
  }

  /** The node at a path; undefined if there is none. Follows a link at the end unless `link` is set. */
  stat(path: string, link = false): Node | undefined {
    try {
      return this.find(path, link).node;
    } catch (error) {
      if (error instanceof FileError) return undefined;
      throw error;
    }
  }

  read(path: string): string {
    const { node } = this.find(path);
    if (node === undefined) throw new FileError(MISSING);
    if (node.kind !== 'file') throw new FileError('Is a directory');
    this.permit(node, 'read');
    const { content, zeros = 0 } = node;
    if (zeros > this.options.limit) throw new FileError('Cannot allocate memory');
    return zeros > 0 ? content + '\0'.repeat(zeros) : content;
  }

  /** Writes a file, with as many zeros after its content as are given. */
  write(path: string, content: string, { append = false, mode = 0o644, zeros = 0 }: WriteOptions = {}): void {
    const { node, parent, name, readOnly, meter } = this.find(path);
    if (node?.kind === 'dir' || name === '' || path.endsWith('/')) throw new FileError('Is a directory');
    if (readOnly) throw new FileError('Read-only file system');
    this.permit(node ?? parent, 'write');
    const old = node?.kind === 'file' ? node : undefined;
    const next = extended((append && old) || { content: '', zeros }, content, this.options.limit);
    if (next === undefined) throw new FileError(FULL);
    const taken = next.content.length - (old?.content.length ?? 0) + (old ? 0 : ENTRY_BYTES);
    if (taken > 0 && this.written + taken > this.limit) throw new FileError(FULL);
    const modified = this.options.now();
    this.count(meter, lengthOf(next) - (old ? lengthOf(old) : 0));
    this.written = Math.max(0, this.written + taken);
    this.note(path);
    if (old) Object.assign(old, next, { modified });
    else parent.entries.set(name, { kind: 'file', ...next, mode, ...this.owner, modified });
  }

  /** Counts bytes that are written, or freed. Throws if they do not fit. */
  private count(meter: Meter | undefined, bytes: number): void {
    if (bytes > 0 && (bytes > DISK_BYTES || meter?.fits(bytes) === false)) throw new FileError(FULL);
    if (bytes !== 0) meter?.add(bytes, this.options.now());
  }

  /** Gives a node to another user or group. */
  own(path: string, { uid, gid }: { uid?: number | undefined; gid?: number | undefined }): void {
    const { node, readOnly } = this.find(path);
    if (node === undefined) throw new FileError(MISSING);
    if (readOnly) throw new FileError('Read-only file system');
    if (node.kind === 'link') return;
    const { user } = this.options;
    // Its own group is all that somebody who may not give files away can choose.
    const isAllowed =
      user === undefined ||
      user.chown ||
      ((uid ?? node.uid) === node.uid && node.uid === user.uid && user.groups.includes(gid ?? node.gid ?? 0));
    if (!isAllowed) throw new FileError('Operation not permitted');
    this.note(path);
    if (uid !== undefined) node.uid = uid;
    if (gid !== undefined) node.gid = gid;
  }

  makeDirectory(path: string, parents = false): void {
    const { node, parent, name, readOnly } = this.find(parents ? '/' : path);
    if (parents) {
      let at = '';
      for (const part of normalized(path).split('/').slice(1)) {
        at += `/${part}`;
        const there = this.stat(at);
        if (there === undefined) this.makeDirectory(at);
        else if (there.kind !== 'dir') throw new FileError('Not a directory');
      }
      return;
    }
    if (node !== undefined) throw new FileError('File exists');
    if (readOnly) throw new FileError('Read-only file system');
    this.permit(parent, 'write');
    this.written += ENTRY_BYTES;
    if (this.written > this.limit) throw new FileError(FULL);
    this.note(path);
    parent.entries.set(name, { ...directory(this.options.now()), ...this.owner });
  }

  link(path: string, target: string): void {
    const { node, parent, name, readOnly } = this.find(path, true);
    if (node !== undefined) throw new FileError('File exists');
    if (readOnly) throw new FileError('Read-only file system');
    this.permit(parent, 'write');
    this.written += ENTRY_BYTES;
    if (this.written > this.limit) throw new FileError(FULL);
    this.note(path);
    parent.entries.set(name, { kind: 'link', target, modified: this.options.now() });
  }

  remove(path: string, recursive = false): void {
    const { node, parent, name, readOnly, meter } = this.find(path, true);
    if (node === undefined) throw new FileError(MISSING);
    if (name === '') throw new FileError('Device or resource busy');
    if (readOnly) throw new FileError('Read-only file system');
    this.permit(parent, 'write');
    if (node.kind === 'dir' && !recursive) throw new FileError(node.entries.size > 0 ? 'Directory not empty' : 'Is a directory');
    this.note(path);
    this.written = Math.max(0, this.written - sizeOf(node));
    if (meter) this.count(meter, -bytesBelow(node));
    parent.entries.delete(name);
  }

  /** Moves a node to a path where nothing is, or a file that is replaced. */
  move(from: string, to: string): void {
    const source = this.find(from, true);
    if (source.node === undefined) throw new FileError(MISSING);
    const target = this.find(to, true);
    if (source.readOnly || target.readOnly) throw new FileError('Read-only file system');
    this.permit(source.parent, 'write');
    this.permit(target.parent, 'write');
    if (`${normalized(to)}/`.startsWith(`${normalized(from)}/`)) throw new FileError('Invalid argument');
    if (source.meter !== target.meter) {
      this.count(target.meter, bytesBelow(source.node));
      this.count(source.meter, -bytesBelow(source.node));
    }
    this.note(from);
    this.noteAll(to, source.node);
    source.parent.entries.delete(source.name);
    target.parent.entries.set(target.name, source.node);
  }

  private noteAll(path: string, node: Node): void {
    this.note(path);
    if (node.kind === 'dir') for (const [name, entry] of node.entries) this.noteAll(`${path}/${name}`, entry);
  }

  list(path: string): string[] {
    const { node } = this.find(path);
    if (node === undefined) throw new FileError(MISSING);
    if (node.kind !== 'dir') throw new FileError('Not a directory');
    this.permit(node, 'read');
    return [...node.entries.keys()].sort();
  }

  /** Puts a directory or file at a path, making the directories above it: a mount. */
  mount(path: string, node: Node): void {
    const parts = normalized(path).split('/').slice(1);
    const name = parts.pop() ?? '';
    let at = this.root;
    for (const part of parts) {
      let next = at.entries.get(part);
      if (next?.kind !== 'dir') {
        next = directory(this.options.now());
        at.entries.set(part, next);
      }
      at = next;
    }
    at.entries.set(name, node);
  }

  private find(path: string, link = false): Found {
    if (path.length > LONGEST_PATH) throw new FileError('File name too long');
    if (path === '') throw new FileError(MISSING);
    let parts = normalized(path).split('/').slice(1);
    let links = 0;
    let parent = this.root;
    let readOnly = this.options.readOnlyRoot === true;
    let { meter } = this.options;
    let at: string[] = [];
    if (parts.length === 1 && parts[0] === '') return { node: this.root, parent, name: '', readOnly, meter };
    for (;;) {
      const name = parts[0] ?? '';
      const last = parts.length === 1;
      const node = parent.entries.get(name);
      if (node?.kind === 'link' && !(last && link)) {
        links += 1;
        if (links > MOST_LINKS) throw new FileError('Too many levels of symbolic links');
        parts = [
          ...normalized(node.target, `/${at.join('/')}`)
            .split('/')
            .slice(1),
          ...parts.slice(1),
        ];
        parent = this.root;
        readOnly = this.options.readOnlyRoot === true;
        meter = this.options.meter;
        at = [];
        if (parts.length === 1 && parts[0] === '') return { node: this.root, parent, name: '', readOnly, meter };
        continue;
      }
      if (last) return { node, parent, name, readOnly, meter };
      if (node === undefined) throw new FileError(MISSING);
      if (node.kind !== 'dir') throw new FileError('Not a directory');
      parent = node;
      if (node.readOnly !== undefined) readOnly = node.readOnly;
      if (node.meter !== undefined) meter = node.meter;
      at = [...at, name];
      parts = parts.slice(1);
    }
  }
}
