import { parseDuration } from './duration.js';

test.each<[string, number | undefined]>([
  ['90s', 90_000],
  ['7d', 604_800_000],
  ['1d12h', 129_600_000],
  ['-5m', -300_000],
  ['0', 0],
  ['', undefined],
  ['d', undefined],
  ['1h1d', undefined],
  ['1d-5m', undefined],
  ['9'.repeat(1_000_000), undefined],
])('duration %.10s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));
