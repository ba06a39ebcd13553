import { canonicalMicroTime, canonicalTime, timeError } from './time-text.js';

test.each([
  ['2024-01-31T10:00:00Z', '2024-01-31T10:00:00Z'],
  ['2024-02-29T10:00:00Z', '2024-02-29T10:00:00Z'],
  ['2023-02-29T10:00:00Z', undefined],
  ['2024-01-01T00:30:00.999+01:00', '2023-12-31T23:30:00Z'],
  ['2024-13-01T00:00:00Z', undefined],
  ['2024-01-01 00:00:00Z', undefined],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
])('%s as a time', (text, canonical) => expect(canonicalTime(text)).toBe(canonical));

test.each([
  ['2024-01-01T00:00:00.123456Z', '2024-01-01T00:00:00.123456Z'],
  ['2024-01-01T00:00:00.123456+01:00', '2023-12-31T23:00:00.123456Z'],
  ['2024-01-01T00:00:00Z', undefined],
])('%s with microseconds', (text, canonical) => expect(canonicalMicroTime(text)).toBe(canonical));

test.each([
  ['x', false, 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'],
  ['2024-01-01', false, 'parsing time "2024-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
  ['2024-02-30T00:00:00Z', false, 'parsing time "2024-02-30T00:00:00Z": day out of range'],
  [
    '2024-01-01T00:00:00Z',
    true,
    'parsing time "2024-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  ],
  ['2024-01-01T00:00:00Zx', false, 'parsing time "2024-01-01T00:00:00Zx": extra text: "x"'],
])('the error for %s', (text, micro, message) => expect(timeError(text, micro)).toBe(message));
