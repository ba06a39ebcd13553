/** Who uses a file system. */
export interface FileUser {
  readonly uid: number;
  /** All its groups, its own first. */
  readonly groups: readonly number[];
  /** Of root, what it may do: files of others whatever their permissions, and give files to others. Default: nothing. */
  readonly overrides?: boolean;
  readonly chown?: boolean;
}

/** What permissions are about; links have none. */
type Owned =
  | { readonly kind: 'link' }
  | { readonly kind: 'file' | 'dir'; readonly mode: number; readonly uid: number; readonly gid?: number };

const BITS = { read: 4, write: 2 } as const;

/** Whether a user may read or write a file, or the entries of a directory; undefined: root, who may do everything. */
export function mayUse(user: FileUser | undefined, node: Owned, use: keyof typeof BITS): boolean {
  if (user === undefined || user.overrides || node.kind === 'link') return true;
  const shift = node.uid === user.uid ? 6 : user.groups.includes(node.gid ?? 0) ? 3 : 0;
  return ((node.mode >> shift) & BITS[use]) !== 0;
}
