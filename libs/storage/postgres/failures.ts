import { ClusterExists, FencedError, StorageFailure, StorageFull, StorageUnavailable, UnknownCluster } from '../errors.js';

const LOST = new Set([
  // Socket errors.
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections
  '57P01',
  '57P02',
  '57P03',
  '53300',
  // connection_exception and related codes; 08P01 is a malformed message, not a lost connection
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '08007',
  // Prisma: unreachable, timed out, closed, no free connection in the pool
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
]);

/** deadlock_detected, serialization_failure, and Prisma's code for both: the transaction was rolled back and may be retried. */
const UNDONE = new Set(['40P01', '40001', 'P2034']);

/** disk_full; io_error, which PostgreSQL reports when it cannot even write its log. */
const FULL = new Set(['53100', '58030', 'ENOSPC']);

/** Errors thrown by pg itself have no code. */
const LOST_MESSAGE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

/** A database error from pg (`code` is the SQLSTATE, or the system's error code for a socket), or wrapped by Prisma. */
interface DatabaseError extends Error {
  code?: string;
  meta?: { driverAdapterError?: { cause?: { originalCode?: string; code?: string } } };
}

/** The codes of an error, the database's first. */
function codesOf(error: unknown): string[] {
  const { code, meta } = error as DatabaseError;
  const inner = meta?.driverAdapterError?.cause;
  return [inner?.originalCode, inner?.code, code].filter((found) => typeof found === 'string');
}

/** Whether the connection was lost: the statement may or may not have been executed. */
export function isLost(error: unknown): boolean {
  const codes = codesOf(error);
  return codes.some((code) => LOST.has(code)) || (codes.length === 0 && LOST_MESSAGE.test((error as Error).message));
}

/** Whether the database rolled back the statement, so that it may be retried. */
export function isUndone(error: unknown): boolean {
  return codesOf(error).some((code) => UNDONE.has(code));
}

/** Whether the error comes from the database or from the connection to it. */
function isDatabaseError(error: unknown): boolean {
  const { name, severity } = error as { name?: string; severity?: string };
  return severity !== undefined || name?.startsWith('PrismaClient') === true;
}

/** The component that the error of a write of several turns names. */
const overtaken = (error: unknown): string => /^the turn of (.+) was overtaken$/.exec((error as Error).message)?.[1] ?? '';

/**
 * Converts the database's errors to those of the storage interface, whose messages contain nothing of the database's. Other errors are
 * returned unchanged.
 */
export function toStorageError(error: unknown, { cluster, component }: { cluster?: string; component?: string } = {}): unknown {
  const codes = codesOf(error);
  if (codes.includes('OR404')) return new UnknownCluster(cluster ?? '');
  if (codes.includes('OR403')) return new FencedError(component ?? overtaken(error));
  if (isLost(error) || isUndone(error)) return new StorageUnavailable('the database cannot be reached', false, { cause: error });
  if (codes.some((code) => FULL.has(code))) return new StorageFull({ cause: error });
  return isDatabaseError(error) ? new StorageFailure({ cause: error }) : error;
}

/** Like toStorageError, for creating a cluster: a unique violation means that it already exists. */
export function toCreationError(error: unknown, cluster: string): unknown {
  return codesOf(error).includes('23505') ? new ClusterExists(cluster) : toStorageError(error, { cluster });
}
