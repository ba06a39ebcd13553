import { limits } from '../limits.js';
import { excessOfObject, isLonger } from './values.js';

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

test.each([
  [undefined, Array(limits.variableValues - 1).fill(1)],
  [undefined, nested(limits.variableDepth - 1)],
  ['the object holds more than 20000 values: write it with kubectl', Array(limits.variableValues).fill(1)],
  ['the object is nested deeper than 200 levels', nested(100_000)],
])('%s', (excess, data) => expect(excessOfObject({ data })).toBe(excess));

test.each([
  [false, { a: 'b' }],
  [true, 'x'.repeat(1_000)],
  [true, { [`k${'x'.repeat(1_000)}`]: 1 }],
  [true, Array(500).fill(1)],
  [true, [nested(500)]],
  [false, Array(100).fill(1)],
])('longer than a thousand characters: %s', (is, value) => expect(isLonger(value, 1_000)).toBe(is));
