// The events of a subscription, the newest first.
import { newestFirst } from './event-log.js';
import { PauseIcon, PlayIcon } from './icons.js';
import { jsonText } from './json-text.js';
import { h, useMemo } from './packages.js';
import { isRunning } from './runs.js';

/** What an event says: the data of its only field, or all of it if there are errors or more fields. */
export function saidBy({ data, errors }) {
  if (errors || !data) return { data, errors };
  const values = Object.values(data);
  return values.length === 1 ? values[0] : data;
}

const seconds = (ms) => `+${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;

const EventItem = React.memo(({ event }) =>
  h(
    'li',
    { className: event.result.errors ? 'event failed' : 'event' },
    h('span', { className: 'number' }, `#${event.number}`, h('br'), h('small', {}, seconds(event.at))),
    h('pre', {}, jsonText(saidBy(event.result))),
  ),
);

const states = { running: 'running', ended: 'ended by the server', stopped: 'stopped', failed: 'ended with an error' };

function tellsOf({ state, log, frozen }) {
  const count = `${log.count} ${log.count === 1 ? 'event' : 'events'}`;
  if (!frozen) return `${count}, ${states[state]}`;
  return `${count}, paused at ${frozen.count}${log.count > frozen.count ? `: ${log.count - frozen.count} more since` : ''}`;
}

const gapTexts = {
  now: 'The connection was lost. The subscription begins anew when it is back; what happens meanwhile may be missing.',
  past: 'The connection was lost here, and the subscription began anew: what happened in between may be missing',
};

/** The events of a run. */
export function Events({ run, onPause }) {
  const { log, frozen, state, result } = run;
  const items = useMemo(() => newestFirst(frozen ?? log), [frozen ?? log]);
  return h(
    'div',
    { className: 'events' },
    h(
      'div',
      { className: 'events-bar' },
      h('span', { className: `state ${state}`, role: 'status' }, tellsOf(run)),
      isRunning(run) &&
        h(
          'button',
          { type: 'button', className: 'plain labelled', 'aria-pressed': Boolean(frozen), onClick: () => onPause(!frozen) },
          h(frozen ? PlayIcon : PauseIcon),
          frozen ? 'Show on' : 'Pause',
        ),
    ),
    result?.errors && h('p', { role: 'alert', className: 'trouble' }, result.errors.map(({ message }) => message).join(' ')),
    log.gap && isRunning(run) && h('p', { className: 'hint' }, gapTexts.now),
    log.count === 0 &&
      !log.gap &&
      isRunning(run) &&
      h('p', { className: 'hint' }, 'Nothing has happened yet. It goes on while you use other tabs.'),
    h(
      'ol',
      { reversed: true, 'aria-label': 'Events, the newest first' },
      items.map(({ event, skipped, gapBefore }) => {
        if (event) return h(EventItem, { key: event.number, event });
        if (skipped) return h('li', { key: 'skipped', className: 'skipped' }, `${skipped} events in between are no longer kept`);
        return h('li', { key: `gap ${gapBefore}`, className: 'skipped' }, gapTexts.past);
      }),
    ),
  );
}
