import { Pace } from './paced-handshakes.js';

/** An event loop whose iterations the test runs. */
function opened() {
  let queued: Array<() => void> = [];
  const begun: number[] = [];
  const pace = new Pace<number>(
    (run) => void queued.push(run),
    (one) => void begun.push(one),
  );
  const iteration = () => {
    const now = queued;
    queued = [];
    for (const run of now) run();
    return begun.splice(0);
  };
  return { pace, iteration };
}

test('of many that begin at once eight begin in an iteration of the event loop, in their order', () => {
  const { pace, iteration } = opened();
  for (let i = 0; i < 20; i += 1) pace.add(i);
  expect(iteration()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  pace.add(20);
  expect(iteration()).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
  expect(iteration()).toEqual([16, 17, 18, 19, 20]);
  expect(iteration()).toEqual([]);
  pace.add(21);
  expect(iteration()).toEqual([21]);
});

test('one that fails keeps no other from beginning', () => {
  const queued: Array<() => void> = [];
  const begun: number[] = [];
  const pace = new Pace<number>(
    (run) => void queued.push(run),
    (one) => {
      if (one === 0) throw new Error('no');
      begun.push(one);
    },
  );
  for (let i = 0; i < 10; i += 1) pace.add(i);
  expect(queued.shift()).toThrow('no');
  while (queued.length > 0) queued.shift()?.();
  expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
