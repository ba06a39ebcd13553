// The playground: GraphiQL over fetch and graphql-ws. The token stays in this tab (sessionStorage) and goes only to this server.
const examples = [
  `# Deployments, their ReplicaSets and pods, and where each pod runs: relations that REST lacks.
query Workloads {
  deployments {
    items {
      metadata { name namespace }
      status { readyReplicas replicas }
      pods {
        metadata { name }
        status { phase podIP }
        node { metadata { name } }
        events { reason message }
      }
    }
  }
}`,
  `# Start this, then: kubectl create deployment web --image=nginx --replicas=2
# Everything that follows from that one write, component by component, with the time each took.
subscription Chain {
  eventChain(kind: "deployment", name: "web") {
    depth
    component
    summary
    sinceCauseMs
    sinceStartMs
  }
}`,
  `# Pods as they change. Hand a resourceVersion back to go on after it without a gap.
subscription Pods {
  watch(kind: "pod", namespace: "default") {
    type
    resourceVersion
    object { metadata { name } ... on Pod { status { phase } } }
  }
}`,
  `mutation Apply {
  apply(manifest: """
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: hello}
    data: {greeting: world}
    """) {
    kind
    metadata { name resourceVersion }
  }
}`,
];

const form = document.getElementById('sign-in');
const input = document.getElementById('token');
const trouble = document.getElementById('trouble');

async function opens(token) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ cluster { id } }' }),
  });
  return response.ok;
}

/** The latest this many events of a subscription are shown, the newest last. */
const shownEvents = 200;

/** A subscription's events one below the other: GraphiQL itself would show only the last one. */
async function* gathered(source) {
  const events = [];
  for await (const result of source) {
    if (result.errors) yield result;
    else {
      for (const [field, event] of Object.entries(result.data)) events.push({ field, event });
      yield { data: Object.groupBy ? grouped(events.slice(-shownEvents)) : result.data };
    }
  }
}

const grouped = (events) =>
  Object.fromEntries(
    Object.entries(Object.groupBy(events, ({ field }) => field)).map(([field, list]) => [field, list.map(({ event }) => event)]),
  );

const gathering = (fetcher) => async (parameters, options) => {
  const result = await fetcher(parameters, options);
  return result?.[Symbol.asyncIterator] ? gathered(result) : result;
};

function show(token) {
  form.hidden = true;
  const authorization = `Bearer ${token}`;
  const socket = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`;
  const fetcher = GraphiQL.createFetcher({
    url: '/graphql',
    headers: { authorization },
    wsClient: graphqlWs.createClient({ url: socket, connectionParams: { authorization } }),
  });
  const tabs = examples.map((query) => ({ query }));
  ReactDOM.createRoot(document.getElementById('graphiql')).render(
    React.createElement(GraphiQL, {
      fetcher: gathering(fetcher),
      defaultTabs: tabs,
      defaultEditorToolsVisibility: false,
      shouldPersistHeaders: false,
    }),
  );
}

async function start() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given) history.replaceState(null, '', location.pathname);
  const token = given ?? sessionStorage.getItem('orrery-token');
  if (token && (await opens(token))) {
    sessionStorage.setItem('orrery-token', token);
    show(token);
    return;
  }
  sessionStorage.removeItem('orrery-token');
  if (token) trouble.textContent = 'That token opens no cluster.';
  form.hidden = false;
  input.focus();
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const token = input.value.trim();
  if (await opens(token)) {
    sessionStorage.setItem('orrery-token', token);
    show(token);
  } else {
    trouble.textContent = 'That token opens no cluster.';
  }
});

start();
