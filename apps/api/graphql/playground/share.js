// An operation as a link: in the fragment, which browsers do not send to servers. It has neither token, headers nor the cluster, so that it
// opens in the cluster of whoever gets it.

/** The address of an operation `{query, variables}` below `page`, an absolute URL. */
export function linkTo(page, { query, variables }) {
  const { origin, pathname } = new URL(page);
  const fields = new URLSearchParams({ query: query ?? '' });
  if (variables && variables.trim() !== '') fields.set('variables', variables);
  return `${origin}${pathname}#${fields}`;
}

/** What a fragment holds: `{query, variables}` of a shared operation, `{token, cluster}` of a link that signs in. */
export function readFragment(hash) {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const [query, token] = [fields.get('query'), fields.get('token')];
  return {
    operation: query ? { query, variables: fields.get('variables') } : undefined,
    token: token ? { token, cluster: fields.get('cluster') ?? undefined } : undefined,
  };
}
