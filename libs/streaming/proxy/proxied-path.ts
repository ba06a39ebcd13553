import type { ApiRequest, ApiResponse } from '#apiserver';

/** `name`, `name:port` or `scheme:name:port` (utilnet.SplitSchemeNamePort); undefined if it is none of them. */
export function splitId(id: string): { scheme: string; name: string; port: string } | undefined {
  const parts = id.split(':');
  const [first = '', second = '', third = ''] = parts;
  if (parts.length === 1) return first === '' ? undefined : { scheme: '', name: first, port: '' };
  if (parts.length === 2) return first === '' ? undefined : { scheme: '', name: first, port: second };
  if (parts.length !== 3 || !['http', 'https', ''].includes(first) || second === '') return undefined;
  return { scheme: first, name: second, port: third };
}

/** `/api/v1/namespaces/NAMESPACE/pods/NAME/proxy`, or `/api/v1/nodes/NAME/proxy`. */
const PROXY = /^\/*api\/v1\/(?:namespaces\/[^/]+\/)?[^/]+\/[^/]+\/proxy/;

/** The path of a request up to and including `/proxy`. */
export const proxyPrefix = ({ path }: ApiRequest): string => PROXY.exec(path)?.[0] ?? '';

/** The path behind `/proxy`; undefined if nothing follows. */
export function proxiedPath(request: ApiRequest): string | undefined {
  const rest = request.path.slice(proxyPrefix(request).length);
  return rest === '' ? undefined : rest;
}

/** Redirects to the same path with a slash at the end, so that relative links work (util/proxy proxyRedirectsforRootPath). */
export function redirectToRoot(request: ApiRequest): ApiResponse | undefined {
  const { method, query } = request;
  if (proxiedPath(request) !== undefined || (method !== 'GET' && method !== 'HEAD')) return undefined;
  const text = String(query);
  return { status: 301, headers: { location: `proxy/${text === '' ? '' : `?${text}`}` } };
}
