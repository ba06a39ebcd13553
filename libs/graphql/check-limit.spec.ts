import { checkCount, checkLimit } from './check-limit.js';

test.each([[undefined], [null], [1], [10]])('%s is taken where at most 10 are', (value) => {
  expect(() => checkLimit(value, 10)).not.toThrow();
});

test.each<[number, number | undefined, string | undefined, string]>([
  [0, 10, undefined, 'limit must be between 1 and 10'],
  [11, 10, undefined, 'limit must be between 1 and 10'],
  [-1, 10, 'last', 'last must be between 1 and 10'],
  [0, undefined, undefined, 'limit must be at least 1'],
])('%s of at most %s is refused', (value, most, name, message) => {
  expect(() => checkLimit(value, most, name)).toThrow(message);
});

test('without a most any number is taken', () => expect(() => checkLimit(1_000_000)).not.toThrow());

test('a list has at most so many values', () => {
  for (const values of [undefined, null, [], [1, 2]]) expect(() => checkCount(values, 2, 'kinds')).not.toThrow();
  expect(() => checkCount([1, 2, 3], 2, 'kinds')).toThrow('kinds: at most 2');
});
