import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { ClusterTurns } from './cluster-turns.js';

beforeEach(() => void jest.useFakeTimers({ now: 0 }));
afterEach(() => void jest.useRealTimers());

/** Turns of one cluster, and what became of each that waits, with the time. */
function cluster(othersWait: boolean, most = 8) {
  const lingering = { count: 0, most };
  const turns = new ClusterTurns();
  const fates: string[] = [];
  const begin = (name: string) => {
    const { linger, end } = turns.begin({ quiet: 15, patience: 500, now: Date.now, othersWait: () => othersWait, lingering });
    const wait = (due?: number) => {
      const { promise, come } = linger.wait(due);
      void promise.then((goesOn) => fates.push(`${name} ${goesOn ? 'goes on' : 'ends'} at ${Date.now()}`));
      return come;
    };
    return { wait, end };
  };
  return { turns, begin, fates, pass: (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds) };
}

test.each([
  [false, ['a ends at 15']],
  [true, ['a ends at 0']],
])('a turn without work ends after a while, at once if others wait for its slot (%s)', async (othersWait, expected) => {
  const { begin, fates, pass } = cluster(othersWait);
  begin('a').wait();
  await pass(100);
  expect(fates).toEqual(expected);
});

test.each([
  [false, ['b ends at 55', 'c ends at 55', 'a ends at 55']],
  [true, ['b ends at 40', 'c ends at 40', 'a ends at 40']],
])('turns wait for those that work, and end together (others wait: %s)', async (othersWait, expected) => {
  const { begin, fates, pass } = cluster(othersWait);
  const [a, b, c] = ['a', 'b', 'c'].map(begin) as [ReturnType<typeof begin>, ReturnType<typeof begin>, ReturnType<typeof begin>];
  b.wait();
  c.wait();
  await pass(40);
  a.wait();
  await pass(100);
  expect(fates).toEqual(expected);
});

test('a turn that has got work keeps the others waiting, and one that fails does not', async () => {
  const { begin, fates, pass } = cluster(true);
  const [a, b] = ['a', 'b'].map(begin) as [ReturnType<typeof begin>, ReturnType<typeof begin>];
  const come = a.wait();
  await pass(10);
  come();
  b.wait();
  await pass(90);
  expect(fates).toEqual(['a goes on at 10']);
  a.end();
  await pass(0);
  expect(fates).toEqual(['a goes on at 10', 'b ends at 100']);
});

test('a turn without work does not wait for longer than its patience', async () => {
  const { begin, fates, pass } = cluster(true);
  begin('a');
  begin('b').wait();
  await pass(1_000);
  expect(fates).toEqual(['b ends at 500']);
});

test.each([
  ['soon', 10, false, ['a goes on at 10']],
  ['soon, but others wait', 10, true, ['a ends at 0']],
  ['later', 100, false, ['a ends at 15']],
  ['a timer that is due', -1, true, ['a goes on at 0']],
])('timers: %s', async (_, due, othersWait, expected) => {
  const { begin, fates, pass } = cluster(othersWait);
  begin('a').wait(due);
  await pass(1_000);
  expect(fates).toEqual(expected);
});

test('a turn goes on when its timer is due while another one works', async () => {
  const { begin, fates, pass } = cluster(true);
  begin('a');
  begin('b').wait(100);
  await pass(1_000);
  expect(fates).toEqual(['b goes on at 100']);
});

test.each([
  [false, ['b ends at 15', 'a ends at 500']],
  [true, ['b ends at 0', 'a ends at 500']],
])('so many turns are patient, the others leave their slots (others wait: %s)', async (othersWait, expected) => {
  const { begin, fates, pass } = cluster(othersWait, 1);
  begin('works');
  begin('a').wait();
  begin('b').wait();
  await pass(1_000);
  expect(fates).toEqual(expected);
});

test('all turns without work can be ended', async () => {
  const { turns, begin, fates, pass } = cluster(false);
  begin('a');
  begin('b').wait();
  turns.stop();
  await pass(0);
  expect(fates).toEqual(['b ends at 0']);
});
