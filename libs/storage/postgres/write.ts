import { randomUUID } from 'node:crypto';
import { StorageUnavailable } from '../errors.js';
import type { Revision } from '../revision.js';
import type { Cause, TransactionOptions, WriteOp, WriteResult } from '../storage.js';
import { bigintArray, textArray } from './binary-array.js';
import { isLost } from './failures.js';
import type { Lane } from './lane.js';
import { writeResults } from './rows.js';
import type { Session } from './session.js';
import type { StatementName } from './statements.js';

const TYPES = { create: 'c', update: 'u', delete: 'd' } as const;

/** The parameters of a write that say what is written. */
function operations(cluster: string, ops: readonly WriteOp[]): unknown[] {
  // The operations of one request have the same cause.
  const causes = new Map<Cause, string>();
  const causeOf = (cause: Cause) => {
    const text = causes.get(cause) ?? JSON.stringify(cause);
    causes.set(cause, text);
    return text;
  };
  return [
    cluster,
    ops.map((op) => TYPES[op.type]).join(''),
    textArray(ops.map((op) => op.key)),
    textArray(ops.map((op) => (op.type === 'delete' ? undefined : op.value))),
    bigintArray(ops.map((op) => (op.type === 'create' ? op.since : op.expected))),
    bigintArray(ops.map((op) => (op.type === 'delete' ? undefined : op.expiresAt))),
    textArray(ops.map((op) => causeOf(op.cause))),
    bigintArray(ops.map((op) => op.at)),
  ];
}

/** A write of several operations; `after`: its entries may already be in the log after this revision. */
function several(
  given: unknown[],
  { fence, fences = [], atomic = false }: TransactionOptions,
  { writeId, after }: { writeId: string; after: Revision | null },
): [StatementName, unknown[]] {
  if (fences.length === 0) return ['write', [...given, atomic, fence?.component ?? null, fence?.token ?? null, writeId, after]];
  const components = textArray(fences.map(({ component }) => component));
  const tokens = bigintArray(fences.map(({ token }) => token));
  return ['writeShared', [...given, components, tokens, writeId, after]];
}

/** The parameters of store_write_one, for a write of one operation. */
function singleParameters(cluster: string, op: WriteOp, { fence }: TransactionOptions, writeId: string): unknown[] {
  return [
    cluster,
    TYPES[op.type],
    op.key,
    op.type === 'delete' ? null : op.value,
    (op.type === 'create' ? op.since : op.expected) ?? null,
    op.type === 'delete' ? null : (op.expiresAt ?? null),
    JSON.stringify(op.cause),
    op.at,
    fence?.component ?? null,
    fence?.token ?? null,
    writeId,
  ];
}

/** The name of a write, by which it is found again if the answer is lost. */
export const newWriteId = (): string => randomUUID();

/**
 * Writes, and determines the outcome if the connection is lost: every call has an id that is stored with its log entries, and the next
 * attempt, under the cluster's lock, first looks for them after `known`. If the lost call is executed late it does no harm: the keys of its
 * creations exist and the revisions of its updates have changed. Throws StorageUnavailable with outcomeUnknown if the time is up before the
 * outcome is known.
 */
export async function write(
  session: Session,
  cluster: string,
  { ops, options, known, lane }: { ops: readonly WriteOp[]; options: TransactionOptions; known: Revision; lane: Lane | undefined },
): Promise<WriteResult[]> {
  const writeId = newWriteId();
  const [op] = ops;
  const single = ops.length === 1 && op !== undefined ? singleParameters(cluster, op, options, writeId) : undefined;
  let given: unknown[] | undefined;
  let unknown = false;
  try {
    const rows = await session.persist(async () => {
      try {
        if (single !== undefined && !unknown) return await session.run('writeOne', single, lane);
        given ??= operations(cluster, ops);
        return await session.run(...several(given, options, { writeId, after: unknown ? known : null }), lane);
      } catch (error) {
        unknown ||= isLost(error);
        throw error;
      }
    });
    return writeResults(ops, rows);
  } catch (error) {
    if (!unknown || !isLost(error)) throw error;
    throw new StorageUnavailable('the connection to the database was lost during a write and cannot be restored', true, { cause: error });
  }
}
