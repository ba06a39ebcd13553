import { Periodic } from './periodic.js';

it.each([
  ['at the beginning of a period', 10_000, 5_000, 0],
  ['within one', 10_001, 5_000, 4_999],
  ['without a period', 10_001, 0, 0],
])('a key waits: %s', (_, now, period, wait) => {
  expect(new Periodic().wait('n', now, period)).toBe(wait);
});

it('a key that is looked at late is due, once', () => {
  const periodic = new Periodic();
  expect([periodic.wait('n', 3, 10), periodic.wait('n', 12, 10), periodic.wait('n', 13, 10)]).toEqual([7, 0, 7]);
});

it('a key that was forgotten, or whose period has changed, waits anew', () => {
  const periodic = new Periodic();
  periodic.wait('n', 3, 10);
  periodic.forget('n');
  expect(periodic.wait('n', 11, 10)).toBe(9);
  periodic.clear();
  expect(periodic.wait('n', 11, 4)).toBe(1);
});
