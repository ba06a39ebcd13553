// The events of a subscription: the first ones and the latest ones are kept, all are counted.

/** How many events are kept of a subscription: its first and its latest ones. */
export const keptEvents = { first: 20, latest: 200 };

/** @typedef {{number: number, at: number, result: unknown}} LoggedEvent `at`: milliseconds since the subscription began. */
/** @typedef {{count: number, first: LoggedEvent[], latest: LoggedEvent[]}} EventLog */

/** @type {EventLog} */
export const emptyLog = { count: 0, first: [], latest: [] };

/** The log with one event more. */
export function withEvent({ count, first, latest }, result, at) {
  const event = { number: count + 1, at, result };
  if (first.length < keptEvents.first) return { count: count + 1, first: [...first, event], latest };
  return { count: count + 1, first, latest: [...latest, event].slice(-keptEvents.latest) };
}

/**
 * What is shown of it, the newest first: `{event}`, or `{skipped}`, the number of events that are kept no longer, where they were.
 */
export function newestFirst({ count, first, latest }) {
  const skipped = count - first.length - latest.length;
  return [
    ...latest.toReversed().map((event) => ({ event })),
    ...(skipped > 0 ? [{ skipped }] : []),
    ...first.toReversed().map((event) => ({ event })),
  ];
}
