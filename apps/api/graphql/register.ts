import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { descriptionOf, fieldDescription } from '#api';
import { buildGraphSchema } from '#graphql';
import { servePlayground } from './playground.js';
import { serveGraphql, startApollo } from './server.js';
import type { OpenGraph } from './sessions.js';
import { serveSubscriptions } from './subscriptions.js';

/** Puts the graph on /graphql: queries and mutations by POST, subscriptions by WebSocket, GraphiQL by GET. Answers how to end it. */
export async function registerGraphql(fastify: FastifyInstance, server: Server, open: OpenGraph): Promise<() => Promise<void>> {
  const schema = buildGraphSchema({ ofDefinition: ({ id }) => descriptionOf(id), ofField: fieldDescription });
  const apollo = await startApollo(schema);
  servePlayground(fastify);
  await serveGraphql(fastify, apollo, open);
  const endSubscriptions = serveSubscriptions(server, schema, open);
  return async () => {
    await endSubscriptions();
    await apollo.stop();
  };
}
