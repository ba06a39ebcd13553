import { expect, it, test } from '@jest/globals';
import { bordered, bytesText } from './etcd-tables.js';

it('a table has borders, a centred head, and numbers on the right', () => {
  const table = bordered(
    ['HASH', 'REVISION', 'TOTAL SIZE'],
    [
      ['fe01cf57', '10', '2.1 MB'],
      ['0', '12345678901', '7%'],
    ],
  );
  expect(table.split('\n')).toEqual([
    '+----------+-------------+------------+',
    '|   HASH   |  REVISION   | TOTAL SIZE |',
    '+----------+-------------+------------+',
    '| fe01cf57 |          10 | 2.1 MB     |',
    '|        0 | 12345678901 |         7% |',
    '+----------+-------------+------------+',
    '',
  ]);
});

test.each([
  [0, '0 B'],
  [9, '9 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [20_400, '20 kB'],
  [2 * 1024 ** 3, '2.1 GB'],
])('%i bytes: %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
