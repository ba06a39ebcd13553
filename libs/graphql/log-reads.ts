import { type HistoryEntry, type SeenStep, stepsOfCauses, type UnreadableEntry } from '#history';
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
async function entryAt(revision: number, { history, meter }: GraphContext): Promise<HistoryEntry | UnreadableEntry | undefined> {
  const wait = meter.turn();
  if (wait) await wait;
  const entry = await history.entry(revision).catch((error: unknown) => {
    if (error instanceof Compacted) return undefined;
    throw error;
  });
  meter.count('logEntries', 1);
  meter.count('logBytes', entry && 'value' in entry ? entry.value.length : 0);
  return entry;
}

/** The same of a write that must be readable: throws the API's refusal otherwise. */
export async function readableEntryAt(revision: number, context: GraphContext): Promise<HistoryEntry | undefined> {
  const entry = await entryAt(revision, context);
  if (entry && 'refused' in entry) throw entry.refused;
  return entry;
}

/** A write, the write that woke its writer, and so on, as a chain: the first one first. What the user may not read is hidden in it. */
export async function readCauses(revision: number, context: GraphContext): Promise<SeenStep[]> {
  const writes: Array<HistoryEntry | UnreadableEntry> = [];
  for (let next: number | undefined = revision; next !== undefined && writes.length < limits.causes; ) {
    const write: HistoryEntry | UnreadableEntry | undefined = await entryAt(next, context);
    if (write === undefined) break;
    writes.push(write);
    // A cause is always earlier.
    const wokenBy: number | undefined = 'refused' in write ? write.wokenBy : write.cause.wokenBy;
    next = wokenBy !== undefined && wokenBy < write.revision ? wokenBy : undefined;
  }
  return stepsOfCauses(writes.reverse());
}

/** The last write of a client to the object that this revision is a version of; its oldest write if the log has none of a client. */
export async function lastClientWrite(revision: number, context: GraphContext): Promise<number> {
  let last = revision;
  for (let looked = 0, next: number | undefined = revision; next !== undefined && looked < limits.versions; looked += 1) {
    const entry: HistoryEntry | undefined = await readableEntryAt(next, context);
    if (entry === undefined) break;
    last = entry.revision;
    if (entry.cause.component === undefined) break;
    next = entry.previousRevision;
  }
  return last;
}
