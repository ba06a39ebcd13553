import { MessageRate, socketLimits } from './socket-limits.js';

test('a client may send a burst, and then a limited number of messages per second', () => {
  const rate = new MessageRate(0);
  const taken = (count: number, now: number) => Array.from({ length: count }, () => rate.take(now)).filter(Boolean).length;
  expect([taken(10_000, 0), taken(10_000, 1_000), taken(10_000, 1_001), taken(10_000, 3_600_000)]).toEqual([
    socketLimits.burst,
    socketLimits.messagesPerSecond,
    0,
    socketLimits.burst,
  ]);
});
