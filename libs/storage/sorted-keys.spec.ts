import fc from 'fast-check';
import { prefixEnd, SortedKeys } from './sorted-keys.js';

const key = fc.stringMatching(/^\/[ab]\/[a-c]{0,2}\/?[a-c]{0,2}$/);

test('contains each key once, in order, after any insertions and removals', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), key)),
      fc.constantFrom('/', '/a/', '/b/', '/a/a/'),
      fc.option(key, { nil: undefined }),
      (steps, prefix, after) => {
        const keys = new SortedKeys();
        const model = new Set<string>();
        for (const [add, each] of steps) {
          if (add) keys.add(each);
          else keys.delete(each);
          if (add) model.add(each);
          else model.delete(each);
        }
        const { start, end } = keys.range(prefix, after);
        const found = Array.from({ length: end - start }, (_, n) => keys.at(start + n));
        expect(found).toEqual([...model].filter((each) => each.startsWith(prefix) && (after === undefined || each > after)).sort());
        expect(keys.size).toBe(model.size);
      },
    ),
  );
});

test('of many keys, each is found at its index, after insertions in any order and removals', () => {
  const names = Array.from({ length: 5_000 }, (_, i) => `/r/${String((i * 1_237) % 5_000).padStart(4, '0')}`);
  const keys = new SortedKeys();
  for (const name of names) keys.add(name);
  for (const name of names) keys.add(name);
  const all = (from: SortedKeys) => Array.from({ length: from.size + 1 }, (_, i) => from.at(i));
  const sorted = [...names].sort();
  expect(all(keys)).toEqual([...sorted, undefined]);
  expect([4_999, 0, 600, 599].map((index) => keys.at(index))).toEqual(['/r/4999', '/r/0000', '/r/0600', '/r/0599']);
  expect(keys.range('/r/1', '/r/0999')).toEqual({ start: 1_000, end: 2_000 });
  const gone = new Set(sorted.slice(100, 3_000));
  for (const name of gone) keys.delete(name);
  expect(all(keys)).toEqual([...sorted.filter((name) => !gone.has(name)), undefined]);
});

test('prefixEnd is the next prefix', () => {
  expect(prefixEnd('/registry/pods/')).toBe('/registry/pods0');
});
