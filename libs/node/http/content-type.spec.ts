import { sniffedType } from './content-type.js';

test.each([
  ['<a href="/x">', 'text/html; charset=utf-8'],
  ['\n <!DOCTYPE HTML>', 'text/html; charset=utf-8'],
  ['<!--x', 'text/html; charset=utf-8'],
  ['<address>', 'text/plain; charset=utf-8'],
  ['foo <a >', 'text/plain; charset=utf-8'],
  ['', 'text/plain; charset=utf-8'],
])('%j is %s', (text, want) => {
  expect(sniffedType(text)).toBe(want);
});
