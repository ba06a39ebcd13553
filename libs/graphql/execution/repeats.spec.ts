import { Repeats } from './repeats.js';

const counter = () => {
  const counts = { objects: 0, scanned: 0, bytes: 0, logEntries: 0, logBytes: 0, milliseconds: 0 };
  const count = (what: Exclude<keyof typeof counts, 'milliseconds'>, by: number): void => {
    counts[what] += by;
  };
  return { counts, count };
};

function opened() {
  const meter = counter();
  const state = { errors: 0, completed: 0 };
  const repeats = new Repeats(meter, () => state.errors);
  const complete = (how: () => unknown = () => ({})) => {
    state.completed += 1;
    meter.count('objects', 2);
    meter.count('bytes', 10);
    return how();
  };
  return { meter, state, repeats, complete };
}

test('an object is completed once for the same fields, and counted each time', () => {
  const { meter, state, repeats, complete } = opened();
  const [source, fields, others] = [{}, [], []];
  const first = repeats.of(fields, source, complete);
  expect(repeats.of(fields, source, complete)).toBe(first);
  expect(repeats.of(others, source, complete)).not.toBe(first);
  expect(repeats.of(fields, {}, complete)).not.toBe(first);
  expect([state.completed, meter.counts.objects, meter.counts.bytes]).toEqual([3, 8, 40]);
});

test('what waits, and what has errors, is completed anew', async () => {
  const { state, repeats, complete } = opened();
  const [source, fields] = [{}, []];
  await repeats.of(fields, source, () => complete(() => Promise.resolve({})) as Promise<unknown>);
  repeats.of(fields, source, () =>
    complete(() => {
      state.errors += 1;
      return {};
    }),
  );
  repeats.of(fields, source, complete);
  repeats.of(fields, source, complete);
  expect(state.completed).toBe(3);
});

test('what throws is not kept', () => {
  const { state, repeats, complete } = opened();
  const [source, fields] = [{}, []];
  const failing = () =>
    complete(() => {
      throw new Error('no');
    });
  expect(() => repeats.of(fields, source, failing)).toThrow('no');
  repeats.of(fields, source, complete);
  expect(state.completed).toBe(2);
});
