import type { X509Certificate } from 'node:crypto';
import { jsonSyntaxError } from '#api';
import { type Clock, goQuote } from '#apimachinery';
import { BundleError, bundleOf } from '#pki/server';
import type { ClusterReader } from '../rest/reader.js';
import { DEFAULT_TIMEOUT, LONGEST_ANSWER } from './limits.js';
import { serverError } from './server-errors.js';
import { connectionRefused, serviceBackend } from './service-backend.js';
import { tlsError } from './tls-error.js';
import { unreachable } from './unreachable.js';
import {
  type HttpAnswer,
  type HttpCall,
  NoAnswer,
  type WebhookCall,
  WebhookCallError,
  type WebhookCaller,
  type WebhookClientConfig,
  WebhookConfigError,
  type WebhookReview,
  type WebhookRoutes,
} from './webhook-caller.js';

/** The URL that errors show, and its parts. */
interface Destination {
  url: string;
  host: string;
  port: number;
  path: string;
}

/** path.Join of Go: one slash at the start and between segments. */
const cleanPath = (path: string): string => `/${path.split('/').filter(Boolean).join('/')}`;

function destinationOf({ url, service }: WebhookClientConfig, seconds: number): Destination {
  const query = `?timeout=${seconds}s`;
  if (service) {
    const { namespace, name, path = '', port = 443 } = service;
    const host = `${name}.${namespace}.svc`;
    const target = `${cleanPath(path)}${query}`;
    return { url: `https://${host}:${port}${target}`, host, port, path: target };
  }
  if (!url) throw new WebhookConfigError('webhook configuration must have either service or URL');
  const { hostname, host, port, pathname } = new URL(url);
  const target = `${cleanPath(pathname)}${query}`;
  return { url: `https://${host}${target}`, host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port), path: target };
}

/** The webhooks of one cluster: Services inside of it, and addresses outside that its operator has allowed. */
export class ClusterWebhooks implements WebhookCaller {
  constructor(
    private readonly reader: ClusterReader,
    private readonly routes: WebhookRoutes,
    private readonly clock: Clock,
  ) {}

  async call(call: WebhookCall): Promise<WebhookReview> {
    const seconds = call.timeoutSeconds ?? DEFAULT_TIMEOUT;
    const destination = destinationOf(call.config, seconds);
    const { host: serverName, path, url } = destination;
    const { caBundle = '' } = call.config;
    const ca = Buffer.from(caBundle, 'base64').toString('latin1');
    // A client is made, and its CA bundle read, before anything is sent.
    const roots = rootsOf(ca);
    const request: HttpCall = {
      path,
      serverName,
      body: call.body,
      timeout: seconds * 1000,
      ...(ca ? { ca } : {}),
    };
    const answer = await this.send(call.config, destination, { request, roots }).catch((error: unknown) => {
      if (error instanceof NoAnswer) throw new WebhookCallError(`Post ${goQuote(url)}: ${error.message}`);
      throw error;
    });
    return reviewIn(answer, call);
  }

  private async send(
    { service }: WebhookClientConfig,
    { host, port }: Destination,
    { request, roots }: { request: HttpCall; roots: readonly X509Certificate[] },
  ): Promise<HttpAnswer> {
    if (!service) return this.outside(host, port, request);
    const backend = await serviceBackend(this.reader, { ...service, port });
    if (backend.to === 'self') return { status: 404, contentType: 'text/plain', body: '404 page not found' };
    if (backend.to === 'outside') return this.outside(backend.host, backend.port, request);
    const server = await this.routes.pod?.(backend.pod, backend.port);
    if (server === undefined) throw connectionRefused(backend.dialed);
    const refused = tlsError(server, { roots, serverName: request.serverName, now: this.clock.now() });
    if (refused) throw refused;
    return server.answer(request);
  }

  private async outside(host: string, port: number, request: HttpCall): Promise<HttpAnswer> {
    const answered = this.routes.outside?.(host, port, request);
    if (answered === undefined) throw unreachable(host, port);
    return answered;
  }
}

/** The CAs of a bundle, PEM. Throws WebhookConfigError (client-go transport TLSConfigFor). */
function rootsOf(pem: string): X509Certificate[] {
  if (pem === '') return [];
  try {
    return bundleOf(pem);
  } catch (error) {
    if (error instanceof BundleError) throw new WebhookConfigError(`unable to load root certificates: ${error.message}`);
    throw error;
  }
}

/** Reads an answer as client-go does (rest.Result's Into). */
function reviewIn(answer: HttpAnswer, { kind, apiVersions }: WebhookCall): WebhookReview {
  const { status, body } = answer;
  if (status < 200 || status > 206) {
    const error = serverError(answer);
    throw new WebhookCallError(error.status.message ?? '', error);
  }
  if (body.length > LONGEST_ANSWER)
    throw new WebhookCallError('unexpected error when reading response body. Please retry. Original error: http: response body too large');
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new WebhookCallError(`couldn't get version/kind; json parse error: ${jsonSyntaxError(body)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new WebhookCallError(`couldn't get version/kind; json parse error: ${wrongJson(parsed)}`);
  const review = parsed as Partial<WebhookReview>;
  const shown = () => (body.length > 1024 ? `${body.slice(0, 1024)}…` : body);
  if (!review.kind) throw new WebhookCallError(`Object 'Kind' is missing in '${shown()}'`);
  if (!review.apiVersion) throw new WebhookCallError(`Object 'apiVersion' is missing in '${shown()}'`);
  if (review.kind !== kind || !apiVersions.includes(review.apiVersion))
    throw new WebhookCallError(`no kind ${goQuote(String(review.kind))} is registered for version ${goQuote(String(review.apiVersion))}`);
  return review as WebhookReview;
}

const KINDS: Readonly<Record<string, string>> = { string: 'string', number: 'number', boolean: 'bool' };

const wrongJson = (value: unknown): string =>
  `json: cannot unmarshal ${Array.isArray(value) ? 'array' : (KINDS[typeof value] ?? 'null')} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`;
