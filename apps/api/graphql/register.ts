import type { FastifyInstance } from 'fastify';
import type { Log } from '#hosting';
import { servePlayground } from './playground.js';
import { openGraphs } from './runtime.js';
import { serveGraphql } from './server.js';
import type { OpenGraph } from './sessions.js';
import type { NoteSocket } from './socket-sessions.js';
import { type Subscriptions, serveSubscriptions } from './subscriptions.js';

export interface GraphOptions {
  open: OpenGraph;
  /** Registers WebSockets and event streams with the sessions that are closed when their token becomes invalid. */
  note: NoteSocket;
  log: Log;
}

/**
 * Serves the graph on /graphql: queries and mutations by POST, queries by GET, subscriptions as event streams and by WebSocket; GraphiQL to
 * browsers.
 */
export async function registerGraphql(fastify: FastifyInstance, { open, note, log }: GraphOptions): Promise<Subscriptions> {
  const graphs = openGraphs(log);
  const streams = await serveGraphql(fastify, graphs, { open, note });
  servePlayground(fastify);
  const sockets = serveSubscriptions(graphs, { open, note, log });
  return {
    upgrade: sockets.upgrade,
    async close() {
      streams.close();
      await sockets.close();
    },
  };
}
