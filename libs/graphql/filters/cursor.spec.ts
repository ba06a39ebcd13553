import { decodeCursor, encodeCursor } from './cursor.js';

test.each([
  { revision: '5', skip: 3 },
  { revision: '0', page: 'x' },
  { revision: '7', last: 'shop/web' },
])('%j', (cursor) => expect(decodeCursor(encodeCursor(cursor))).toEqual({ skip: 0, ...cursor }));

test.each([
  '',
  'x',
  Buffer.from('null').toString('base64url'),
  Buffer.from('{"v":"meta.k8s.io/v1","rv":5,"start":"a"}').toString('base64url'),
  encodeCursor({ revision: 'latest' }),
  encodeCursor({ revision: '5', skip: -1 }),
  encodeCursor({ revision: '5', last: 5 as never }),
])('%s is none', (text) =>
  expect(() => decodeCursor(text)).toThrow('continue: it is not that of a page of this list with `where` or `orderBy`'),
);
