import { sleepTime } from './sleep-time.js';

test.each([
  [['30'], 30_000],
  [['1m', '1.5s'], 61_500],
  [['1d'], 86_400_000],
  [['infinity'], Number.POSITIVE_INFINITY],
  [['99999999999999999999'], Number.POSITIVE_INFINITY],
  [['1.2.3d'], undefined],
  [['x'], undefined],
  [[`${'1'.repeat(100_000)}x`], undefined],
  [[], undefined],
])('sleep %j', (operands, want) => expect(sleepTime(operands)).toBe(want));
