import { cachedObject } from './cached-object.js';
import { filtered } from './filtered.js';

const objects = ['a', 'b', 'c', 'd'].map((key) => cachedObject({ key, value: '{}', createRevision: 1, modRevision: 1, version: 1 }));
const odd = ({ key }: { key: string }) => key === 'a' || key === 'c';

test.each<[number | undefined, string[], boolean]>([
  [undefined, ['a', 'c'], false],
  [0, [], true],
  [1, ['a'], true],
  [2, ['a', 'c'], false],
  [3, ['a', 'c'], false],
])('with the limit %s', async (limit, keys, more) => {
  const found = await filtered(objects, { filter: odd, ...(limit !== undefined && { limit }) });
  expect({ keys: found.items.map(({ key }) => key), more: found.more }).toEqual({ keys, more });
});

test('others have their turn before each object', async () => {
  const done: string[] = [];
  const filter = ({ key }: { key: string }) => done.push(key) > 0;
  const pause = async () => void done.push('pause');
  await filtered(objects.slice(0, 2), { filter, loop: () => pause });
  expect(done).toEqual(['pause', 'a', 'pause', 'b']);
});
