import { scheme } from '#api';

/** The parts of a request's URL. */
export interface Target {
  /** Unset if the URL contains no cluster: then it is the token's. */
  cluster?: string;
  /** Decoded, relative to the cluster, begins with a slash. */
  path: string;
  /** The path as it was sent, if that is different. */
  escapedPath?: string;
  query: string;
}

const prefix = '/clusters/';

/** The paths that a kube-apiserver serves at its root; probes need a token or a URL that identifies the cluster. */
const rootPath =
  /^\/(?:api|apis|version|openapi|openid\/v1\/jwks|\.well-known\/openid-configuration|healthz|(livez|readyz|metrics|statusz|flagz))(?:[/?]|$)/;

/** Whether a URL is for a cluster: below /clusters/, or from a client that omits its server's path (`kubectl get --raw`). */
export function isForCluster(url: string, authorized: boolean): boolean {
  if (url.startsWith(prefix)) return true;
  // Without a token, `/` is a page for people.
  if (url === '/' || url.startsWith('/?')) return authorized;
  const root = rootPath.exec(url);
  return root !== null && (authorized || root[1] === undefined);
}

/** Parses `/clusters/ID/api/v1/pods?watch=1` or `/api/v1/pods?watch=1`; undefined if it is badly escaped. */
export function targetOf(url: string): Target | undefined {
  const mark = url.indexOf('?');
  const end = mark < 0 ? url.length : mark;
  const slash = url.indexOf('/', prefix.length);
  const named = url.startsWith(prefix);
  const cut = !named ? 0 : slash < 0 || slash > end ? end : slash;
  const cluster = named ? url.slice(prefix.length, cut) : undefined;
  const path = cut === end ? '/' : url.slice(cut, end);
  const query = mark < 0 ? '' : url.slice(mark + 1);
  if (!path.includes('%')) return { cluster, path, query };
  try {
    return { cluster, path: decodeURIComponent(path), escapedPath: path, query };
  } catch {
    return undefined;
  }
}

const groups = new Set(scheme.resources().map(({ group }) => group));

/** The API group of a path for metrics: `core`, a built-in group, `none` for non-resource paths, `other` for groups defined by tenants. */
export function metricsGroup(path: string): string {
  if (path.startsWith('/api/')) return 'core';
  if (!path.startsWith('/apis/')) return 'none';
  const end = path.indexOf('/', 6);
  const group = end < 0 ? path.slice(6) : path.slice(6, end);
  return groups.has(group) ? group : 'other';
}

const verbs: Readonly<Record<string, string>> = { POST: 'POST', PUT: 'PUT', PATCH: 'PATCH', DELETE: 'DELETE', HEAD: 'GET' };

function slashesOf(path: string): number {
  let count = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) count += 1;
  return count;
}

/** The verb for metrics, as in kube-apiserver's: GET and LIST are distinguished by the length of the path. */
export function metricsVerb(method: string, path: string): string {
  if (method !== 'GET') return verbs[method] ?? 'OTHER';
  const parts = slashesOf(path) - (path.startsWith('/apis/') ? 3 : 2);
  const inNamespace = path.includes('/namespaces/') && parts > 2;
  const rest = inNamespace ? parts - 2 : parts;
  return rest === 1 ? 'LIST' : 'GET';
}
