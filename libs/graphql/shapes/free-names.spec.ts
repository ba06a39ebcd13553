import { expect, test } from '@jest/globals';
import { FreeNames } from './free-names.js';

test.each<[string, readonly string[], readonly string[], readonly string[]]>([
  ['nothing', [], [], []],
  ['different names', [], ['a', 'b'], ['a', 'b']],
  ['equal names', [], ['a', 'a', 'b', 'a'], ['a', 'a_2', 'b', 'a_3']],
  ['taken ones', ['a', 'a_3'], ['a', 'a', 'a'], ['a_2', 'a_4', 'a_5']],
  ['numbered ones', [], ['a_2', 'a', 'a', 'a_2'], ['a_2', 'a', 'a_3', 'a_2_2']],
  ['those of every object', [], ['constructor', '__proto__', 'constructor'], ['constructor', '__proto__', 'constructor_2']],
])('%s', (_of, taken, asked, expected) => {
  const names = new FreeNames(taken);
  expect(asked.map((name) => names.take(name))).toEqual(expected);
});

test('many equal names take no longer than many others', () => {
  const names = new FreeNames();
  // With a search from 2 on for each of them this would take minutes.
  const taken = Array.from({ length: 200_000 }, () => names.take('a'));
  expect(taken.at(-1)).toBe('a_200000');
});
