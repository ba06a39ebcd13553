import { FencedError, StorageUnavailable, UnknownCluster } from '../errors.js';

/** What the database's errors mean to the store. */
interface DatabaseError extends Error {
  /** SQLSTATE, or the system's code for what happened to the socket. */
  code?: string;
}

const LOST = new Set([
  // The socket's
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
]);

/** deadlock_detected, serialization_failure: the transaction was undone and may be tried again. */
const UNDONE = new Set(['40P01', '40001']);

/** Whether the connection was lost: what was under way may or may not have happened. */
export function isLost(error: unknown): boolean {
  const { code, message } = error as DatabaseError;
  if (code !== undefined) return LOST.has(code) || code.startsWith('08');
  // What pg throws itself bears no code.
  return /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/.test(
    message,
  );
}

export function isUndone(error: unknown): boolean {
  return UNDONE.has((error as DatabaseError).code ?? '');
}

/** The one place where the database's errors become the port's; any other error stays as it is. */
export function toStorageError(error: unknown, { cluster, component }: { cluster: string; component?: string }): unknown {
  const { code, message } = error as DatabaseError;
  if (code === 'OR404') return new UnknownCluster(cluster);
  if (code === 'OR403') return new FencedError(component ?? '');
  if (isLost(error) || isUndone(error)) return new StorageUnavailable(`the database is out of reach: ${message}`, false, { cause: error });
  return error;
}
