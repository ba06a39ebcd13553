import type { LogEntry, Revision, Storage } from '#storage';
import { HISTORY_LIMITS } from './limits.js';

export interface Span {
  after: Revision;
  /** The last revision. */
  to: Revision;
  /** Whether the reader has seen enough. */
  enough?: () => boolean;
}

/**
 * Reads a log page by page, with previous values, and waits after each page, so that others have their turn. Returns the last revision that
 * was read: less than `to` if there are more entries than are read for one answer. Throws Compacted.
 */
export async function readLog(
  storage: Pick<Storage, 'log'>,
  { after, to, enough = () => false }: Span,
  { each, giveWay }: { each(entry: LogEntry): void; giveWay(): Promise<void> },
): Promise<Revision> {
  const end = Math.min(to, after + HISTORY_LIMITS.entries);
  let read = after;
  while (read < end && !enough()) {
    const limits = { limit: Math.min(HISTORY_LIMITS.page, end - read), bytes: HISTORY_LIMITS.pageBytes };
    const page = await storage.log({ after: read, ...limits, previous: true });
    if (page.length === 0) break;
    for (const entry of page) each(entry);
    read = page.at(-1)?.revision ?? end;
    await giveWay();
  }
  return read;
}

/** A write, the write that woke its writer, and so on to the first; fewer if the log does not have them any more. */
export async function causesOf(storage: Pick<Storage, 'log' | 'compactRevision'>, revision: Revision): Promise<LogEntry[]> {
  const oldest = await storage.compactRevision();
  const entries: LogEntry[] = [];
  let kept = 0;
  const enough = () => entries.length >= HISTORY_LIMITS.steps || kept > HISTORY_LIMITS.kept;
  for (let next: Revision | undefined = revision; next !== undefined && next > oldest && !enough(); ) {
    const [entry]: LogEntry[] = await storage.log({ after: next - 1, limit: 1, previous: true });
    if (entry === undefined) break;
    entries.push(entry);
    kept += entry.value.length + (entry.previousValue?.length ?? 0);
    // A cause is always earlier.
    const { wokenBy }: LogEntry['cause'] = entry.cause;
    next = wokenBy !== undefined && wokenBy < entry.revision ? wokenBy : undefined;
  }
  return entries;
}
