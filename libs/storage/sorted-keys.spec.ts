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

test('prefixEnd is the next prefix', () => {
  expect(prefixEnd('/registry/pods/')).toBe('/registry/pods0');
});
