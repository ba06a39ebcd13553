import { expect, it } from '@jest/globals';
import { passes } from './slow-requests.js';

/** Timers of a machine that waits as long as it is asked to, and a clock that goes so much faster. */
function machine(speed: number) {
  let now = 1_000;
  const waits: number[] = [];
  const timers = {
    now: () => now,
    after(milliseconds: number, run: () => void) {
      waits.push(milliseconds);
      now += milliseconds;
      queueMicrotask(run);
      return () => undefined;
    },
  };
  return { waits, timers, clock: { now: () => now * speed } };
}

it.each([
  ['goes as the machine does', 1, 500, [20, 480], 0],
  ['goes sixty times as fast', 60, 6_000, [20, 80], 0],
  ['stands still', 0, 500, [20], 500],
  ['has passed it already', 60, 600, [20], 0],
  ['goes as the machine does, and it is short', 1, 5, [5], 0],
])('a request that takes its time on a clock that %s', async (_, speed, delay, waits, missing) => {
  const parts = machine(speed);
  expect([await passes(delay, parts), parts.waits]).toEqual([missing, waits]);
});
