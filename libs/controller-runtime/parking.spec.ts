import { afterTurn, isPoisonous, parkFor } from './parking.js';

test('a turn is parked for longer with each lost holder, up to ten minutes', () => {
  expect([2, 3, 4, 8, 9, 60].map(parkFor)).toEqual([10_000, 20_000, 40_000, 600_000, 600_000, 600_000]);
});

test.each([
  { state: {}, expected: false },
  { state: { lost: 1, overtook: true }, expected: false },
  { state: { lost: 2, overtook: true }, expected: true },
  // The parking time is over: the turn is retried.
  { state: { lost: 2 }, expected: false },
])('whether $state is to be parked: $expected', ({ state, expected }) => {
  expect(isPoisonous(state)).toBe(expected);
});

test.each([
  { lost: 0, failed: false, stalled: false, expected: { lost: 0 } },
  { lost: 3, failed: false, stalled: false, expected: { lost: 0 } },
  { lost: 3, failed: true, stalled: false, expected: { lost: 3 } },
  { lost: 0, failed: false, stalled: true, expected: { lost: 1 } },
  { lost: 1, failed: false, stalled: true, expected: { lost: 2, parkedUntil: 10_100 } },
  { lost: 2, failed: true, stalled: true, expected: { lost: 3, parkedUntil: 20_100 } },
])('$lost lost, failed $failed, stalled $stalled: $expected', ({ lost, expected, ...turn }) => {
  expect(afterTurn({ lost }, { now: 100, ...turn })).toEqual(expected);
});
