import type { ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, getOperationAST } from 'graphql';
import { type GraphResult, type GraphSession, jsonOf, Operations, operationLimits, type Runtime } from '#graphql';
import type { Asked } from './asked.js';
import { documentOf } from './documents.js';
import { socketLimits } from './socket-limits.js';
import { type StreamEnd, streamEnds } from './stream-ends.js';

/** An operation whose results are wanted as a stream of events. */
export interface StreamedOperation {
  runtime: Runtime;
  session: GraphSession;
  asked: Asked;
}

type Results = AsyncGenerator<GraphResult, void, void>;

const bounds = { ...operationLimits, bytes: socketLimits.answer };

const refused = (message: string): GraphResult => ({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });

/** The results of an operation; what is wrong with it is one, too, because an event stream has no other place for it. */
async function resultsOf({ runtime, session, asked }: StreamedOperation, method: string): Promise<Results | GraphResult> {
  const { query, variables, operationName } = asked;
  if (query === undefined) return refused('the request has no query');
  const document = await documentOf(runtime, session, query);
  if (Array.isArray(document)) return { errors: document.map((error) => error.toJSON()) };
  const operations = new Operations(runtime, session, bounds);
  const operation = getOperationAST(document, operationName)?.operation;
  const request = { document, variables, operationName };
  if (operation === 'subscription') return operations.subscribe(request);
  if (operation === 'mutation' && method === 'GET') return refused('a mutation is sent by POST');
  return operations.run(request);
}

/** One response of events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
class EventStream {
  private readonly closed: Promise<void>;
  /** When the client last kept up with what is written; undefined while it does. */
  private behindSince: number | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly response: ServerResponse) {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // Proxies that gather what they pass on, nginx among them, leave it alone.
      'x-accel-buffering': 'no',
    });
    // A comment, so that the client sees at once that it is connected.
    response.write(':\n\n');
    this.timer = setInterval(() => this.beat(), socketLimits.pingEvery);
    this.timer.unref();
    this.closed = new Promise((resolve) => {
      response.once('close', () => {
        clearInterval(this.timer);
        resolve();
      });
    });
  }

  /** Resolves when the client can take more, so that events wait in the subscription's bounded queue and not here. */
  async send(event: 'next' | 'complete', data = ''): Promise<void> {
    if (this.response.writableEnded || this.response.destroyed) return;
    if (this.response.write(`event: ${event}\ndata:${data && ` ${data}`}\n\n`)) return;
    this.behindSince ??= performance.now();
    await Promise.race([this.closed, new Promise((resolve) => this.response.once('drain', resolve))]);
    this.behindSince = undefined;
  }

  /** Tells how it ends, without waiting for the client. */
  end(result?: GraphResult): void {
    if (this.response.writableEnded || this.response.destroyed) return;
    this.response.end(`${result ? `event: next\ndata: ${JSON.stringify(result)}\n\n` : ''}event: complete\ndata:\n\n`);
  }

  private beat(): void {
    if (this.behindSince === undefined) this.response.write(':\n\n');
    else if (performance.now() - this.behindSince > socketLimits.behind) this.response.destroy();
  }
}

/**
 * Subscriptions, queries and mutations as streams of events, by the protocol graphql-sse in its mode of distinct connections
 * (github.com/enisdenjo/graphql-sse, PROTOCOL.md): each result is an event `next`, the last event is `complete`.
 */
export class EventStreams {
  private readonly open = new Set<(why: StreamEnd) => void>();

  /** Takes over the response. `note`: registers the stream with its credentials; resolves to undefined if they open no stream. */
  async answer(
    operation: StreamedOperation,
    {
      request,
      reply,
      note,
    }: { request: FastifyRequest; reply: FastifyReply; note(end: (why: StreamEnd) => void): Promise<(() => void) | undefined> },
  ): Promise<void> {
    let results: Results | GraphResult | undefined;
    let stream: EventStream | undefined;
    let over: StreamEnd | undefined;
    const end = (why: StreamEnd): void => {
      over = why;
      stream?.end({ errors: [streamEnds[why]] });
      stop();
    };
    const stop = (): void => {
      if (results && Symbol.asyncIterator in results) void results.return();
    };
    const forget = await note(end);
    reply.hijack();
    const response = reply.raw;
    response.once('close', () => {
      forget?.();
      this.open.delete(end);
      stop();
    });
    stream = new EventStream(response);
    if (!forget || over) return stream.end({ errors: [streamEnds[over ?? 'revoked']] });
    this.open.add(end);
    results = await resultsOf(operation, request.method);
    // The client may have gone meanwhile.
    if (response.destroyed || over) return stop();
    await this.send(stream, operation, results);
  }

  /** Ends all of them. */
  close(): void {
    for (const end of [...this.open]) end('shutdown');
  }

  private async send(stream: EventStream, { runtime, session }: StreamedOperation, results: Results | GraphResult): Promise<void> {
    const share = runtime.turns.share(session.cluster.id);
    const text = (result: GraphResult) => jsonOf(result, () => share.turn());
    try {
      if (Symbol.asyncIterator in results) for await (const result of results) await stream.send('next', await text(result));
      else await stream.send('next', await text(results));
      stream.end();
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      stream.end({ errors: [error.toJSON()] });
    } finally {
      share.stop();
    }
  }
}
