// Asks what the token of the address opens, while the packages are still loaded: it imports none of them.
import { openSession } from './sessions.js';
import { readFragment } from './share.js';

/** What a link says, which is removed from the address bar: a token must not stay there. */
function takeFragment() {
  const fragment = readFragment(location.hash);
  if (fragment.token || fragment.operation) history.replaceState(null, '', location.pathname + location.search);
  return fragment;
}

/** What the address says: `{operation}` of a link, and `{answer}`, of openSession, if it has a token. */
export function takeAddress() {
  const { token, operation } = takeFragment();
  const cluster = new URLSearchParams(location.search).get('cluster') ?? undefined;
  return { operation, answer: token && openSession({ token: token.token, cluster: token.cluster ?? cluster }) };
}

/** That of the page as it was opened. */
export const openedAt = takeAddress();
