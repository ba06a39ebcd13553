import { scheme } from '#api';

/** A request's URL, taken apart. */
export interface Target {
  cluster: string;
  /** Decoded, relative to the cluster, begins with a slash. */
  path: string;
  query: string;
}

const prefix = '/clusters/';

/** Takes apart `/clusters/ID/api/v1/pods?watch=1`; undefined where it is no such URL, or is badly escaped. */
export function targetOf(url: string): Target | undefined {
  if (!url.startsWith(prefix)) return undefined;
  const mark = url.indexOf('?');
  const end = mark < 0 ? url.length : mark;
  const slash = url.indexOf('/', prefix.length);
  const cut = slash < 0 || slash > end ? end : slash;
  const cluster = url.slice(prefix.length, cut);
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
