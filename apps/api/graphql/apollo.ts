import { ApolloServer, type ApolloServerPlugin, type GraphQLResponse, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { Memo, memoized } from '#apimachinery';
import {
  checkDocument,
  checkSource,
  checkTypeNames,
  type GraphResult,
  type GraphSession,
  jsonOf,
  type NamedType,
  Operations,
  parseOptions,
  type Runtime,
  toGraphQLError,
  typesNamedIn,
  validationOptions,
} from '#graphql';
import type { Asked } from './asked.js';
import { parsed } from './documents.js';

type Result = NonNullable<GraphResult>;

const badRequest = (error: unknown): unknown =>
  error instanceof GraphQLError ? new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status: 400 } } }) : error;

/** Operations that were executed get status 200; those rejected before have an error status. */
function statusOf({ data, errors }: Result): number | undefined {
  if (data !== undefined) return undefined;
  return errors?.[0]?.extensions?.code === 'TOO_MANY_REQUESTS' ? 429 : 400;
}

const notAsOneAnswer: GraphQLResponse = {
  http: { status: 400, headers: new HeaderMap() },
  body: {
    kind: 'single',
    singleResult: {
      errors: [
        {
          message:
            'A subscription is served on this address as an event stream (Accept: text/event-stream), or by WebSocket in the protocol graphql-transport-ws.',
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
      if (operation.operation === 'subscription') return notAsOneAnswer;
      const { variables, operationName } = request;
      const result = await new Operations(runtime, contextValue).run({ document, variables, operationName });
      const status = statusOf(result);
      const headers = new HeaderMap(status === 429 ? [['retry-after', '1']] : []);
      return { http: { status, headers }, body: { kind: 'single', singleResult: result } };
    },
  }),
});

/** Documents within the limits, and the types they name: a document is usually sent many times, and Apollo also caches the parsed ones. */
const bounded = new Memo<readonly NamedType[]>({ bytes: 4 * 1024 * 1024, longest: 64 * 1024 });

/**
 * Checks a document's limits before Apollo parses and validates it, because Apollo reports errors of earlier hooks as internal errors.
 * Syntax errors are left to Apollo.
 */
function checkBounds({ schema }: Runtime, source: string | undefined): void {
  if (source === undefined) return;
  try {
    checkTypeNames(bounded.of(source, boundedTypes), source, schema);
  } catch (error) {
    throw badRequest(error);
  }
}

function boundedTypes(source: string): readonly NamedType[] {
  checkSource(source);
  const document = parsed(source);
  if (!document) return [];
  checkDocument(document);
  return typesNamedIn(document);
}

/**
 * Apollo Server over a graph's schema. Introspection is enabled: the schema is not secret, and the playground needs it. `documentStore`:
 * null to cache no documents. Persisted queries are resolved before (persisted-queries.ts), where each cluster has its own.
 */
async function startApollo(runtime: Runtime, documentStore: null | undefined): Promise<ApolloServer<GraphSession>> {
  const share = () => runtime.turns.share('answers');
  const apollo = new ApolloServer<GraphSession>({
    schema: runtime.schema,
    introspection: true,
    documentStore,
    parseOptions,
    validationOptions,
    persistedQueries: false,
    plugins: [executing(runtime), ApolloServerPluginLandingPageDisabled()],
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

/** What Apollo Server is to answer: `headers` for its rules about media types and cross-site requests. */
export interface ToAnswer {
  runtime: Runtime;
  session: GraphSession;
  asked: Asked;
  request: Pick<FastifyRequest, 'method' | 'headers'>;
}

/** The operation in the form in which it was sent: for GET in the URL, because mutations are not accepted there. */
function sentAs(method: string, asked: Asked): { search: string; body: unknown } {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  if (method !== 'GET') return { search: '', body: Object.fromEntries(given) };
  const texts = given.map(([name, value]): [string, string] => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  return { search: `?${new URLSearchParams(texts)}`, body: undefined };
}

/** Answers queries and mutations: one Apollo Server per graph, released together with it. */
export class ApolloServers {
  /** `builtIn`: the graph that most clusters share. */
  constructor(private readonly builtIn: Runtime) {}

  async answer({ runtime, session, asked, request }: ToAnswer): Promise<HTTPGraphQLResponse> {
    const apollo = await this.of(runtime);
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers)) if (value !== undefined) headers.set(name, String(value));
    return apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method: request.method, headers, ...sentAs(request.method, asked) },
      context: async () => {
        checkBounds(runtime, asked.query);
        return session;
      },
    });
  }

  /** Starts the one of a graph. Each document store may hold 30 MiB: one is shared by all clusters. */
  readonly of = memoized((runtime: Runtime) => startApollo(runtime, runtime === this.builtIn ? undefined : null));
}
