import type { corev1 } from '#api';
import { failureStatus, StatusError, serviceUnavailable } from '#apimachinery';
import { type ApiRequest, type ApiResponse, headerOf, type RestScope } from '#apiserver';
import { PodMachine } from '#node';
import { STREAM_LIMITS } from '../limits.js';
import { worldOf } from '../target.js';

/** `name`, `name:port` or `scheme:name:port` (utilnet.SplitSchemeNamePort); undefined if it is none of them. */
export function splitId(id: string): { scheme: string; name: string; port: string } | undefined {
  const parts = id.split(':');
  const [first = '', second = '', third = ''] = parts;
  if (parts.length === 1) return first === '' ? undefined : { scheme: '', name: first, port: '' };
  if (parts.length === 2) return first === '' ? undefined : { scheme: '', name: first, port: second };
  if (parts.length !== 3 || !['http', 'https', ''].includes(first) || second === '') return undefined;
  return { scheme: first, name: second, port: third };
}

/** The path behind `/proxy` in a request's path; undefined if nothing follows. */
export function proxiedPath({ path }: ApiRequest, { name, resource }: Pick<RestScope, 'name' | 'resource'>): string | undefined {
  const mark = `/${resource.resource}/${name}/proxy`;
  const at = path.indexOf(mark);
  const rest = at < 0 ? '' : path.slice(at + mark.length);
  return rest === '' ? undefined : rest;
}

/** Redirects to the same path with a slash at the end, so that relative links work (util/proxy proxyRedirectsforRootPath). */
export function redirectToRoot({ method, query }: ApiRequest): ApiResponse | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const text = String(query);
  return { status: 301, headers: { location: `proxy/${text === '' ? '' : `?${text}`}` } };
}

/** 503: the error of the transport. */
export const unreachable = (error: string): StatusError => serviceUnavailable(`error trying to reach service: ${error}`);

/** Headers between two hops, and the caller's credentials, which the API server has used up. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'authorization',
]);

function forwardedHeaders(request: ApiRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of Object.keys(request.headers)) {
    const value = headerOf(request, name);
    if (value !== undefined && !NOT_FORWARDED.has(name) && !name.startsWith('impersonate-')) headers[name] = value;
  }
  const { path, address } = request;
  return { ...headers, 'x-forwarded-uri': path, 'x-forwarded-proto': 'https', ...(address ? { 'x-forwarded-for': address } : {}) };
}

export interface PodBackend {
  pod: corev1.Pod;
  port: number;
  scheme: string;
}

/** The answer of a pod's program. Throws 503. */
export async function proxyToPod(scope: RestScope, request: ApiRequest, { pod, port, scheme }: PodBackend): Promise<ApiResponse> {
  const machine = await PodMachine.opened(pod, worldOf(scope));
  const { podIP = '' } = pod.status ?? {};
  const listener = machine.listener(port);
  if (!listener) throw unreachable(`dial tcp ${podIP.includes(':') ? `[${podIP}]` : podIP}:${port}: connect: connection refused`);
  const { protocol, tls = false } = listener.port;
  if (protocol !== 'http') throw unreachable('EOF');
  if (scheme === 'https' && !tls) throw unreachable('http: server gave HTTP response to HTTPS client');
  if (scheme !== 'https' && tls) {
    return {
      status: 400,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'Client sent an HTTP request to an HTTPS server.\n',
    };
  }
  const query = String(request.query);
  const target = `${encodeURI(proxiedPath(request, scope) ?? '/')}${query === '' ? '' : `?${query}`}`;
  const answer = listener.answer({
    method: request.method,
    target,
    headers: forwardedHeaders(request),
    body: request.body ?? new Uint8Array(),
    client: pod.status?.hostIP ?? '',
  });
  const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]));
  headers.date = new Date(scope.cluster.clock.now()).toUTCString();
  if (answer.body.length > STREAM_LIMITS.proxiedAnswer)
    throw new StatusError(failureStatus({ code: 502, message: 'the answer is too long' }));
  return { status: answer.status, headers, ...(request.method === 'HEAD' ? {} : { body: answer.body }) };
}
