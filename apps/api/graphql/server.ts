import type { HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { StatusError } from '#apimachinery';
import { impersonates } from '#apiserver';
import { type GraphSession, type Graphs, graphLimits } from '#graphql';
import { LISTENER_LIMITS } from '#hosting';
import { checkValues } from '../json-body.js';
import { type AnswerAccount, AnswerBudget } from './answer-budget.js';
import { ApolloServers } from './apollo.js';
import { type Asked, askedBy, asksForOperation } from './asked.js';
import { turnOf } from './documents.js';
import { type Encoded, encodedOnce } from './encoded-text.js';
import { hasAlready } from './entity-tag.js';
import { EventStreams } from './event-streams.js';
import { type KeptAnswer, KeptAnswers } from './kept-answers.js';
import { PersistedQueries } from './persisted-queries.js';
import { clusterIn, type GraphRequest, type OpenGraph, unauthenticated } from './sessions.js';
import type { NoteSocket } from './socket-sessions.js';
import { streamEnds } from './stream-ends.js';

/** The API server of the cluster does not come up with its manifest. */
function unlessDown(error: unknown): 'down' {
  if (error instanceof StatusError && error.status.code === 503) return 'down';
  throw error;
}

const down = { message: 'the server is currently unable to handle the request', extensions: { code: 'SERVICE_UNAVAILABLE' } };

/** Headers that a page of another site cannot send without asking first (CORS), as Apollo Server names them. */
const notSimple = ['x-apollo-operation-name', 'apollo-require-preflight'] as const;
const simpleTypes = /^\s*(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;

/** Whether a page of another site may have made a browser send the request; as Apollo Server decides it. */
function mayBeForged({ headers }: FastifyRequest): boolean {
  const type = headers['content-type'];
  if (type !== undefined && !simpleTypes.test(type)) return false;
  return !notSimple.some((name) => headers[name]);
}

const wantsEvents = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/event-stream') === true;

/** Characters of a body from which on it waits for its tenant's turn to be parsed. */
const LONG_BODY = 16 * 1024;

interface Opened {
  from: GraphRequest;
  session: GraphSession;
}

/** What the endpoint answers with. */
export interface GraphqlOptions {
  open: OpenGraph;
  note: NoteSocket;
}

/** Answers requests whose session is open. */
class Endpoint {
  private readonly apollo: ApolloServers;
  private readonly kept = new KeptAnswers();
  private readonly persisted = new PersistedQueries();
  private readonly budget = new AnswerBudget();
  readonly streams = new EventStreams();

  constructor(
    private readonly graphs: Graphs,
    private readonly note: NoteSocket,
  ) {
    this.apollo = new ApolloServers(graphs.builtIn);
  }

  /** An error in the common schema shows at once. */
  async start(): Promise<void> {
    await this.apollo.of(this.graphs.builtIn);
  }

  async schema({ session }: Opened, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    return this.sendKept(await this.kept.sdl(await this.graphs.of(session)), request, reply);
  }

  async operation(opened: Opened, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { id } = opened.session.cluster;
    const asksForEvents = wantsEvents(request) && !mayBeForged(request);
    let asked: Asked;
    let account: AnswerAccount | undefined;
    try {
      asked = this.persisted.resolve(id, askedBy(request));
      if (!asksForEvents) account = this.budget.open(id);
    } catch (error) {
      if (error instanceof GraphQLError) return refuse(error, reply);
      throw error;
    }
    if (!account) return this.stream(opened, asked, request, reply);
    reply.raw.once('close', account.close);
    if (reply.raw.destroyed) account.close();
    return this.answer(opened, asked, { request, reply, account });
  }

  private async stream({ from, session }: Opened, asked: Asked, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const operation = { runtime: await this.graphs.of(session), session, asked };
    await this.streams.answer(operation, { request, reply, note: (end) => this.note(from, request.raw.socket, end) });
    return reply;
  }

  private async answer(
    { session }: Opened,
    asked: Asked,
    { request, reply, account }: { request: FastifyRequest; reply: FastifyReply; account: AnswerAccount },
  ): Promise<FastifyReply> {
    const runtime = await this.graphs.of(session);
    const { accept } = request.headers;
    const known = mayBeForged(request) ? undefined : this.kept.of(runtime, asked, accept);
    if (known) return this.sendKept(known, request, reply);
    await turnOf(runtime, session);
    const { status = 200, headers, body }: HTTPGraphQLResponse = await this.apollo.answer({ runtime, session, asked, request });
    for (const [name, value] of headers) reply.header(name, value);
    reply.code(status);
    if (body.kind === 'chunked') throw new Error('an answer in parts');
    account.made(body.string.length);
    reply.raw.setTimeout(LISTENER_LIMITS.responseTimeout, () => reply.raw.destroy());
    if (status === 200) {
      const kept = await this.kept.keep(runtime, asked, { accept, type: headers.get('content-type') ?? '', text: body.string });
      if (kept) return this.sendKept(kept, request, reply);
    }
    return send(await encodedOnce(body.string, request.headers['accept-encoding']), reply);
  }

  private async sendKept({ type, text }: KeptAnswer, { headers }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    reply.header('etag', text.etag).header('cache-control', 'private, no-cache').type(type);
    if (hasAlready(headers['if-none-match'], text.etag)) return reply.code(304).header('vary', 'Accept-Encoding').send();
    return send(await text.encoded(headers['accept-encoding']), reply);
  }
}

function send({ bytes, encoding }: Encoded, reply: FastifyReply): FastifyReply {
  reply.header('vary', 'Accept-Encoding');
  if (encoding) reply.header('content-encoding', encoding);
  return reply.send(bytes);
}

/** The status of errors before anything is parsed. That a persisted query is not known is no error of the request, as with Apollo. */
const statuses: Readonly<Record<string, number>> = { PERSISTED_QUERY_NOT_FOUND: 200, TOO_MANY_REQUESTS: 429 };

/** An error before anything is parsed. */
function refuse(error: GraphQLError, reply: FastifyReply): FastifyReply {
  const status = statuses[String(error.extensions.code)] ?? 400;
  if (status === 429) reply.header('retry-after', '1');
  return reply
    .code(status)
    .header('cache-control', 'private, no-cache, must-revalidate')
    .type('application/json; charset=utf-8')
    .send({ errors: [error.toJSON()] });
}

/** Routes of GET that ask for an operation: others on the same address get the page. */
const operationsOnly = {
  name: 'operation',
  mustMatchWhenDerived: false,
  storage() {
    const handlers = new Map<unknown, unknown>();
    return { get: (key: unknown) => handlers.get(key) ?? null, set: (key: unknown, handler: unknown) => void handlers.set(key, handler) };
  },
  validate: () => true,
  deriveConstraint: (request: Parameters<typeof asksForOperation>[0]) => asksForOperation(request) || undefined,
};

/**
 * GET and POST /graphql, and the schema as a text, in a scope of their own: the token is checked before the body is read, and bodies are JSON
 * of limited size. Returns the open event streams.
 */
export async function serveGraphql(fastify: FastifyInstance, graphs: Graphs, { open, note }: GraphqlOptions): Promise<EventStreams> {
  const opened = new WeakMap<FastifyRequest, Opened>();
  const of = (request: FastifyRequest): Opened => {
    const one = opened.get(request);
    if (!one) throw new Error('the request has no session');
    return one;
  };
  const endpoint = new Endpoint(graphs, note);
  await endpoint.start();
  fastify.addConstraintStrategy(operationsOnly as Parameters<FastifyInstance['addConstraintStrategy']>[0]);
  await fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: graphLimits.manifestLength + graphLimits.documentLength },
      async (request: FastifyRequest, body: string) => {
        if (body.length >= LONG_BODY) await turnOf(graphs.builtIn, of(request).session);
        checkValues(body);
        try {
          return JSON.parse(body);
        } catch {
          return undefined;
        }
      },
    );
    scope.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
      const { authorization, 'user-agent': userAgent } = request.headers;
      const { socket } = request.raw;
      const from = { authorization, socket, userAgent, address: request.ip, cluster: clusterIn(request.query) };
      const session = await open(from, request.id).catch(unlessDown);
      if (session === 'down') return reply.code(503).send({ errors: [down] });
      if (!session)
        return reply
          .code(401)
          .header('www-authenticate', 'Bearer')
          .send({ errors: [unauthenticated] });
      if (impersonates(request.headers)) return reply.code(400).send({ errors: [streamEnds.impersonation] });
      opened.set(request, { from, session });
      return undefined;
    });
    scope.get('/graphql/schema.graphql', (request, reply) => endpoint.schema(of(request), request, reply));
    scope.get('/graphql', { constraints: { operation: true } }, (request, reply) => endpoint.operation(of(request), request, reply));
    scope.post('/graphql', (request, reply) => endpoint.operation(of(request), request, reply));
  });
  return endpoint.streams;
}
