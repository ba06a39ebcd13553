import { type ChainStep, EventChain, type HistoryEntry } from '#history';
import { Compacted, FutureRevision } from '#storage';
import type { GraphContext } from './context.js';
import { badInput } from './errors.js';
import { limits } from './limits.js';

/** The revision in an argument. */
function revisionOf(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw badInput(`resourceVersion: invalid value ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}

/** The revision of a write; throws if it does not exist yet. */
export async function pastRevision(text: string, { history }: GraphContext): Promise<number> {
  const revision = revisionOf(text);
  const current = await history.revision();
  if (revision > current) throw new FutureRevision(revision, current);
  return revision;
}

/** The write with a revision, counted; undefined if the log does not have it any more. */
export async function entryAt(revision: number, { history, meter }: GraphContext): Promise<HistoryEntry | undefined> {
  const wait = meter.turn();
  if (wait) await wait;
  const [entry] = await history.log(revision - 1, 1, limits.logPageLength).catch((error: unknown) => {
    if (error instanceof Compacted) return [];
    throw error;
  });
  meter.count('logEntries', 1);
  meter.count('logBytes', entry?.value.length ?? 0);
  return entry;
}

/** A write, the write that woke its writer, and so on, as a chain: the first one first. */
export async function readCauses(revision: number, context: GraphContext): Promise<ChainStep[]> {
  const entries: HistoryEntry[] = [];
  for (let next: number | undefined = revision; next !== undefined && entries.length < limits.causes; ) {
    const entry: HistoryEntry | undefined = await entryAt(next, context);
    if (entry === undefined) break;
    entries.push(entry);
    // A cause is always earlier.
    const { wokenBy }: HistoryEntry['cause'] = entry.cause;
    next = wokenBy !== undefined && wokenBy < entry.revision ? wokenBy : undefined;
  }
  const first = entries.at(-1);
  const chain = new EventChain((entry) => entry === first);
  return entries.reverse().flatMap((entry) => chain.next(entry));
}

/** The last write of a client to the object that this revision is a version of; its oldest write if the log has none of a client. */
export async function lastClientWrite(revision: number, context: GraphContext): Promise<number> {
  let last = revision;
  for (let looked = 0, next: number | undefined = revision; next !== undefined && looked < limits.versions; looked += 1) {
    const entry: HistoryEntry | undefined = await entryAt(next, context);
    if (entry === undefined) break;
    last = entry.revision;
    if (entry.cause.component === undefined) break;
    next = entry.previousRevision;
  }
  return last;
}
