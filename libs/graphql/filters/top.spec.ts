import { Top } from './top.js';

test.each([
  [3, [5, 1, 4, 2, 3], [1, 2, 3]],
  [9, [5, 1, 4, 2, 3], [1, 2, 3, 4, 5]],
  [1, [2, 1, 3], [1]],
  [2, [], []],
])('the first %d of %j', (most, items, expected) => {
  const top = new Top<number>(most, (a, b) => a - b);
  for (const item of items) top.add(item);
  expect(top.inOrder()).toEqual(expected);
});

test('of many', () => {
  const numbers = Array.from({ length: 1_000 }, (_, index) => (index * 7_919) % 1_009);
  const top = new Top<number>(100, (a, b) => a - b);
  for (const number of numbers) top.add(number);
  expect(top.inOrder()).toEqual([...numbers].sort((a, b) => a - b).slice(0, 100));
});
