import { expect, it } from '@jest/globals';
import { inBatches } from './in-batches.js';

const items = Array.from({ length: 250 }, (_, i) => i);

it('all objects are worked on, in order, a hundred at once', async () => {
  const done: number[] = [];
  let [atOnce, most] = [0, 0];
  const failure = await inBatches(items, async (item) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await Promise.resolve();
    atOnce -= 1;
    done.push(item);
  });
  expect([failure, most, done]).toEqual([undefined, 100, items]);
});

it('the first failure is told when the rest has been worked on', async () => {
  const done: number[] = [];
  const failure = await inBatches(items, async (item) => {
    if (item === 110 || item === 120) throw new Error(`${item}`);
    done.push(item);
  });
  expect(failure).toMatchObject({ reason: new Error('110') });
  expect(done).toEqual(items.filter((item) => item !== 110 && item !== 120));
});
