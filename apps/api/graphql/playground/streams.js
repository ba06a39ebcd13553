// The subscriptions that run in other tabs than the one that is shown: they go on, and their newest event is in view.
import { saidBy } from './events.js';
import { StopIcon } from './icons.js';
import { h, useState } from './packages.js';
import { isRunning } from './runs.js';

const newest = ({ latest, first }) => latest.at(-1) ?? first.at(-1);

/** The subscriptions that run in tabs other than `shown`. */
export const elsewhere = (byTab, shown) =>
  [...byTab.values()].filter((run) => run.kind === 'subscription' && run.tab !== shown && isRunning(run));

function Stream({ run, onShow, onStop }) {
  const event = newest(run.log);
  return h(
    'li',
    { className: 'stream' },
    h(
      'button',
      { type: 'button', className: 'show', onClick: () => onShow(run.tab), title: 'Show this tab' },
      h('strong', {}, run.title),
      h('span', { className: 'live' }, run.log.count),
      h('code', {}, event ? JSON.stringify(saidBy(event.result)).slice(0, 300) : 'nothing yet'),
    ),
    h(
      'button',
      { type: 'button', className: 'plain', 'aria-label': `Stop ${run.title}`, title: 'Stop', onClick: () => onStop(run.tab) },
      h(StopIcon),
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
        runs.map((run) => h(Stream, { key: run.tab, run, onShow, onStop })),
      ),
  );
}
