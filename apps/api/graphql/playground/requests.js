// Requests to the graph of a cluster.

/** Where the graph of a cluster is. Tokens that only their cluster knows, and the platform's, need its id. */
export const graphPath = (cluster) => (cluster ? `/graphql?cluster=${encodeURIComponent(cluster)}` : '/graphql');

/** The header that says who asks; none without a token: a client certificate may say it. */
export const authorizationOf = (token) => (token ? { authorization: `Bearer ${token}` } : {});

/** Sends a request `{query, variables, operationName}` as the user of the token; `options` are those of `fetch`. */
export const post = ({ cluster, token }, request, { headers, ...options } = {}) =>
  fetch(graphPath(cluster), {
    ...options,
    method: 'POST',
    headers: { accept: 'application/json', ...headers, 'content-type': 'application/json', ...authorizationOf(token) },
    body: JSON.stringify(request),
  });
