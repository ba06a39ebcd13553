import { Meter } from './meter.js';

it.each<[string, Array<[bytes: number, at: number]>, number | undefined]>([
  ['within the limit', [[100, 1000]], undefined],
  ['above it', [[101, 1000]], 10_000],
  ['above it at a look', [[101, 20_000]], 20_000],
  [
    'only between two looks',
    [
      [101, 1000],
      [-1, 9000],
    ],
    undefined,
  ],
  [
    'for a while',
    [
      [101, 1000],
      [-1, 11_000],
    ],
    10_000,
  ],
  [
    'twice',
    [
      [101, 1000],
      [-1, 2000],
      [50, 15_000],
    ],
    20_000,
  ],
])('bytes %s', (_, changes, expected) => {
  const whole = new Meter({ most: 100 });
  const part = new Meter({ most: 100 }, whole);
  for (const [bytes, at] of changes) part.add(bytes, at);
  expect([part.exceededAt, whole.exceededAt]).toEqual([expected, expected]);
});

it('what has a capacity takes no more', () => {
  const meter = new Meter({ capacity: 10 });
  meter.add(6, 0);
  expect([meter.fits(4), meter.fits(5), meter.exceededAt]).toEqual([true, false, undefined]);
});
