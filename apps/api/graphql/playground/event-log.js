// The events of a subscription: the first ones and the latest ones are kept, all are counted.

/** How many events are kept of a subscription: its first and its latest ones. */
export const keptEvents = { first: 20, latest: 200 };

/**
 * @typedef {{number: number, at: number, result: unknown, afterGap?: boolean}} LoggedEvent `at`: milliseconds since the subscription began;
 * `afterGap`: the connection was lost before it.
 */
/** @typedef {{count: number, first: LoggedEvent[], latest: LoggedEvent[], gap?: boolean}} EventLog `gap`: lost since its last event. */

/** @type {EventLog} */
export const emptyLog = { count: 0, first: [], latest: [] };

/** The log after the connection was lost: what happens until it is there again is missing. */
export const withGap = (log) => ({ ...log, gap: true });

/** The log with one event more. */
export function withEvent({ count, first, latest, gap }, result, at) {
  const event = { number: count + 1, at, result, ...(gap && { afterGap: true }) };
  if (first.length < keptEvents.first) return { count: count + 1, first: [...first, event], latest };
  return { count: count + 1, first, latest: [...latest, event].slice(-keptEvents.latest) };
}

/**
 * What is shown of it, the newest first: `{event}`; `{skipped}`, the number of events that are kept no longer, where they were; `{gapBefore}`, the
 * number of the event before which the connection was lost, where it was.
 */
export function newestFirst({ count, first, latest }) {
  const skipped = count - first.length - latest.length;
  const items = (events) => events.toReversed().flatMap((event) => [{ event }, ...(event.afterGap ? [{ gapBefore: event.number }] : [])]);
  return [...items(latest), ...(skipped > 0 ? [{ skipped }] : []), ...items(first)];
}
