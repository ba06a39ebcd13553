import { expect, test } from '@jest/globals';
import { queryOf } from './request.js';

test.each([
  ['none', '', undefined, 0],
  ['one', 'watch=1', '1', 1],
  ['10,000', `watch=1${'&a'.repeat(9_999)}`, '1', 10_000],
  ['10,001, as Go reads it', `watch=1${'&a'.repeat(10_000)}`, undefined, 0],
])('a query with this many parameters: %s', (_, text, watch, size) => {
  const query = queryOf({ query: text });
  expect([query.get('watch') ?? undefined, query.size]).toEqual([watch, size]);
});
