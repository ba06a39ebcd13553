// What of a kubeconfig a page can sign in with.

/** @typedef {{context: string, cluster?: string, token?: string, trouble?: string}} Entry One context: `trouble` says why it cannot be used. */

const named = (list, name, what) => (Array.isArray(list) ? list : []).find((entry) => entry?.name === name)?.[what];

/** The server's part of a context: its cluster's id, or why it is not of this server. */
function serverOf(cluster, origin) {
  if (typeof cluster?.server !== 'string') return { trouble: 'it names no server' };
  let url;
  try {
    url = new URL(cluster.server);
  } catch {
    return { trouble: `its server, ${cluster.server}, is not a URL` };
  }
  const id = /^\/clusters\/([^/]+)\/?$/.exec(url.pathname)?.[1];
  if (!id) return { trouble: `its server, ${cluster.server}, is not a cluster of Orrery: the path is not /clusters/ID` };
  if (url.host !== origin.host && !sameMachine(url, origin)) return { trouble: `its server is ${url.origin}: open ${url.origin}/graphql` };
  return { cluster: id };
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
/** The page may have been opened over plain http, or by another name of this machine. */
const sameMachine = (a, b) => loopback.test(a.hostname) && loopback.test(b.hostname);

/** The user's part of a context: a token, or why there is none. */
function credentialsOf(user) {
  if (!user) return { trouble: 'its user is missing' };
  if (typeof user.token === 'string' && user.token !== '') return { token: user.token };
  if (user.tokenFile) return { trouble: `its token is in the file ${user.tokenFile}, which a page cannot read: paste what is in it` };
  if (user['client-certificate-data'] || user['client-certificate']) {
    return {
      certificate: true,
      trouble:
        'it signs in with a client certificate, which a page cannot present by itself. Either install it in the browser (openssl pkcs12 -export -in client.crt -inkey client.key -out client.p12), or make a token with it: kubectl create token NAME',
    };
  }
  if (user.exec)
    return { trouble: `its credentials come from the command ${user.exec.command}, which a page cannot run: run it, and paste the token` };
  if (user['auth-provider']) return { trouble: 'its auth-provider is not supported: paste a token' };
  if (user.username) return { trouble: 'it signs in with a password, which clusters do not accept: paste a token' };
  return { trouble: 'its user has no credentials' };
}

/**
 * The contexts of a kubeconfig, the current one first. `config`: the parsed file; `origin`: the URL of this server. Throws an error with a
 * sentence if it is none.
 */
export function contextsOf(config, origin) {
  if (typeof config !== 'object' || config === null || !Array.isArray(config.contexts)) {
    throw new Error('This is YAML, but no kubeconfig: it has no contexts.');
  }
  const entries = config.contexts.map(({ name, context }) => {
    const server = serverOf(named(config.clusters, context?.cluster, 'cluster'), origin);
    const user = credentialsOf(named(config.users, context?.user, 'user'));
    const namespace = typeof context?.namespace === 'string' ? { namespace: context.namespace } : {};
    return { context: name, ...server, ...user, ...namespace, ...(server.trouble && { trouble: server.trouble, certificate: false }) };
  });
  if (entries.length === 0) throw new Error('This kubeconfig has no contexts.');
  const current = ({ context }) => (context === config['current-context'] ? 0 : 1);
  return entries.sort((a, b) => current(a) - current(b));
}

/** Whether a text is a token rather than a kubeconfig. */
export const isToken = (text) => /^[\w.~+/=-]+$/.test(text);
