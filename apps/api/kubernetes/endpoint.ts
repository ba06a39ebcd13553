import type { IncomingMessage, ServerResponse } from 'node:http';
import { StatusError, unauthorized } from '#apimachinery';
import {
  type ApiRequest,
  type ApiResponse,
  type ByteStream,
  CLOSE,
  DEFAULT_LIMITS,
  failureResponse,
  type Takeover,
  type UserInfo,
} from '#apiserver';
import {
  type BodyBudget,
  type ConnectionLimiter,
  type ListenerLimits,
  type Log,
  type Metrics,
  type OpenApi,
  type OpenApis,
} from '#hosting';
import type { Access } from '#platform';
import type { StandingSessions } from '../standing-sessions.js';
import { authenticated, type Caller, callerOf, standing } from './caller.js';
import { compressed, takesGzip } from './compression.js';
import type { LargeRequests } from './large-requests.js';
import { inParts, reply, replyPieces, replyStream } from './reply.js';
import { announcedLength, BodyRefused, hasBody, readBody } from './request-body.js';
import { takeOver, type UpgradeSocket } from './takeover.js';
import { isForCluster, metricsGroup, metricsVerb, type Target, targetOf } from './target.js';

export interface KubernetesEndpointOptions {
  access: Access;
  apis: OpenApis;
  metrics: Metrics;
  log: Log;
  connections: ConnectionLimiter;
  bodies: BodyBudget;
  limits: ListenerLimits;
  sessions: StandingSessions;
  large: LargeRequests;
}

/** A request and where it is answered. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  upgrade?: UpgradeSocket | undefined;
}

interface Asked {
  request: IncomingMessage;
  target: Target;
  requestId: string;
}

/** The Kubernetes API of every cluster over HTTP: a thin adapter without a framework, because its overhead would affect every request. */
export class KubernetesEndpoint {
  private readonly streams = new Set<{ close(): void }>();
  /** Connections that were taken over and are not closed yet. */
  private readonly takenOver = new Set<{ close(): void }>();
  private inFlight = 0;
  private draining = false;
  private quiet: (() => void) | undefined;

  constructor(private readonly options: KubernetesEndpointOptions) {}

  /** Whether a URL is for this endpoint. */
  takes({ url = '', headers }: IncomingMessage): boolean {
    return isForCluster(url, headers.authorization !== undefined);
  }

  /** `upgrade`: the socket of an upgrade request, on which the response is answered unless the connection is taken over. */
  handle(request: IncomingMessage, response: ServerResponse, requestId: string, upgrade?: UpgradeSocket): void {
    const started = performance.now();
    const target = targetOf(request.url ?? '');
    if (!target) {
      reply(response, badPath(), requestId, false);
      return;
    }
    this.inFlight += 1;
    this.answer({ request, response, upgrade }, target, requestId)
      .catch((error: unknown) => this.fail(response, error, requestId))
      .finally(() => {
        this.inFlight -= 1;
        this.checkQuiet();
        this.count(request, response, target.path, started);
      });
  }

  /**
   * Stops keeping connections alive and taking them over, ends watches and upgraded connections, and resolves when these are closed and all
   * requests have been answered.
   */
  async drain(): Promise<void> {
    this.draining = true;
    for (const stream of [...this.streams, ...this.takenOver]) stream.close();
    const quiet = new Promise<void>((resolve) => {
      this.quiet = resolve;
    });
    this.checkQuiet();
    await quiet;
  }

  private checkQuiet(): void {
    if (this.inFlight === 0 && this.takenOver.size === 0) this.quiet?.();
  }

  private async answer({ request, response, upgrade }: Exchange, target: Target, requestId: string): Promise<void> {
    const { apis, connections, bodies, limits } = this.options;
    const calling = callerOf(this.options.access, request, target.cluster);
    const bearer = calling instanceof Promise ? await calling : calling;
    const open = bearer && (apis.peek(bearer.cluster) ?? (await apis.open(bearer.cluster)));
    const authenticating = open && authenticated(open, bearer, request);
    const caller = authenticating instanceof Promise ? await authenticating : authenticating;
    // The body of a request that is rejected here has not been read: a short remainder is discarded, a long one closes the connection.
    const last = this.draining || announcedLength(request) > limits.droppedBody;
    if (!open || !caller) {
      if (open && bearer) open.api.refused(this.requestOf({ request, target, requestId }));
      reply(response, refused(), requestId, last);
      return;
    }
    const tenant = caller.user && caller.cluster;
    if (tenant !== undefined && !connections.authenticated(request.socket, tenant)) {
      reply(response, tooManyRequests(), requestId, true);
      return;
    }
    const account = bodies.open(tenant);
    try {
      const body = hasBody(request) ? await readBody(request, DEFAULT_LIMITS.requestBody, account) : undefined;
      const cut = body !== undefined && body.byteLength > DEFAULT_LIMITS.requestBody;
      const answer = await this.ask(open, { request, target, requestId, body, user: caller.user });
      if (answer.status >= 500) this.logFailure(request, target, requestId, answer);
      const { body: whole, pieces, takeover } = answer;
      if (takeover) {
        this.takeOver({ request, response, upgrade }, { ...answer, takeover }, { caller, requestId });
        return;
      }
      const long = pieces ? { ...answer, pieces } : whole && whole.length > largeAnswer ? inParts({ ...answer, body: whole }) : undefined;
      if (long) limitReading(response, limits.responseTimeout);
      if (long) {
        const sent = takesGzip(request.headers) ? await compressed(long, target.path) : long;
        await replyPieces(response, sent, requestId, this.draining || cut);
      } else if (answer.stream) this.stream(response, { ...answer, stream: answer.stream }, { caller, path: target.path, requestId });
      else reply(response, answer, requestId, this.draining || cut);
    } finally {
      account.release();
    }
  }

  private ask({ api, cluster }: OpenApi, call: Asked & { body: Buffer | undefined; user: UserInfo | undefined }): Promise<ApiResponse> {
    const { body, user } = call;
    const request = { ...this.requestOf(call), ...(body && { body }), ...(user && { user }) };
    const elsewhere = body && this.options.large.answer(cluster.id, request);
    if (!elsewhere) return api.handle(request);
    return elsewhere.then((answer) => (answer === 'gone' ? refused() : (answer ?? api.handle(request))));
  }

  private requestOf({ request, target: { path, escapedPath, query }, requestId }: Asked): ApiRequest {
    const { method = 'GET', headers, socket } = request;
    const { remoteAddress: address } = socket;
    return { method, path, query, headers, requestId, ...(escapedPath && { escapedPath }), ...(address && { address }) };
  }

  private takeOver(
    { request, response, upgrade }: Exchange,
    answer: ApiResponse & { takeover: Takeover },
    { caller, requestId }: { caller: Caller; requestId: string },
  ): void {
    if (this.draining || response.destroyed || upgrade === undefined) {
      answer.takeover.abandon();
      if (this.draining) reply(response, shuttingDown(), requestId, true);
      else response.destroy();
      return;
    }
    let session: { close(): void } | undefined;
    let forget: (() => void) | undefined;
    const handler = takeOver({ request, response, upgrade }, answer, () => {
      forget?.();
      if (session) this.takenOver.delete(session);
      this.checkQuiet();
    });
    if (!handler || upgrade.socket.destroyed) return;
    session = { close: () => handler.shutdown(this.draining ? CLOSE.goingAway : CLOSE.policyViolation) };
    this.takenOver.add(session);
    forget = this.options.sessions.open(standing(caller, answer, session.close));
  }

  private stream(
    response: ServerResponse,
    answer: ApiResponse & { stream: ByteStream },
    { caller, path, requestId }: { caller: Caller; path: string; requestId: string },
  ): void {
    const { stream } = answer;
    if (this.draining || response.destroyed) {
      stream.close();
      response.end();
      return;
    }
    const { metrics, sessions } = this.options;
    const group = metricsGroup(path);
    const forget = sessions.open(standing(caller, answer, () => stream.close()));
    this.streams.add(stream);
    metrics.watchOpened(group);
    replyStream(response, answer, requestId, () => {
      forget();
      this.streams.delete(stream);
      metrics.watchClosed(group);
    });
  }

  /** Logs every 500, with its stack if there is one, as an error; other codes above 500 (store unreachable, timeout) as a warning. */
  private logFailure(
    { method }: IncomingMessage,
    { cluster, path }: Target,
    requestId: string,
    { status, failure, body }: ApiResponse,
  ): void {
    const about = { requestId, cluster, method, path, status };
    if (failure !== undefined) this.options.log.error({ ...about, err: failure }, 'request failed');
    else this.options.log.warn({ ...about, answer: typeof body === 'string' ? body.slice(0, 1000) : undefined }, 'request failed');
  }

  private fail(response: ServerResponse, error: unknown, requestId: string): void {
    // The client disconnected while sending: there is no one to answer.
    if (response.destroyed || response.socket?.destroyed) return;
    if (error instanceof BodyRefused) {
      reply(response, tooManyRequests(), requestId, true);
      return;
    }
    // A cluster whose API server does not come up with its manifest refuses to authenticate.
    const level = error instanceof StatusError && error.status.code === 503 ? 'debug' : 'error';
    this.options.log[level]({ err: error, requestId }, 'request failed');
    if (response.headersSent) response.destroy();
    else reply(response, failureResponse(error, requestId), requestId, true);
  }

  private count(request: IncomingMessage, response: ServerResponse, path: string, started: number): void {
    const isWatch = response.headersSent && !response.writableEnded;
    const verb = isWatch ? 'WATCH' : metricsVerb(request.method ?? 'GET', path);
    this.options.metrics.request(verb, metricsGroup(path), response.statusCode, (performance.now() - started) / 1000);
  }
}

/** A response that a client may take long to read. */
const largeAnswer = 64 * 1024;

/** A client that reads nothing for this long is disconnected, because its response is held in memory. */
function limitReading(response: ServerResponse, time: number): void {
  response.setTimeout(time, () => response.destroy());
}

const jsonStatus = (status: { code?: number }): ApiResponse => ({
  status: status.code ?? 500,
  headers: { 'content-type': 'application/json' },
  body: `${JSON.stringify(status)}\n`,
});

/**
 * The same response for an invalid token, another cluster's token and an unknown cluster, so that it does not reveal which clusters exist.
 */
const refused = () => jsonStatus(unauthorized().status);

const badPath = (): ApiResponse => ({
  status: 400,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'bad request: invalid URL escape\n',
});

/** The response of upstream's flow control (apiserver/pkg/server/filters/maxinflight.go tooManyRequests). */
const tooManyRequests = (): ApiResponse => ({
  status: 429,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'retry-after': '1' },
  body: 'Too many requests, please try again later.\n',
});

/** The response to a connection that cannot be taken over any more (apiserver/pkg/server/filters/with_retry_after.go). */
const shuttingDown = (): ApiResponse => ({
  status: 429,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', 'retry-after': '5' },
  body: 'The apiserver is shutting down, please try again later.\n',
});
