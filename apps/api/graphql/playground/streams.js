// The subscriptions that run in other tabs than the one that is shown: they go on, and their newest event is in view.
import { saidBy } from './events.js';
import { StopIcon } from './icons.js';
import { h, useState } from './packages.js';
import { isRunning } from './runs.js';

/** The newest events of a log, the newest first. */
const newest = (log, count) => [...log.first, ...log.latest].slice(-count).toReversed();

/** How many events are in view of each subscription, the fewer the more of them run. */
const shownOf = (streams) => Math.max(1, Math.floor(5 / streams));

function* leaves(value) {
  if (typeof value !== 'object' || value === null) {
    if (value !== null && value !== undefined && value !== '') yield value;
  } else for (const item of Object.values(value)) yield* leaves(item);
}

/** An event in a line: what it says of itself, or its values without their names. */
export function briefOf(result) {
  const { line, summary } = saidBy(result) ?? {};
  let text = [line, summary].find((told) => typeof told === 'string') ?? '';
  if (text !== '') return text;
  for (const leaf of leaves(saidBy(result))) {
    if (text.length > 240) return `${text} …`;
    text += `${text === '' ? '' : ' · '}${String(leaf).slice(0, 160)}`;
  }
  return text;
}

/** The subscriptions that run in tabs other than `shown`. */
export const elsewhere = (byTab, shown) =>
  [...byTab.values()].filter((run) => run.kind === 'subscription' && run.tab !== shown && isRunning(run));

function Stream({ run, shown, onShow, onStop }) {
  const events = newest(run.log, shown);
  return h(
    'li',
    { className: 'stream' },
    h(
      'button',
      { type: 'button', className: 'show', onClick: () => onShow(run.tab), title: 'Show this tab' },
      h('strong', {}, run.title),
      h('span', { className: 'live' }, run.log.count),
      h(
        'span',
        { className: 'brief' },
        events.length === 0 ? 'nothing yet' : events.map(({ number, result }) => h('span', { key: number }, briefOf(result))),
      ),
    ),
    h(
      'button',
      { type: 'button', className: 'plain labelled', 'aria-label': `Stop ${run.title}`, onClick: () => onStop(run.tab) },
      h(StopIcon),
      'Stop',
    ),
  );
}

/** A strip with these subscriptions. */
export function Streams({ runs, onShow, onStop }) {
  const [told, setTold] = useState(true);
  if (runs.length === 0) return null;
  return h(
    'section',
    { className: 'streams', 'aria-label': 'Subscriptions that go on in other tabs' },
    h(
      'button',
      { type: 'button', className: 'streams-title', 'aria-expanded': told, onClick: () => setTold(!told) },
      `${runs.length} ${runs.length === 1 ? 'subscription goes' : 'subscriptions go'} on in ${runs.length === 1 ? 'another tab' : 'other tabs'}`,
    ),
    told &&
      h(
        'ul',
        {},
        runs.map((run) => h(Stream, { key: run.tab, run, shown: shownOf(runs.length), onShow, onStop })),
      ),
  );
}
