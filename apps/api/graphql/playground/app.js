// Which cluster is open, and what is shown of it.
import { createClient } from './client.js';
import { clusterStorage } from './cluster-storage.js';
import { explorerPlugin, graphiql, h, useEffect, useMemo, useState } from './packages.js';
import { Runs } from './runs.js';
import { forgetSession, keepSession, openSession, sessions } from './sessions.js';
import { linkTo, readFragment } from './share.js';
import { SignIn } from './sign-in.js';
import { StatusBar } from './status-bar.js';
import { Workbench } from './workbench.js';

const { GraphiQLProvider } = graphiql;

const voidToken = 'The token you were signed in with is void: it was replaced, or its cluster was deleted. Paste the new one.';
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

/** The page of one cluster. */
function Cluster({ session, onVoid, ...bar }) {
  const [linked, setLinked] = useState(true);
  const client = useMemo(() => createClient(session, { onVoid, onLink: setLinked }), [session]);
  const runs = useMemo(() => new Runs({ client }), [client]);
  const storage = useMemo(() => clusterStorage(session.id), [session]);
  const plugins = useMemo(() => [explorerPlugin()], []);
  useEffect(
    () => () => {
      runs.closeAll();
      client.close();
    },
    [client, runs],
  );
  const [notice, setNotice] = useState('');
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
      defaultQuery: firstQuery,
      shouldPersistHeaders: true,
      dangerouslyAssumeSchemaIsValid: true,
    },
    h(StatusBar, { session, client, linked, ...bar }),
    notice &&
      h('p', { className: 'notice', role: 'status' }, notice, h('button', { type: 'button', onClick: () => setNotice('') }, 'Close')),
    h(Workbench, { runs, onShare: share }),
  );
}

/** What a link says, which is removed from the address bar: a token must not stay there. */
function takeFragment() {
  const fragment = readFragment(location.hash);
  if (fragment.token) history.replaceState(null, '', location.pathname + location.search);
  return fragment;
}

/** Everything. */
export function App() {
  const [state, setState] = useState({ view: 'opening' });
  const open = (session) => {
    keepSession(session);
    setState({ view: 'cluster', session });
  };
  const signIn = async (credentials) => {
    const { session, refusal } = await openSession(credentials);
    if (session) open(session);
    else setState({ view: 'sign-in', trouble: refusal ?? '' });
  };
  const leave = (session, trouble) => {
    const next = forgetSession(session);
    if (next && !trouble) open(next);
    else setState({ view: 'sign-in', trouble });
  };
  useEffect(() => {
    const start = () => {
      const { token } = takeFragment();
      const cluster = new URLSearchParams(location.search).get('cluster') ?? undefined;
      const [kept] = sessions();
      if (token) void signIn({ cluster, ...token });
      else if (kept) open(kept);
      else setState({ view: 'sign-in' });
    };
    start();
    addEventListener('hashchange', start);
    return () => removeEventListener('hashchange', start);
  }, []);
  const { view, session, trouble } = state;
  return h(
    'div',
    { className: 'graphiql-container playground' },
    view === 'sign-in' && h(SignIn, { key: trouble, trouble, onOpen: open, onCancel: sessions()[0] && (() => open(sessions()[0])) }),
    view === 'cluster' &&
      h(Cluster, {
        key: session.id,
        session,
        onVoid: () => leave(session, voidToken),
        onSwitch: open,
        onAdd: () => setState({ view: 'sign-in' }),
        onSignOut: () => leave(session),
      }),
  );
}
