import { Compacted, FutureRevision } from './errors.js';
import type { Revision } from './revision.js';
import type { WriteOp } from './storage.js';

/** Throws a TypeError for a call that no store can execute: a duplicate or empty key. */
export function checkOps(ops: readonly WriteOp[]): void {
  if (ops.length === 1 && ops[0]?.key !== '') return;
  const seen = new Set<string>();
  for (const { key } of ops) {
    if (key === '') throw new TypeError('an empty key');
    if (seen.has(key)) throw new TypeError(`key ${key} occurs twice in one write`);
    seen.add(key);
  }
}

/** Throws a TypeError for a prefix that does not end with '/': it would match partial names. */
export function checkPrefix(prefix: string): void {
  if (!prefix.endsWith('/')) throw new TypeError(`prefix ${prefix} does not end with /`);
}

/**
 * Throws if a revision cannot be read: Compacted before the compaction, FutureRevision after the newest (etcd mvcc/kvstore_txn.go
 * rangeKeys).
 */
export function checkReadable(at: Revision, bounds: { revision: Revision; compactRevision: Revision }): void {
  if (at > bounds.revision) throw new FutureRevision(at, bounds.revision);
  if (at < bounds.compactRevision) throw new Compacted(at, bounds.compactRevision);
}

/** A replacement's text in the form it has inside a JSON string. */
export function jsonEscaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
