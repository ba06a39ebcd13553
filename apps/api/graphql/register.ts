import type { FastifyInstance } from 'fastify';
import type { Log } from '#hosting';
import { servePlayground } from './playground.js';
import { graphRuntime } from './runtime.js';
import { serveGraphql, startApollo } from './server.js';
import type { OpenGraph } from './sessions.js';
import type { NoteSocket } from './socket-sessions.js';
import { type Subscriptions, serveSubscriptions } from './subscriptions.js';

export interface GraphOptions {
  open: OpenGraph;
  /** Notes WebSockets among all that is ended with its token. */
  note: NoteSocket;
  log: Log;
}

/** Puts the graph on /graphql: queries and mutations by POST, subscriptions by WebSocket, GraphiQL by GET. */
export async function registerGraphql(fastify: FastifyInstance, { open, note, log }: GraphOptions): Promise<Subscriptions> {
  const runtime = graphRuntime(log);
  const apollo = await startApollo(runtime);
  servePlayground(fastify);
  await serveGraphql(fastify, apollo, open);
  const { upgrade, close } = serveSubscriptions(runtime, { open, note, log });
  return {
    upgrade,
    close: async () => {
      await close();
      await apollo.stop();
    },
  };
}
