import type { ForeignRow } from '#cluster';
import { FileRefused } from '#platform';
import { runInThread } from './limited-thread.js';

const LIMITS = { milliseconds: 60_000, heapMegabytes: 1_024 };
const PROGRAM = new URL('./foreign-thread.js', import.meta.url);

/** One after another: each takes a core. */
let last: Promise<unknown> = Promise.resolve();

/** What is taken of rows that nobody vouches for, found out in a separate thread. Throws FileRefused. */
export function acceptInThread(rows: readonly ForeignRow[]): Promise<ForeignRow[]> {
  const refused = (message: string) => new FileRefused(message);
  const accepting = last.then(() => runInThread<ForeignRow[]>(PROGRAM, rows, { refused, limits: LIMITS }));
  last = accepting.catch(() => undefined);
  return accepting;
}
