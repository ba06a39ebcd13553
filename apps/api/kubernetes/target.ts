import { scheme } from '#api';

/** A request's URL, taken apart. */
export interface Target {
  /** None where the URL names none: then the token says which. */
  cluster?: string;
  /** Decoded, relative to the cluster, begins with a slash. */
  path: string;
  query: string;
}

const prefix = '/clusters/';

/** What a kube-apiserver answers at its root; the probes only to who says which cluster is meant. */
const rootPath = /^\/(?:api|apis|version|openapi|healthz|(livez|readyz))(?:[/?]|$)/;

/** Whether a URL is for a cluster: below /clusters/, or as a client asks that leaves its server's path out (`kubectl get --raw`). */
export function isForCluster(url: string, authorized: boolean): boolean {
  if (url.startsWith(prefix)) return true;
  // Without a token the root is a page for people.
  if (url === '/' || url.startsWith('/?')) return authorized;
  const root = rootPath.exec(url);
  return root !== null && (authorized || root[1] === undefined);
}

/** Takes apart `/clusters/ID/api/v1/pods?watch=1` or `/api/v1/pods?watch=1`; undefined where it is badly escaped. */
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
    return { cluster, path: decodeURIComponent(path), query };
  } catch {
    return undefined;
  }
}

const groups = new Set(scheme.resources().map(({ group }) => group));

/** The API group of a path for the metrics: `core`, a built-in group, `none` for other paths, `other` for groups that tenants have made. */
export function metricsGroup(path: string): string {
  if (path.startsWith('/api/')) return 'core';
  if (!path.startsWith('/apis/')) return 'none';
  const end = path.indexOf('/', 6);
  const group = end < 0 ? path.slice(6) : path.slice(6, end);
  return groups.has(group) ? group : 'other';
}

const verbs: Readonly<Record<string, string>> = { POST: 'POST', PUT: 'PUT', PATCH: 'PATCH', DELETE: 'DELETE', HEAD: 'GET' };

/** The verb for the metrics, as kube-apiserver's: GET and LIST told apart by the length of the path. */
export function metricsVerb(method: string, path: string): string {
  if (method !== 'GET') return verbs[method] ?? 'OTHER';
  const parts = path.split('/').length - (path.startsWith('/apis/') ? 4 : 3);
  const inNamespace = path.includes('/namespaces/') && parts > 2;
  const rest = inNamespace ? parts - 2 : parts;
  return rest === 1 ? 'LIST' : 'GET';
}
