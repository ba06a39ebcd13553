import type { Instant } from '#apimachinery';
import type { Revision } from '#storage';
import type { History } from './history.js';

/** A time from before the first write that the log has. */
export class BeforeLog extends Error {
  constructor(
    readonly requested: Instant,
    /** The first write: its revision and its time. */
    readonly first: { revision: Revision; at: Instant },
  ) {
    super(`the log goes back to revision ${first.revision}, of ${new Date(first.at).toISOString()}`);
  }
}

/**
 * The revision that a cluster had at a time of its clock: that of the last write which is not later. Takes as many reads of one entry as the
 * number of entries has binary digits. `oldest`: the oldest revision that can be read. Throws BeforeLog.
 */
export async function revisionAt(
  log: Pick<History, 'log' | 'revision'>,
  { time, oldest }: { time: Instant; oldest: Revision },
): Promise<Revision> {
  const entryAfter = async (revision: Revision) => (await log.log(revision, 1, 1))[0];
  let known = oldest;
  let later = (await log.revision()) + 1;
  const first = await entryAfter(oldest);
  if (first && first.at > time) throw new BeforeLog(time, first);
  // The write `known` is not later than the time (or the oldest state there is), `later` is.
  while (later - known > 1) {
    const middle = known + Math.floor((later - known) / 2);
    const entry = await entryAfter(middle - 1);
    if (entry === undefined || entry.at > time) later = middle;
    else known = middle;
  }
  return known;
}
