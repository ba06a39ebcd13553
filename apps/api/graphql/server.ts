import { ApolloServer, type ApolloServerPlugin, type GraphQLResponse, HeaderMap } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { Memo, StatusError } from '#apimachinery';
import {
  checkDocument,
  checkSource,
  type GraphResult,
  type GraphSession,
  type Graphs,
  graphLimits,
  jsonOf,
  Operations,
  parseOptions,
  type Runtime,
  sdlOf,
  toGraphQLError,
  validationOptions,
} from '#graphql';
import { Problem } from '#hosting';
import { checkValues } from '../json-body.js';
import { clusterIn, type OpenGraph, unauthenticated } from './sessions.js';

type Result = NonNullable<GraphResult>;

const badRequest = (error: unknown): unknown =>
  error instanceof GraphQLError ? new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status: 400 } } }) : error;

/** Operations that were executed get status 200; those rejected before have an error status. */
function statusOf({ data, errors }: Result): number | undefined {
  if (data !== undefined) return undefined;
  return errors?.[0]?.extensions?.code === 'TOO_MANY_REQUESTS' ? 429 : 400;
}

const subscriptionsBySocket: GraphQLResponse = {
  http: { status: 400, headers: new HeaderMap() },
  body: {
    kind: 'single',
    singleResult: {
      errors: [
        {
          message: 'Subscriptions are served by WebSocket on this address, in the protocol graphql-transport-ws.',
          extensions: { code: 'BAD_REQUEST' },
        },
      ],
    },
  },
};

/** Runs operations with the graph's own executor, which counts cost and yields. */
const executing = (runtime: Runtime): ApolloServerPlugin<GraphSession> => ({
  requestDidStart: async () => ({
    async responseForOperation({ document, request, contextValue, operation }) {
      // Apollo itself reports a document without such an operation.
      if (!operation) return null;
      if (operation.operation === 'subscription') return subscriptionsBySocket;
      const { variables, operationName } = request;
      const result = await new Operations(runtime, contextValue).run({ document, variables, operationName });
      const status = statusOf(result);
      const headers = new HeaderMap(status === 429 ? [['retry-after', '1']] : []);
      return { http: { status, headers }, body: { kind: 'single', singleResult: result } };
    },
  }),
});

/**
 * Checks a document's limits before Apollo parses and validates it, because Apollo reports errors of earlier hooks as internal errors.
 * Syntax errors are left to Apollo.
 */
function checkBounds(source: unknown): void {
  if (typeof source !== 'string') return;
  try {
    bounded.of(source, isBounded);
  } catch (error) {
    throw badRequest(error);
  }
}

/** Documents within the limits: a document is usually sent many times, and Apollo also caches the parsed ones. */
const bounded = new Memo<true>({ bytes: 4 * 1024 * 1024, longest: 64 * 1024 });

function isBounded(source: string): true {
  checkSource(source);
  const document = parsed(source);
  if (document) checkDocument(document);
  return true;
}

function parsed(source: string): DocumentNode | undefined {
  try {
    return parse(source, parseOptions);
  } catch {
    return undefined;
  }
}

/**
 * Apollo Server over a graph's schema. Introspection is enabled: the schema is not secret, and the playground needs it. `documentStore`:
 * null to cache no documents.
 */
async function startApollo(runtime: Runtime, documentStore: null | undefined): Promise<ApolloServer<GraphSession>> {
  const share = () => runtime.turns.share('answers');
  const apollo = new ApolloServer<GraphSession>({
    schema: runtime.schema,
    introspection: true,
    documentStore,
    parseOptions,
    validationOptions,
    plugins: [executing(runtime)],
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, error) =>
      error instanceof GraphQLError ? formatted : toGraphQLError(error, { requestId: '', onUnexpected: runtime.onUnexpected }).toJSON(),
    stringifyResult: async (result) => {
      const own = share();
      return `${await jsonOf(result, () => own.turn())}\n`;
    },
    stopOnTerminationSignals: false,
  });
  await apollo.start();
  return apollo;
}

type Sessions = WeakMap<FastifyRequest, GraphSession>;
type Handler = RouteHandlerMethod;

function sessionOf(sessions: Sessions, request: FastifyRequest): GraphSession {
  const session = sessions.get(request);
  if (!session) throw new Error('the request has no session');
  return session;
}

/** The server that executes a graph's operations: one Apollo Server per graph, released together with it. */
function handlersOf(graphs: Graphs, sessions: Sessions): (runtime: Runtime) => Promise<Handler> {
  const handlers = new WeakMap<Runtime, Promise<Handler>>();
  const start = async (runtime: Runtime): Promise<Handler> =>
    // Each store may hold 30 MiB of documents: one is shared by all clusters.
    fastifyApolloHandler(await startApollo(runtime, runtime === graphs.builtIn ? undefined : null), {
      context: async (request) => {
        const session = sessionOf(sessions, request);
        checkBounds((request.body as { query?: unknown } | undefined)?.query);
        return session;
      },
    });
  return (runtime) => {
    const handler = handlers.get(runtime) ?? start(runtime);
    handlers.set(runtime, handler);
    return handler;
  };
}

/** The API server of the cluster does not come up with its manifest. */
function unlessDown(error: unknown): 'down' {
  if (error instanceof StatusError && error.status.code === 503) return 'down';
  throw error;
}

const down = { message: 'the server is currently unable to handle the request', extensions: { code: 'SERVICE_UNAVAILABLE' } };

/**
 * POST /graphql, and the schema as a text, in a scope of their own: the token is checked before the body is read, and bodies are JSON of
 * limited size.
 */
export async function serveGraphql(fastify: FastifyInstance, graphs: Graphs, open: OpenGraph): Promise<void> {
  const sessions: Sessions = new WeakMap();
  const handlerOf = handlersOf(graphs, sessions);
  // Created at start, so that an error in the common schema shows at once.
  await handlerOf(graphs.builtIn);
  await fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: graphLimits.manifestLength + graphLimits.documentLength },
      (_request, body, done) => {
        try {
          checkValues(body as string);
          done(null, JSON.parse(body as string));
        } catch (error) {
          if (error instanceof Problem) done(error);
          else done(null, undefined);
        }
      },
    );
    scope.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
      const { authorization, 'user-agent': userAgent } = request.headers;
      const { socket } = request.raw;
      const cluster = clusterIn(request.query);
      const session = await open({ authorization, socket, userAgent, address: request.ip, cluster }, request.id).catch(unlessDown);
      if (session === 'down') return reply.code(503).send({ errors: [down] });
      if (!session)
        return reply
          .code(401)
          .header('www-authenticate', 'Bearer')
          .send({ errors: [unauthenticated] });
      sessions.set(request, session);
      return undefined;
    });
    scope.get('/graphql/schema.graphql', async (request, reply) => {
      const { schema, turns } = graphs.of(sessionOf(sessions, request));
      const share = turns.share('schemas');
      try {
        return await reply.type('text/plain; charset=utf-8').send(await sdlOf(schema, () => share.turn()));
      } finally {
        share.stop();
      }
    });
    scope.post('/graphql', async function answer(request, reply) {
      const handler = await handlerOf(graphs.of(sessionOf(sessions, request)));
      return handler.call(this, request, reply);
    });
  });
}
