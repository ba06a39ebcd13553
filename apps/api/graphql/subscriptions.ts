import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type GraphQLSchema, specifiedRules, validate } from 'graphql';
import { useServer as serveProtocol } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { costRule, graphLimits, toGraphQLError } from '#graphql';
import type { OpenGraph } from './sessions.js';

/** Operations one socket may run at once. */
const operationsPerSocket = 50;

const authorizationOf = (parameters: Readonly<Record<string, unknown>> | undefined): string | undefined => {
  const given = parameters?.authorization ?? parameters?.Authorization;
  return typeof given === 'string' ? given : undefined;
};

/** The WebSockets of the graph. */
export interface Subscriptions {
  /** Takes a socket whose client asks for a WebSocket on /graphql. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Ends every socket in peace. */
  close(): Promise<void>;
}

/** Subscriptions by graphql-ws (the protocol graphql-transport-ws) on /graphql. The token comes in connection_init's payload. */
export function serveSubscriptions(schema: GraphQLSchema, open: OpenGraph): Subscriptions {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: graphLimits.manifestLength });
  const running = new WeakMap<object, number>();
  const disposable = serveProtocol(
    {
      schema,
      connectionInitWaitTimeout: 10_000,
      validate: (graph, document) => validate(graph, document, [...specifiedRules, costRule]),
      onConnect: async ({ connectionParams }) => (await open(authorizationOf(connectionParams), randomUUID())) !== undefined,
      onSubscribe: (context) => {
        const count = (running.get(context.extra) ?? 0) + 1;
        running.set(context.extra, count);
        if (count > operationsPerSocket) throw new Error(`more than ${operationsPerSocket} operations on one socket`);
      },
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors ? { ...result, errors: result.errors.map(toGraphQLError) } : result,
      onError: (_context, _id, _payload, errors) => errors.map(toGraphQLError),
      onComplete: (context) => {
        running.set(context.extra, (running.get(context.extra) ?? 1) - 1);
      },
      context: async ({ connectionParams }) => open(authorizationOf(connectionParams), randomUUID()),
    },
    sockets,
  );
  return {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request)),
    close: async () => void (await disposable.dispose()),
  };
}
