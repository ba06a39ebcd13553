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
  /** Registers WebSockets with the sessions that are closed when their token becomes invalid. */
  note: NoteSocket;
  log: Log;
}

/** Serves the graph on /graphql: queries and mutations by POST, subscriptions by WebSocket, GraphiQL by GET. */
export async function registerGraphql(fastify: FastifyInstance, { open, note, log }: GraphOptions): Promise<Subscriptions> {
  const graphs = openGraphs(log);
  servePlayground(fastify);
  await serveGraphql(fastify, graphs, open);
  return serveSubscriptions(graphs, { open, note, log });
}
