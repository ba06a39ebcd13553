import type { corev1 } from '#api';
import { failureStatus, goQuote, internalError, StatusError, serviceUnavailable } from '#apimachinery';
import { type ApiRequest, type ApiResponse, headerOf, type RestScope } from '#apiserver';
import { type HttpAnswer, type Listener, PodMachine } from '#node';
import { STREAM_LIMITS } from '../limits.js';
import { worldOf } from '../target.js';
import { rewrittenHtml } from './html.js';
import { type ProxiedPage, proxiedLink, urlFault } from './links.js';
import { proxiedPath, proxyPrefix } from './proxied-path.js';
import { isUpgrade, proxiedUpgrade } from './proxied-upgrade.js';

/** 503: the error of the transport. */
export const unreachable = (error: string): StatusError => serviceUnavailable(`error trying to reach service: ${error}`);

/** Headers of one connection only, and the caller's credentials, which the API server has used up. */
const NOT_FORWARDED = new Set(['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']);
/** Headers that the API server removes from answers (corsRemovingTransport, httputil.ReverseProxy). */
const NOT_RETURNED = [
  ...['access-control-allow-credentials', 'access-control-allow-headers', 'access-control-allow-methods'],
  ...['access-control-allow-origin', 'connection', 'keep-alive', 'transfer-encoding', 'upgrade'],
];

function forwardedHeaders(request: ApiRequest, isForwarded: (name: string) => boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of Object.keys(request.headers)) {
    const value = headerOf(request, name);
    if (value === undefined || name === 'authorization' || name.startsWith('impersonate-') || !isForwarded(name)) continue;
    headers[name] = value;
  }
  const { address } = request;
  const before = headers['x-forwarded-for'];
  if (address) headers['x-forwarded-for'] = before === undefined ? address : `${before}, ${address}`;
  return headers;
}

/** A program, and the path at which it is asked. */
interface Exchange {
  listener: Listener;
  request: ApiRequest;
  target: string;
  /** The address from which the API server connects. */
  client: string;
}

export interface PodBackend {
  pod: corev1.Pod;
  port: number;
  scheme: string;
}

/** `address:port`, for dialling and in links. */
function hostOf({ pod, port }: PodBackend): string {
  const { podIP = '' } = pod.status ?? {};
  return `${podIP.includes(':') ? `[${podIP}]` : podIP}:${port}`;
}

/** A path as it stands in a request line. */
const escapedPath = (path: string): string => encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23');

const PLAIN_TO_TLS: HttpAnswer = {
  status: 400,
  headers: { 'Content-Type': 'text/plain; charset=utf-8' },
  body: 'Client sent an HTTP request to an HTTPS server.\n',
};

/** The answer of a pod's program (util/proxy UpgradeAwareHandler). Throws 500 and 503. */
export async function proxyToPod(scope: RestScope, request: ApiRequest, backend: PodBackend): Promise<ApiResponse> {
  const { pod, port, scheme } = backend;
  const upgrades = isUpgrade(request);
  const failed = (error: string, dialing: boolean): StatusError => {
    if (!upgrades) return unreachable(error);
    return new StatusError(failureStatus({ code: 500, message: dialing ? `error dialing backend: ${error}` : error }));
  };
  const listener = (await PodMachine.opened(pod, worldOf(scope))).listener(port, 'outside');
  if (!listener) throw failed(`dial tcp ${hostOf(backend)}: connect: connection refused`, true);
  if (listener.isPaused)
    throw failed(scheme === 'https' ? 'net/http: TLS handshake timeout' : 'context deadline exceeded', scheme === 'https');
  const { protocol } = listener.port;
  const tls = listener.port.tls !== undefined;
  if (protocol !== 'http') throw failed(upgrades ? 'unexpected EOF' : 'EOF', false);
  if (scheme === 'https' && !tls) {
    throw upgrades
      ? failed('tls: first record does not look like a TLS handshake', true)
      : unreachable('http: server gave HTTP response to HTTPS client');
  }
  const query = String(request.query);
  const path = escapedPath(proxiedPath(request) ?? '/');
  const exchange = { listener, request, target: `${path}${query === '' ? '' : `?${query}`}`, client: pod.status?.hostIP ?? '' };
  if (scheme !== 'https' && tls) return answered(scope, PLAIN_TO_TLS);
  if (upgrades) {
    const headers = forwardedHeaders(request, () => true);
    return proxiedUpgrade(scope, { ...exchange, headers, secure: tls });
  }
  const answer = await exchanged(exchange, path);
  const page = { host: hostOf(backend), requestHost: headerOf(request, 'host') ?? '', prefix: proxyPrefix(request) };
  return rewritten(scope, request, answered(scope, answer), page);
}

function exchanged({ listener, request, target, client }: Exchange, path: string): HttpAnswer | Promise<HttpAnswer> {
  const headers = forwardedHeaders(request, (name) => !NOT_FORWARDED.has(name));
  headers['x-forwarded-uri'] = `${escapedPath(proxyPrefix(request))}${path}`;
  return listener.answer({ method: request.method, target, headers, body: request.body ?? new Uint8Array(), client });
}

/** A program's answer as a response. */
function answered({ cluster }: RestScope, { status, headers: given, body }: HttpAnswer): ApiResponse & { body: string | Uint8Array } {
  const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
  for (const name of NOT_RETURNED) delete headers[name];
  headers.date = new Date(cluster.clock.now()).toUTCString();
  if (body.length > STREAM_LIMITS.proxiedAnswer) throw new StatusError(failureStatus({ code: 502, message: 'the answer is too long' }));
  return { status, headers, body };
}

/** Pages above this size are sent while they are rewritten. */
const WHOLE = 64 * 1024;

/** Makes links lead through the proxy (util/proxy Transport.RoundTrip). Throws 500. */
async function rewritten(
  { work }: RestScope,
  { method }: ApiRequest,
  { status, headers, body }: ApiResponse & { body: string | Uint8Array },
  page: ProxiedPage,
): Promise<ApiResponse> {
  const location = typeof headers.location === 'string' ? headers.location : '';
  if (location !== '') {
    const fault = urlFault(location);
    if (fault !== undefined) throw internalError(`error trying to parse Location header: parse ${goQuote(location)}: ${fault}`);
    headers.location = proxiedLink(location, page);
  }
  if (method === 'HEAD') return { status, headers };
  const type = String(headers['content-type'] ?? '').split(';', 1)[0] ?? '';
  if (location !== '' || type.trim() !== 'text/html' || headers['content-encoding'] !== undefined) return { status, headers, body };
  const link = (text: string): string => (urlFault(text) === undefined ? proxiedLink(text, page) : text);
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  const chunks = rewrittenHtml(bytes, link, () => work.pause());
  if (bytes.byteLength > WHOLE) return { status, headers, pieces: { chunks, close: () => undefined } };
  const parts: string[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return { status, headers, body: parts.join('') };
}
