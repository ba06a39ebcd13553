import { leaseEnd } from './lease.js';

const HOUR = 3_600_000;

test.each([
  ['an hour, at the beginning of a minute', HOUR, 0, HOUR + 60_000],
  ['an hour, in the middle of it', HOUR, 30_000, HOUR + 60_000],
  ['an hour, at its end', HOUR, 59_999, HOUR + 60_000],
  ['an hour, in the next one', HOUR, 60_000, HOUR + 120_000],
  ['ten minutes: shared for 5 % of it', 600_000, 31_000, 660_000],
  ['ten seconds: not shared', 10_000, 1234, 11_234],
  ['whole seconds', 10_999, 0, 10_000],
  ['less than a second: for ever', 999, 5, undefined],
  ['none: for ever', 0, 5, undefined],
])('a lease of %s', (_, ttl, at, end) => {
  expect(leaseEnd(ttl, at)).toBe(end);
});
