import type { HistoryEntry } from './history.js';
import { BeforeLog, revisionAt } from './revision-at.js';

/** A log of writes at these times, the first one with the revision after `oldest`; reads are counted. */
function logOf(times: readonly number[], oldest: number) {
  const log = {
    reads: 0,
    revision: async () => oldest + times.length,
    async log(after: number) {
      log.reads += 1;
      const at = times[after - oldest];
      return at === undefined ? [] : [{ revision: after + 1, at } as HistoryEntry];
    },
  };
  return log;
}

it.each([
  [10, [10, 20, 30], 0, 1],
  [19, [10, 20, 30], 0, 1],
  [20, [10, 20, 20, 20, 30], 0, 4],
  [30, [10, 20, 30], 0, 3],
  [99, [10, 20, 30], 0, 3],
  [20, [10, 20, 30], 500, 502],
  [5, [], 7, 7],
])('at %d in %j after revision %d: %d', async (time, times, oldest, expected) => {
  expect(await revisionAt(logOf(times, oldest), { time, oldest })).toBe(expected);
});

it('a time before the log says where the log begins', async () => {
  const asked = revisionAt(logOf([10, 20], 41), { time: 9, oldest: 41 });
  await expect(asked).rejects.toEqual(new BeforeLog(9, { revision: 42, at: 10 }));
  await expect(asked).rejects.toThrow('the log goes back to revision 42, of 1970-01-01T00:00:00.010Z');
});

it('a long log takes few reads', async () => {
  const times = Array.from({ length: 100_000 }, (_, index) => index);
  const log = logOf(times, 0);
  expect(await revisionAt(log, { time: 77_777, oldest: 0 })).toBe(77_778);
  expect(log.reads).toBeLessThan(20);
});
