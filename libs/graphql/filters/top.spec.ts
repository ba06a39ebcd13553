import { Top } from './top.js';

const noTurn = () => undefined;

test.each([
  [3, [5, 1, 4, 2, 3], [1, 2, 3]],
  [9, [5, 1, 4, 2, 3], [1, 2, 3, 4, 5]],
  [1, [2, 1, 3], [1]],
  [2, [], []],
])('the first %d of %j', async (most, items, expected) => {
  const top = new Top<number>(most, (a, b) => a - b);
  for (const item of items) top.add(item);
  expect(await top.inOrder(noTurn)).toEqual(expected);
});

test('of many', async () => {
  const numbers = Array.from({ length: 1_000 }, (_, index) => (index * 7_919) % 1_009);
  const top = new Top<number>(100, (a, b) => a - b);
  for (const number of numbers) top.add(number);
  expect(await top.inOrder(noTurn)).toEqual([...numbers].sort((a, b) => a - b).slice(0, 100));
});

test('others have their turn after each item', async () => {
  let turns = 0;
  const top = new Top<number>(100, (a, b) => a - b);
  for (let item = 0; item < 50; item += 1) top.add(item);
  await top.inOrder(async () => {
    turns += 1;
  });
  expect(turns).toBe(50);
});
