import fc from 'fast-check';
import { cachedObject } from './cached-object.js';
import { ObjectIndex } from './object-index.js';

const object = (key: string, modRevision = 1) => cachedObject({ key, value: '{}', createRevision: 1, modRevision, version: 1 });
const key = fc.constantFrom(
  '/r/pods/a/x',
  '/r/pods/a/y',
  '/r/pods/ab/x',
  '/r/pods/b/x',
  '/r/nodes/n',
  '/r/nodes/m',
  '/r/services/specs/a/s',
  '/r/odd',
  '/top',
);

test('lists like a sorted array after any insertions and removals', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), key)),
      fc.constantFrom('/', '/r/', '/r/pods/', '/r/pods/a/', '/r/services/', '/none/none/'),
      fc.option(key, { nil: undefined }),
      fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
      (steps, prefix, after, limit) => {
        const index = new ObjectIndex([]);
        const model = new Set<string>();
        for (const [put, each] of steps) {
          if (put) index.put(object(each));
          else index.delete(each);
          if (put) model.add(each);
          else model.delete(each);
        }
        const all = [...model].filter((each) => each.startsWith(prefix) && (after === undefined || each > after)).sort();
        const { items, remaining } = index.list({ prefix, after, limit });
        expect(items.map((item) => item.key)).toEqual(all.slice(0, limit));
        expect(remaining).toBe(all.length - items.length);
        expect(index.bytes).toBe(index.list({ prefix: '/' }).items.reduce((bytes, each) => bytes + each.bytes, 0));
      },
    ),
  );
});
