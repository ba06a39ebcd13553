// The clusters that this browser tab is signed in to. Tokens stay in the tab (sessionStorage) and go only to this server.
import { authorizationOf, post } from './requests.js';

const key = 'orrery-sessions';

/** @typedef {{cluster?: string, name?: string, token?: string}} Session `cluster`: its id, if the token alone does not open it. */

/** All sessions, the one that is used first. */
export function sessions() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

const same = (a, b) => a.id === b.id;

/** Puts a session first. */
export function keepSession(session) {
  sessionStorage.setItem(key, JSON.stringify([session, ...sessions().filter((other) => !same(other, session))]));
}

/** Forgets a session; returns the next one. */
export function forgetSession(session) {
  const rest = sessions().filter((other) => !same(other, session));
  sessionStorage.setItem(key, JSON.stringify(rest));
  return rest[0];
}

const explained = {
  401: 'This token opens no cluster here. It may have been replaced by a newer one, or its cluster deleted.',
  503: 'The cluster’s API server is down: its manifest does not start. Repair it over SSH or the files route, then try again.',
};

/**
 * Asks the server what a token opens: `{session}` with the cluster's id and name, `{clusters}` to choose from for the platform's token, or
 * `{refusal}`, a sentence for the user.
 */
export async function openSession({ cluster, token }) {
  try {
    const response = await post({ cluster, token }, { query: '{ cluster { id name } }' });
    if (response.ok) {
      const { id, name } = (await response.json()).data.cluster;
      return { session: { id, name, token, cluster } };
    }
    if (response.status === 401 && token && !cluster) {
      const listed = await fetch('/platform/v1/clusters', { headers: authorizationOf(token) });
      if (listed.ok) return { clusters: (await listed.json()).items.map(({ id, name }) => ({ id, name })) };
    }
    return { refusal: explained[response.status] ?? `The server answers ${response.status}. Try again in a moment.` };
  } catch {
    return { refusal: 'The server does not answer. Try again in a moment.' };
  }
}
