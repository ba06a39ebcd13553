import { expect, test } from '@jest/globals';
import { repeats } from './repeats.js';

test.each([
  [[], []],
  [
    ['a', 'b', 'a', 'b', 'a'],
    [2, 3, 4],
  ],
  [['1', 1, '1'], [2]],
])('%j: %j', (values, places) => expect([...repeats(values)]).toEqual(places));

test('the cost of many values is linear', () => {
  const many = Array.from({ length: 500_000 }, (_, i) => `value-${i % 250_000}`);
  expect([...repeats(many)].length).toBe(250_000);
});
