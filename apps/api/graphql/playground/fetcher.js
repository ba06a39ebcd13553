/** The number of a subscription's events that are shown, the newest last. */
const shownEvents = 200;

function isSubscription(document, name) {
  const operations = (document?.definitions ?? []).filter(({ kind }) => kind === 'OperationDefinition');
  return (operations.find((operation) => operation.name?.value === name) ?? operations[0])?.operation === 'subscription';
}

/**
 * Shows a subscription's events as a list: GraphiQL itself would show only the last one. Its return() ends the source at once; a
 * generator's return() would wait for the next event.
 */
function gathered(source) {
  const data = {};
  const iterator = {
    async next() {
      const { value, done } = await source.next();
      if (done || value.errors) return { value, done };
      for (const [field, event] of Object.entries(value.data)) data[field] = [...(data[field] ?? []), event].slice(-shownEvents);
      return { value: { data: { ...data } }, done: false };
    },
    return: () => source.return(),
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}

/** Where the graph is: tokens that only their cluster knows need its id, which the page's address has: /graphql?cluster=ID. */
export const graphPath = () => {
  const cluster = new URLSearchParams(location.search).get('cluster');
  return cluster ? `/graphql?cluster=${encodeURIComponent(cluster)}` : '/graphql';
};

/**
 * GraphiQL's fetcher: queries and mutations by POST, subscriptions by WebSocket. `onVoid` is called when the server no longer accepts the
 * token.
 */
export function createFetcher(token, onVoid) {
  const authorization = `Bearer ${token}`;
  const socket = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${graphPath()}`;
  const wsClient = graphqlWs.createClient({
    url: socket,
    connectionParams: { authorization },
    on: {
      closed: ({ code }) => {
        if (code === 4401 || code === 4403) onVoid();
      },
    },
  });
  const fetcher = GraphiQL.createFetcher({
    url: graphPath(),
    headers: { authorization },
    // An incremental response is an async iterable; our responses are not incremental.
    enableIncrementalDelivery: false,
    wsClient,
    fetch: async (...request) => {
      const response = await fetch(...request);
      if (response.status === 401) onVoid();
      return response;
    },
  });
  const run = async (parameters, options) => {
    const result = await fetcher(parameters, options);
    return isSubscription(options?.documentAST, parameters.operationName) ? gathered(result[Symbol.asyncIterator]()) : result;
  };
  return { run, close: () => wsClient.dispose() };
}
