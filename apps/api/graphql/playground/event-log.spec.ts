import path from 'node:path';

interface Log {
  count: number;
  first: unknown[];
  latest: unknown[];
}
const { emptyLog, keptEvents, newestFirst, withEvent, withGap } = (await import(path.join(import.meta.dirname, 'event-log.js'))) as {
  emptyLog: Log;
  keptEvents: { first: number; latest: number };
  newestFirst(log: Log): { event?: { number: number }; skipped?: number; gapBefore?: number }[];
  withGap(log: Log): Log;
  withEvent(log: Log, result: unknown, at: number): Log;
};

const logOf = (events: number): Log => {
  let log = emptyLog;
  for (let i = 1; i <= events; i += 1) log = withEvent(log, i, i * 10);
  return log;
};
const numbers = (events: number) => newestFirst(logOf(events)).map(({ event, skipped }) => event?.number ?? `-${skipped}`);

test.each([
  [0, []],
  [3, [3, 2, 1]],
])('of %i events the newest is first', (events, shown) => {
  expect(numbers(events)).toEqual(shown);
});

test('the first ones and the latest ones are kept, and what is in between is counted', () => {
  const { first, latest } = keptEvents;
  expect(numbers(first + latest)).not.toContain('-0');
  const many = numbers(10_000);
  expect(many).toHaveLength(first + latest + 1);
  expect(many[0]).toBe(10_000);
  expect(many[latest]).toBe(`-${10_000 - first - latest}`);
  expect(many.slice(latest + 1)).toEqual(Array.from({ length: first }, (_, i) => first - i));
  expect(logOf(10_000).count).toBe(10_000);
});

test('where the connection was lost is said, until the next event of the log and behind it', () => {
  const lost = withGap(withGap(logOf(2)));
  expect(lost).toMatchObject({ count: 2, gap: true });
  const on = withEvent(withEvent(lost, 'c', 30), 'd', 40);
  expect(on).not.toHaveProperty('gap');
  expect(newestFirst(on).map(({ event, gapBefore }) => event?.number ?? `gap before ${gapBefore}`)).toEqual([4, 3, 'gap before 3', 2, 1]);
});
