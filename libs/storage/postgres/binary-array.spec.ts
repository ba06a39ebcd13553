import { bigintArray, textArray } from './binary-array.js';

const hex = (buffer: Buffer) =>
  buffer
    .toString('hex')
    .replace(/(.{8})/g, '$1 ')
    .trim();

test.each([
  { items: [], expected: '00000001 00000000 00000019 00000000 00000001' },
  { items: ['ab', 'ü'], expected: '00000001 00000000 00000019 00000002 00000001 00000002 61620000 0002c3bc' },
  { items: ['', undefined], expected: '00000001 00000001 00000019 00000002 00000001 00000000 ffffffff' },
])('text[] of $items', ({ items, expected }) => {
  expect(hex(textArray(items))).toBe(expected);
});

test.each([
  { items: [1, undefined], expected: '00000001 00000001 00000014 00000002 00000001 00000008 00000000 00000001 ffffffff' },
  { items: [2 ** 32 + 7], expected: '00000001 00000000 00000014 00000001 00000001 00000008 00000001 00000007' },
  { items: [-1], expected: '00000001 00000000 00000014 00000001 00000001 00000008 ffffffff ffffffff' },
  { items: [4294967295], expected: '00000001 00000000 00000014 00000001 00000001 00000008 00000000 ffffffff' },
])('bigint[] of $items', ({ items, expected }) => {
  expect(hex(bigintArray(items))).toBe(expected);
});

test('U+0000 is rejected', () => {
  expect(() => textArray(['a\0b'])).toThrow(TypeError);
});
