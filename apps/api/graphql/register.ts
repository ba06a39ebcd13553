import type { FastifyInstance } from 'fastify';
import type { Log } from '#hosting';
import { servePlayground } from './playground.js';
import { graphRuntime } from './runtime.js';
import { serveGraphql, startApollo } from './server.js';
import type { OpenGraph } from './sessions.js';
import { type Subscriptions, serveSubscriptions } from './subscriptions.js';

/** Puts the graph on /graphql: queries and mutations by POST, subscriptions by WebSocket, GraphiQL by GET. */
export async function registerGraphql(fastify: FastifyInstance, open: OpenGraph, log: Log): Promise<Subscriptions> {
  const runtime = graphRuntime(log);
  const apollo = await startApollo(runtime);
  servePlayground(fastify);
  await serveGraphql(fastify, apollo, open);
  const { upgrade, close } = serveSubscriptions(runtime, open, log);
  return {
    upgrade,
    close: async () => {
      await close();
      await apollo.stop();
    },
  };
}
