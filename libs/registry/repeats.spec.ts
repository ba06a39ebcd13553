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
