import type { LogEntry, LogOptions } from './storage.js';

/** The bytes of an entry that a page of the log is limited by. */
const bytesOf = ({ value, previousValue = '' }: LogEntry): number => Buffer.byteLength(value) + Buffer.byteLength(previousValue);

/** The first entries, up to the one that brings them to so many bytes. */
export function entriesUpTo(bytes: number, entries: readonly LogEntry[]): LogEntry[] {
  let read = 0;
  const last = entries.findIndex((entry) => {
    read += bytesOf(entry);
    return read >= bytes;
  });
  return last < 0 ? [...entries] : entries.slice(0, last + 1);
}

/** Whether the log may go on after a page that was read with these limits. A character has at most three bytes. */
export function mayGoOn(
  page: readonly LogEntry[],
  { limit = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY }: Partial<LogOptions>,
) {
  if (page.length >= limit) return true;
  const characters = page.reduce((sum, { value, previousValue }) => sum + value.length + (previousValue?.length ?? 0), 0);
  return page.length > 0 && 3 * characters >= bytes;
}
