import { expect, it } from '@jest/globals';
import { slowStart } from './slow-start.js';

it.each<[string, number, number | undefined, number, number[][]]>([
  ['all succeed', 6, undefined, 1, [[0], [1, 2], [3, 4, 5]]],
  ['the first fails', 6, 0, 1, [[0]]],
  ['one of the second batch fails', 9, 2, 1, [[0], [1, 2]]],
  ['a large first batch', 6, 1, 500, [[0, 1, 2, 3, 4, 5]]],
  ['nothing to do', 0, undefined, 1, []],
])('%s', async (_, count, failing, initial, want) => {
  const batches: number[][] = [];
  let running = 0;
  const run = async (item: number): Promise<void> => {
    if (running === 0) batches.push([]);
    running += 1;
    batches.at(-1)?.push(item);
    await Promise.resolve();
    running -= 1;
    if (item === failing) throw new Error(`failed ${item}`);
  };
  const items = Array.from({ length: count }, (_item, index) => index);
  const failure = await slowStart(items, run, { initial });
  expect(failure?.message).toBe(failing === undefined ? undefined : `failed ${failing}`);
  expect(batches).toEqual(want);
});
