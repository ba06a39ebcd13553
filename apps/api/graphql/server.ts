import { ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { costRule, type GraphContext, graphLimits, toGraphQLError } from '#graphql';
import type { OpenGraph } from './sessions.js';

/** An error of the query itself, which Apollo has given its code; others have a code of ours, or are what a resolver met with. */
function isGraphs(error: unknown): boolean {
  if (!(error instanceof GraphQLError)) return false;
  const { originalError } = error;
  return !originalError || (originalError instanceof GraphQLError && originalError.extensions.code === undefined);
}

/** Apollo Server over the graph's schema. Introspection is on: the schema is no secret, and the playground needs it. */
export async function startApollo(schema: GraphQLSchema): Promise<ApolloServer<GraphContext>> {
  const apollo = new ApolloServer<GraphContext>({
    schema,
    introspection: true,
    validationRules: [costRule],
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, error) => (isGraphs(error) ? formatted : toGraphQLError(error).toJSON()),
    stopOnTerminationSignals: false,
  });
  await apollo.start();
  return apollo;
}

const unauthorized = {
  errors: [
    { message: 'A bearer token of a cluster is needed: it stands in the cluster’s kubeconfig.', extensions: { code: 'UNAUTHENTICATED' } },
  ],
};

function headersOf(request: FastifyRequest): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

async function answer(apollo: ApolloServer<GraphContext>, open: OpenGraph, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const context = await open(request.headers.authorization, request.id);
  if (!context) return reply.code(401).header('www-authenticate', 'Bearer').send(unauthorized);
  const response = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method.toUpperCase(), headers: headersOf(request), search: '', body: request.body },
    context: async () => context,
  });
  for (const [name, value] of response.headers) reply.header(name, value);
  reply.code(response.status ?? 200);
  if (response.body.kind === 'complete') return reply.send(response.body.string);
  const parts: string[] = [];
  for await (const part of response.body.asyncIterator) parts.push(part);
  return reply.send(parts.join(''));
}

/** POST /graphql, in a scope of its own: bodies here are JSON and bounded. */
export async function serveGraphql(fastify: FastifyInstance, apollo: ApolloServer<GraphContext>, open: OpenGraph): Promise<void> {
  await fastify.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/json',
      { parseAs: 'string', bodyLimit: graphLimits.manifestLength + graphLimits.queryLength },
      (_request, body, done) => {
        try {
          done(null, JSON.parse(body as string));
        } catch {
          done(null, undefined);
        }
      },
    );
    scope.post('/graphql', (request, reply) => answer(apollo, open, request, reply));
  });
}
