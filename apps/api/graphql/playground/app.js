// Which cluster is open, and what is shown of it.
import { createClient } from './client.js';
import { clusterStorage } from './cluster-storage.js';
import { Failure } from './failure.js';
import { Guide, journalIn, tourLock } from './guide.js';
import { TourIcon } from './icons.js';
import { openedAt, takeAddress } from './opening.js';
import { explorerPlugin, graphiql, h, useEffect, useMemo, useRef, useState } from './packages.js';
import { Runs } from './runs.js';
import { forgetSession, keepSession, sessions } from './sessions.js';
import { linkTo } from './share.js';
import { SignIn } from './sign-in.js';
import { StatusBar } from './status-bar.js';
import { TabStore } from './tab-store.js';
import { TourPanel } from './tour-panel.js';
import { tours } from './tours/index.js';
import { Workbench } from './workbench.js';

const { GraphiQLProvider } = graphiql;

const voidToken = 'The token you were signed in with is void: it was replaced, or its cluster was deleted. Paste the new one.';
const unkept = 'This browser keeps nothing more for this page: its storage is full. Tabs are there until the page is closed.';
const firstQuery = `# The deployments, their pods and where they run. Ctrl-Space completes, Ctrl-Enter runs.
query Workloads {
  deployments {
    items {
      metadata { name namespace }
      status { readyReplicas replicas }
      pods {
        metadata { name }
        status { phase podIP }
        node { metadata { name } }
      }
    }
  }
}
`;

/** Undoes what a tour left whose page was closed, and the one that is open when this page is closed or another cluster is opened. */
function useRecovery({ guide, tabStore }, onNotice) {
  useEffect(() => {
    guide.recover().then((title) => {
      if (!title) return;
      tabStore.close(...tabStore.ofTours());
      onNotice(`The tour “${title}” was left open: what it changed is put back.`);
    });
    const abandon = () => guide.abandon();
    addEventListener('pagehide', abandon);
    return () => {
      removeEventListener('pagehide', abandon);
      void guide.leave();
    };
  }, [guide]);
}

const tourPlugin = { title: 'Tours', icon: TourIcon, content: TourPanel };
const explorer = explorerPlugin();
/** Its own heading calls it by another name. */
const queryBuilder = {
  ...explorer,
  title: 'Query builder',
  content: () => h('div', { className: 'query-builder' }, h('h2', {}, 'Query builder'), h(explorer.content)),
};
const plugins = [tourPlugin, queryBuilder];

/** What belongs to a session: its client, its runs, its guide and its storage. */
function useParts(session, { onVoid, onLink, onUnkept }) {
  const parts = useMemo(() => {
    const client = createClient(session, { onVoid, onLink });
    const storage = clusterStorage(session.id);
    const newName = () => crypto.randomUUID().slice(0, 4);
    const guide = new Guide({ client, journal: journalIn(storage), newName, tours, lock: tourLock(session.id) });
    const tabStore = new TabStore({ storage, newId: () => crypto.randomUUID(), firstQuery, onUnkept });
    return { client, storage, guide, tabStore, runs: new Runs({ client }) };
  }, [session]);
  useEffect(
    () => () => {
      parts.runs.closeAll();
      parts.client.close();
    },
    [parts],
  );
  return parts;
}

/** The page of one cluster. */
function Cluster({ session, operation, onVoid, ...bar }) {
  const [linked, setLinked] = useState(true);
  const [notice, setNotice] = useState('');
  const { client, storage, guide, tabStore, runs } = useParts(session, { onVoid, onLink: setLinked, onUnkept: () => setNotice(unkept) });
  const [welcome, setWelcome] = useState(!operation && storage.getItem('seen') === null);
  useRecovery({ guide, tabStore }, setNotice);
  const showWelcome = (shown) => {
    if (!shown) storage.keep('seen', 'true');
    setWelcome(shown);
  };
  const share = async ({ query, variables }) => {
    const link = linkTo(location.href, { query, variables });
    const copied = await navigator.clipboard?.writeText(link).then(
      () => true,
      () => false,
    );
    setNotice(copied ? 'The link is copied. It has the operation and its variables, never the token.' : link);
  };
  return h(
    GraphiQLProvider,
    {
      fetcher: (request, options) => client.execute(request, options),
      storage,
      plugins,
      defaultQuery: tabStore.active.query,
      shouldPersistHeaders: true,
      inputValueDeprecation: true,
      schemaDescription: true,
      dangerouslyAssumeSchemaIsValid: true,
    },
    h(StatusBar, { session, client, linked, onHome: () => showWelcome(!welcome), ...bar }),
    notice &&
      h('p', { className: 'notice', role: 'status' }, notice, h('button', { type: 'button', onClick: () => setNotice('') }, 'Close')),
    h(Workbench, {
      name: session.name ?? session.id,
      runs,
      tabStore,
      guide,
      linked: operation,
      tourPlugin,
      welcome,
      onWelcome: showWelcome,
      onShare: share,
    }),
  );
}

/** Everything. */
export function App() {
  const [state, setState] = useState({ view: 'opening' });
  const linkedOperation = useRef();
  const open = (session) => {
    keepSession(session);
    setState({ view: 'cluster', session });
  };
  const signIn = async (answer) => {
    const { session, refusal } = await answer;
    if (session) open(session);
    else setState({ view: 'sign-in', trouble: refusal ?? '' });
  };
  const leave = (session, trouble) => {
    const next = forgetSession(session);
    if (next && !trouble) open(next);
    else setState({ view: 'sign-in', trouble });
  };
  useEffect(() => {
    const start = ({ operation, answer }) => {
      linkedOperation.current = operation;
      const [kept] = sessions();
      if (answer) void signIn(answer);
      else if (kept) open(kept);
      else setState({ view: 'sign-in' });
    };
    start(openedAt);
    const restart = () => start(takeAddress());
    addEventListener('hashchange', restart);
    return () => removeEventListener('hashchange', restart);
  }, []);
  const { view, session, trouble } = state;
  return h(
    'div',
    { className: 'graphiql-container playground' },
    view === 'opening' && h('p', { className: 'opening', role: 'status' }, 'Opening the cluster …'),
    view === 'sign-in' && h(SignIn, { key: trouble, trouble, onOpen: open, onCancel: sessions()[0] && (() => open(sessions()[0])) }),
    view === 'cluster' &&
      h(
        Failure,
        { key: session.id, what: 'The cluster' },
        h(Cluster, {
          session,
          operation: linkedOperation.current,
          onVoid: () => leave(session, voidToken),
          onSwitch: open,
          onAdd: () => setState({ view: 'sign-in' }),
          onSignOut: () => leave(session),
        }),
      ),
  );
}
