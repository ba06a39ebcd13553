import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { inRequestScope, type Log, refuseSocket } from '#hosting';
import type { KubernetesEndpoint } from './kubernetes/endpoint.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export interface RouterOptions {
  kubernetes: KubernetesEndpoint;
  /** Everything outside of clusters: Nest. */
  others: Handler;
  /** The graph's WebSockets. */
  graph: Upgrade;
  log: Log;
}

const graphPath = '/graphql';

/** The path of a request's URL as it was sent; works for any text. */
function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

/**
 * The id that a client has given its request, as upstream honours it (endpoints/filters/audit_init.go), if it is short and printable; or a
 * new one.
 */
function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['audit-id'];
  return typeof given === 'string' && /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/.test(given) ? given : randomUUID();
}

/** Routes requests and upgrades. An uncaught error ends the request that caused it. */
export class Router {
  constructor(private readonly options: RouterOptions) {}

  request(request: IncomingMessage, response: ServerResponse): void {
    const { kubernetes, others } = this.options;
    const requestId = requestIdOf(request);
    inRequestScope({ requestId, fail: (error) => this.fail(response, requestId, error) }, () => {
      // Requests to clusters bypass the framework: they are nearly all requests, and its overhead would affect each of them.
      if (kubernetes.takes(request)) kubernetes.handle(request, response, requestId);
      else others(request, response);
    });
  }

  /** For an upgrade request, the graph accepts WebSockets, and a cluster answers as to any request. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { kubernetes, graph, log } = this.options;
    const requestId = requestIdOf(request);
    const fail = (error: unknown) => {
      log.error({ err: error, requestId }, 'upgrade failed');
      socket.destroy();
    };
    inRequestScope({ requestId, fail }, () => {
      if (pathOf(request.url ?? '') === graphPath) graph(request, socket, head);
      else if (kubernetes.takes(request)) kubernetes.handle(request, answerOn(request, socket), requestId, { socket, head });
      else refuseSocket(socket, 404);
    });
  }

  private fail(response: ServerResponse, requestId: string, error: unknown): void {
    this.options.log.error({ err: error, requestId }, 'request failed');
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const headers: OutgoingHttpHeaders = { 'content-type': 'text/plain; charset=utf-8', 'audit-id': requestId, connection: 'close' };
    response.writeHead(500, headers).end(`Internal error occurred: request ${requestId}\n`);
  }
}

/** A response on a socket that is no longer handled by HTTP; closes the connection. */
function answerOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.assignSocket(socket as Socket);
  response.on('finish', () => socket.end());
  response.setHeader('connection', 'close');
  return response;
}
