// The graph of one cluster: queries and mutations by POST, subscriptions by WebSocket (graphql-transport-ws).
import { createSocketClient } from './packages.js';
import { authorizationOf, graphPath, post } from './requests.js';

/** The errors of a subscription that has ended, as a result has them. */
function errorsOf(error) {
  if (Array.isArray(error)) return error;
  if (typeof error?.code === 'number') return [{ message: error.reason || `The server has closed the socket (${error.code}).` }];
  return [{ message: error?.message ?? 'The connection was lost.' }];
}

const noAnswer = 'The server does not answer: it may be restarting. Try again in a moment.';

async function resultOf(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `The server answers ${response.status}: ${text.slice(0, 300)}` }] };
  }
}

/**
 * A client for a session `{cluster, token}`. `onVoid` is called when the server no longer accepts the token, `onLink` with whether the socket is
 * connected, whenever that changes.
 */
export function createClient(session, { onVoid, onLink = () => undefined }) {
  /** What is told when the connection is lost while subscriptions run; they begin anew when it is there again. */
  const losses = new Set();
  const socket = createSocketClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${graphPath(session.cluster)}`,
    connectionParams: authorizationOf(session.token),
    retryAttempts: 20,
    shouldRetry: (event) => event.code === undefined || event.code < 4400 || event.code === 4499,
    on: {
      connected: () => onLink(true),
      closed: ({ code }) => {
        // It is closed by ourselves when no subscription is left: there is nothing to try again.
        if (code !== 1000) onLink(false);
        for (const lost of losses) lost();
        if (code === 4401 || code === 4403) onVoid();
      },
    },
  });
  return {
    /**
     * Resolves with the result; rejects if the server does not answer. Of the `options` of `fetch`, `keepalive`: it is sent even if the page is
     * closed meanwhile.
     */
    async execute(request, options) {
      const response = await post(session, request, options).catch((error) => {
        throw error.name === 'AbortError' ? error : new Error(noAnswer);
      });
      if (response.status === 401) onVoid();
      return await resultOf(response);
    },
    /**
     * Calls `next` for each result, `lost` when the connection is lost (the subscription begins anew when it is there again), and `error` with
     * the errors or `complete` at its end. Returns what stops it.
     */
    subscribe(request, { next, error, complete, lost = () => undefined }) {
      losses.add(lost);
      const end = (tell) => (cause) => {
        losses.delete(lost);
        tell(cause);
      };
      return end(socket.subscribe(request, { next, error: end((cause) => error(errorsOf(cause))), complete: end(complete) }));
    },
    close: () => void socket.dispose(),
  };
}
