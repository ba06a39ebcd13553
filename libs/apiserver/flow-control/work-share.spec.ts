import { expect, test } from '@jest/globals';
import { loopOf, WorkShare } from './work-share.js';

/** An event loop that iterates on demand, and a clock that only moves when it is told to. */
function machine() {
  let time = 0;
  const callbacks: Array<() => void> = [];
  const timers: Array<{ at: number; callback: () => void }> = [];
  const share = new WorkShare({
    immediate: (callback) => void callbacks.push(callback),
    after: (wait, callback) => void timers.push({ at: time + wait, callback }),
    now: () => time,
    slice: 2,
  });
  const round = async () => {
    for (const timer of timers.filter(({ at }) => at <= time)) timers.splice(timers.indexOf(timer), 1)[0]?.callback();
    for (const callback of callbacks.splice(0)) callback();
    // Lets resumed work run before the next iteration of the loop.
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { share, round, work: (milliseconds: number) => (time += milliseconds) };
}

test('tenants take turns, one slice per iteration; the tasks of a tenant in the order in which they paused', async () => {
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

test('small steps give way when they have become long together in one iteration, whoever’s they are; their tenants do not pause', async () => {
  const { share, round, work } = machine();
  const log: string[] = [];
  const run = async (tenant: string, steps: number) => {
    for (let step = 0; step < steps; step++) {
      const pending = share.pause(tenant);
      if (pending) await pending;
      log.push(`${tenant}${step}`);
      work(3);
    }
  };
  const all = Promise.all([run('a', 5), run('b', 4)]);
  const rounds: string[] = [];
  for (let i = 0; i < 4; i++) {
    rounds.push(log.splice(0).join(' '));
    await round();
  }
  await all;
  expect(rounds).toEqual(['a0 a1 a2', 'a3 a4', 'b0 b1 b2 b3', '']);
});

test('short work is not delayed', () => {
  const { share, work } = machine();
  const task = share.task('a');
  expect(task.pause()).toBeUndefined();
  work(0.1);
  expect(task.pause()).toBeUndefined();
});

test('a long step yields after it, and its tenant pauses while others are active', async () => {
  const { share, round, work } = machine();
  const log: string[] = [];
  const run = async (tenant: string, name: string, steps: readonly number[]) => {
    const task = share.task(tenant);
    for (const milliseconds of steps) {
      await task.step(() => {
        log.push(`${name}${milliseconds}`);
        work(milliseconds);
      });
    }
  };
  const all = Promise.all([run('a', 'x', [1, 1, 12, 1]), run('a', 'y', [12, 1]), run('b', 'z', [3, 1, 1])]);
  const rounds: string[] = [];
  for (let i = 0; i < 9; i++) {
    for (let j = 0; j < 5; j++) await Promise.resolve();
    rounds.push(log.splice(0).join(' '));
    work(i === 6 ? 60 : 1);
    await round();
  }
  await all;
  expect(rounds).toEqual(['x1 y12 z3', 'y1', 'z1 z1', 'x1 x12', '', '', '', 'x1', '']);
});

test('two long steps of a tenant never run in one iteration of the loop, and no other step of it runs after one', async () => {
  const { share, round, work } = machine();
  const log: string[] = [];
  const run = async (name: string, milliseconds: number) => {
    const task = share.task('a');
    for (let step = 0; step < 2; step++)
      await task.step(() => {
        log.push(`${name}${step}`);
        work(milliseconds);
      });
  };
  const all = Promise.all([run('x', 12), run('y', 12), run('z', 1)]);
  const rounds: string[] = [];
  for (let i = 0; i < 7; i++) {
    for (let j = 0; j < 5; j++) await Promise.resolve();
    rounds.push(log.splice(0).join(' '));
    await round();
  }
  await all;
  expect(rounds).toEqual(['x0', 'x1', 'y0', 'z0 z1', '', 'y1', '']);
});

test('a tenant that is alone does not pause longer than until the next iteration', async () => {
  const { share, round, work } = machine();
  const task = share.task('a');
  let steps = 0;
  const all = (async () => {
    for (; steps < 3; steps++) await task.step(() => work(12));
  })();
  for (let i = 0; i < 3; i++) await round();
  expect(steps).toBe(3);
  await all;
});

test('work in a turn that was waited for does not wait again', async () => {
  const { share, round, work } = machine();
  let done = 0;
  const all = Promise.all(
    [1, 2, 3].map(async () => {
      const task = share.task('a');
      await task.turn();
      await task.step(() => work(12));
      done += 1;
    }),
  );
  for (let i = 0; i < 8; i++) await round();
  await all;
  expect(done).toBe(3);
});

test('a task that asks for a turn waits for it', async () => {
  const { share, round } = machine();
  let turns = 0;
  void share
    .task('a')
    .turn()
    .then(() => turns++);
  for (let j = 0; j < 5; j++) await Promise.resolve();
  expect(turns).toBe(0);
  await round();
  expect(turns).toBe(1);
});

test('what was waited for before a loop is no overrun of it', async () => {
  const { share, round, work } = machine();
  share.task('b');
  const task = share.task('a');
  const pause = loopOf(share, 'a');
  work(30);
  expect(pause()).toBeUndefined();
  work(2);
  const turn = pause();
  expect(turn).toBeInstanceOf(Promise);
  await round();
  await turn;
  expect(pause()).toBeUndefined();
  // A task that was begun before has to rest for it: others wait for no turn of its tenant.
  expect(task.pause()).toBeInstanceOf(Promise);
});
