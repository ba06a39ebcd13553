import { deepEqual } from './equality.js';

const parsed = (text: string): unknown => JSON.parse(text);

test.each<[string, string, boolean]>([
  ['{"constructor":"x"}', '{}', false],
  ['{}', '{"constructor":"x"}', false],
  ['{}', '{"__proto__":{"a":1}}', false],
  ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}', true],
  ['{"__proto__":{"a":1}}', '{"__proto__":{"a":2}}', false],
  ['{"toString":"x"}', '{"toString":"x"}', true],
])('%s and %s', (a, b, want) => {
  expect(deepEqual(parsed(a), parsed(b))).toBe(want);
});
