import type { FastifyInstance } from 'fastify';
import { descriptionOf, fieldDescription } from '#api';
import { buildGraphSchema } from '#graphql';
import { servePlayground } from './playground.js';
import { serveGraphql, startApollo } from './server.js';
import type { OpenGraph } from './sessions.js';
import { type Subscriptions, serveSubscriptions } from './subscriptions.js';

/** Puts the graph on /graphql: queries and mutations by POST, subscriptions by WebSocket, GraphiQL by GET. */
export async function registerGraphql(fastify: FastifyInstance, open: OpenGraph): Promise<Subscriptions> {
  const schema = buildGraphSchema({ ofDefinition: ({ id }) => descriptionOf(id), ofField: fieldDescription });
  const apollo = await startApollo(schema);
  servePlayground(fastify);
  await serveGraphql(fastify, apollo, open);
  const { upgrade, close } = serveSubscriptions(schema, open);
  return {
    upgrade,
    close: async () => {
      await close();
      await apollo.stop();
    },
  };
}
