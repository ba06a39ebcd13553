import type { Meter } from './meter.js';
import { Repeats, Tally } from './repeats.js';

function opened() {
  const counts = { objects: 0, bytes: 0 };
  const count: Meter['count'] = (what, by) => {
    counts[what as 'objects'] += by;
  };
  const whole = new Tally({ count });
  const state = { completed: 0 };
  const repeats = new Repeats({ turn: () => undefined });
  const [fields, source] = [[], {}];
  const of = (how: (tally: Tally) => unknown = () => ({}), { in: part = whole, fields: asked = fields, source: from = source } = {}) =>
    repeats.of({ fields: asked, source: from, whole: part }, (tally) => {
      state.completed += 1;
      tally.count('objects', 2);
      tally.count('bytes', 10);
      return how(tally);
    });
  return { counts, state, whole, of };
}

test('an object is completed once for the same fields, and counted each time', () => {
  const { counts, state, of } = opened();
  const first = of();
  expect(of()).toBe(first);
  expect(of(undefined, { fields: [] })).not.toBe(first);
  expect(of(undefined, { source: {} })).not.toBe(first);
  expect([state.completed, counts.objects, counts.bytes]).toEqual([3, 8, 40]);
});

test('while it waits for something, all wait for the same, and count what it came to', async () => {
  const { counts, state, of } = opened();
  const waiting = async (tally: Tally) => {
    await new Promise(setImmediate);
    tally.count('objects', 3);
    return {};
  };
  const all = [of(waiting), of(waiting), of(waiting)];
  expect(counts).toEqual({ objects: 2, bytes: 10 });
  const [first, ...others] = await Promise.all(all);
  expect(others).toEqual([first, first]);
  expect(others.every((one) => one === first)).toBe(true);
  expect(of(waiting)).toBe(first);
  expect(counts).toEqual({ objects: 20, bytes: 40 });
  expect(state.completed).toBe(1);
});

test('what is a part of a part is counted for both, and once for the operation', () => {
  const { counts, whole, of } = opened();
  const inner = {};
  const nested = () => of((part) => of(undefined, { in: part, source: inner, fields: [] }));
  nested();
  expect(counts).toEqual({ objects: 4, bytes: 20 });
  nested();
  expect(counts).toEqual({ objects: 8, bytes: 40 });
  whole.repeat(whole);
  expect(counts).toEqual({ objects: 16, bytes: 80 });
});

test('what has errors is completed anew, and so is what it is a part of', async () => {
  const { state, whole, of } = opened();
  const failing = async (tally: Tally) => {
    await new Promise(setImmediate);
    tally.fail();
    return {};
  };
  const all = await Promise.all([of(failing), of(failing)]);
  expect(all[0]).not.toBe(all[1]);
  await of(failing);
  expect([state.completed, whole.failed]).toEqual([3, true]);
});

test('what is refused is not kept', async () => {
  const { state, of } = opened();
  const refused = async () => Promise.reject(new Error('no'));
  const all = await Promise.allSettled([of(refused), of(refused)]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await of();
  expect(state.completed).toBe(3);
  const failing = () => {
    throw new Error('no');
  };
  expect(() => of(failing, { source: {} })).toThrow('no');
});
