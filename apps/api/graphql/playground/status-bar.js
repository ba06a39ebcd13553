// The cluster that is open: its name, its revision and its clock, as they are now.
import { OrreryIcon, SignOutIcon } from './icons.js';
import { Fragment, h, useEffect, useState } from './packages.js';
import { sessions } from './sessions.js';
import { chosenTheme, setTheme, themes } from './theme.js';

const clockQuery = 'subscription Clock { clock { mode rate now target happened { to } } }';
const clusterQuery = '{ cluster { gitVersion revision } clock { mode rate now target } }';

/** What the clock does: `{label, title}`. */
export function clockText({ mode, rate, target }) {
  if (target) return { label: 'turning', title: `It is being turned to ${target}.` };
  if (mode === 'scaled') return { label: `×${rate}`, title: `It runs ${rate} times as fast as this machine’s.` };
  if (mode === 'frozen') return { label: 'frozen', title: 'It stands still: nothing that waits for time goes on.' };
  if (mode === 'stepped') return { label: 'stepped', title: 'It stands still until it is turned: advanceClock.' };
  return { label: 'real', title: 'It runs as this machine’s.' };
}

/** The cluster's time at `at`, milliseconds of this machine; `heard`: when the clock was told. */
export function timeAt({ mode, rate, now }, heard, at) {
  if (mode === 'real' || !now) return now ? Date.parse(now) + (at - heard) : at;
  return Date.parse(now) + (mode === 'scaled' ? (at - heard) * rate : 0);
}

const shown = (time) => new Date(time).toISOString().replace('T', ' ').slice(0, 19);

/** The clock and revision of the cluster, as far as the user may see them; they follow the cluster. */
function useStatus(client) {
  const [status, setStatus] = useState({});
  useEffect(() => {
    const take = (clock, revision, version) =>
      setStatus((old) => ({
        clock: clock ? { ...clock, heard: Date.now() } : old.clock,
        revision: revision ?? old.revision,
        version: version ?? old.version,
      }));
    client.execute({ query: clusterQuery }).then(
      ({ data }) => data && take(data.clock, data.cluster?.revision, data.cluster?.gitVersion),
      () => undefined,
    );
    return client.subscribe(
      { query: clockQuery },
      { next: ({ data }) => data?.clock && take(data.clock, data.clock.happened.to), error: () => undefined, complete: () => undefined },
    );
  }, [client]);
  return status;
}

function Clock({ clock }) {
  const [at, setAt] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setAt(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const { label, title } = clockText(clock);
  return h(
    'span',
    { className: 'fact clock', title },
    h('time', {}, `${shown(timeAt(clock, clock.heard, Math.max(at, clock.heard)))}Z`),
    h('span', { className: `mode ${clock.mode}` }, label),
  );
}

function ThemeButton() {
  const [theme, set] = useState(chosenTheme());
  return h(
    'label',
    { className: 'theme' },
    h('span', { className: 'visually-hidden' }, 'Colours'),
    h(
      'select',
      {
        value: theme,
        onChange: ({ target: { value } }) => {
          setTheme(value);
          set(value);
        },
      },
      themes.map((name) => h('option', { key: name, value: name }, { system: 'System', light: 'Light', dark: 'Dark' }[name])),
    ),
  );
}

/** The bar at the top. */
export function StatusBar({ session, client, linked, onHome, onSwitch, onAdd, onSignOut, children }) {
  const { clock, revision, version } = useStatus(client);
  const all = sessions();
  const change = ({ target: { value } }) => (value === '' ? onAdd() : onSwitch(all.find(({ id }) => id === value)));
  return h(
    'header',
    { className: 'status-bar' },
    h(
      'button',
      { type: 'button', className: 'brand', title: 'The first screen, with the tours', onClick: onHome },
      h(OrreryIcon),
      h('span', { className: 'brand-name' }, 'Orrery'),
    ),
    h(
      'label',
      { className: 'cluster' },
      h('span', { className: 'visually-hidden' }, 'Cluster'),
      h(
        'select',
        { value: session.id, onChange: change, title: `Cluster ${session.id}` },
        all.map(({ id, name }) => h('option', { key: id, value: id }, name ?? id)),
        h('option', { value: '' }, 'Another cluster …'),
      ),
    ),
    h(
      Fragment,
      {},
      version && h('span', { className: 'fact version' }, version),
      revision !== undefined && h('span', { className: 'fact revision', title: 'The newest revision of its store' }, `rev ${revision}`),
      clock && h(Clock, { clock }),
      !linked && h('span', { className: 'fact trouble', role: 'status' }, 'not connected: trying again'),
    ),
    h('span', { className: 'space' }),
    children,
    h(ThemeButton),
    h('button', { type: 'button', className: 'plain', 'aria-label': 'Sign out', title: 'Sign out', onClick: onSignOut }, h(SignOutIcon)),
  );
}
