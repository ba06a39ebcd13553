import { hasAlready, weakTag } from './entity-tag.js';

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ['', false],
  ['W/"a"', true],
  ['"a"', true],
  ['"b"', false],
  ['"b", W/"a"', true],
  ['"b","a"', true],
  ['*', true],
  ['a', false],
  ['W/a', false],
])('If-None-Match: %s', (header, known) => expect(hasAlready(header, weakTag('a'))).toBe(known));
