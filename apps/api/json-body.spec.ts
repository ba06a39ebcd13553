import { expect, test } from '@jest/globals';
import { BODY_LIMITS } from '#hosting';
import { checkValues } from './json-body.js';

const { values } = BODY_LIMITS;

test.each([
  ['nothing', '', true],
  ['as many values as are allowed', JSON.stringify(Array.from({ length: values }, () => 0)), true],
  ['one more', JSON.stringify(Array.from({ length: values + 1 }, () => 0)), false],
  ['lists in lists', '['.repeat(values + 1), false],
  ['objects', `[${'{},'.repeat(values / 2)}{}]`, false],
  ['members', JSON.stringify(Object.fromEntries(Array.from({ length: values + 1 }, (_, i) => [`k${i}`, 1]))), false],
  ['a long text with commas, brackets and quotes', JSON.stringify({ manifest: '[{"a\\": "b,c"}],\n'.repeat(values) }), true],
  ['a text that ends with a backslash, and values after it', JSON.stringify(['\\', ...Array.from({ length: values }, () => 0)]), false],
  ['a text without an end', `"${',[{'.repeat(values)}`, true],
])('%s', (_, text, allowed) => {
  const check = () => checkValues(text);
  if (allowed) expect(check()).toBeUndefined();
  else expect(check).toThrow(`the body has more than ${values} values`);
});
