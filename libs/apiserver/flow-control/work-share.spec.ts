import { expect, test } from '@jest/globals';
import { WorkShare } from './work-share.js';

/** A loop that comes round when it is told to, and a clock that stands still between. */
function machine() {
  let time = 0;
  const callbacks: Array<() => void> = [];
  const share = new WorkShare({ immediate: (callback) => void callbacks.push(callback), now: () => time, slice: 2 });
  const round = async () => {
    for (const callback of callbacks.splice(0)) callback();
    // What was resumed runs before the loop comes round again.
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { share, round, work: (milliseconds: number) => (time += milliseconds) };
}

test('tenants take turns, one slice a round; the tasks of a tenant in the order in which they paused', async () => {
  const { share, round, work } = machine();
  const log: string[] = [];
  const run = async (tenant: string, name: string, steps: number) => {
    const task = share.task(tenant);
    for (let step = 0; step < steps; step++) {
      const pending = task.pause();
      if (pending) await pending;
      log.push(`${name}${step}`);
      work(1);
    }
  };
  const all = Promise.all([run('a', 'x', 5), run('a', 'y', 3), run('b', 'z', 3)]);
  const rounds: string[] = [];
  for (let i = 0; i < 8; i++) {
    rounds.push(log.splice(0).join(' '));
    await round();
  }
  await all;
  expect(rounds).toEqual(['x0 y0 z0', 'x1 x2', 'z1 z2', 'y1 y2', 'x3 x4', '', '', '']);
});

test('short work is not held up', () => {
  const { share, work } = machine();
  const task = share.task('a');
  expect(task.pause()).toBeUndefined();
  work(0.1);
  expect(task.pause()).toBeUndefined();
});
