import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { handleProtocols, makeServer } from 'graphql-ws';
import { WebSocketServer } from 'ws';
import { impersonates } from '#apiserver';
import { type GraphResult, type GraphSession, type Graphs, Operations, operationLimits, type Runtime } from '#graphql';
import type { Log } from '#hosting';
import { type Connection, connect } from './connection.js';
import { documentOf } from './documents.js';
import { type GraphRequest, type OpenGraph, unauthenticated } from './sessions.js';
import { socketLimits } from './socket-limits.js';
import type { NoteSocket } from './socket-sessions.js';
import { streamEnds } from './stream-ends.js';

/** The WebSockets of the graph. */
export interface Subscriptions {
  /** Takes over a socket whose client requests a WebSocket on /graphql. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Closes every socket normally. */
  close(): Promise<void>;
}

/** What an operation is executed with. */
interface Running {
  runtime: Runtime;
  session: GraphSession;
  connection: Connection;
}

/** Whose graph it is: the token in the payload of connection_init comes before one in the request's header. */
function requestOf({ from }: Connection, parameters: Readonly<Record<string, unknown>> | undefined): GraphRequest {
  const given = parameters?.authorization ?? parameters?.Authorization;
  return typeof given === 'string' ? { ...from, authorization: given } : from;
}

/** Whether a client names somebody else, in the headers of its request or, as browsers have to, in the payload of connection_init. */
const asksToImpersonate = ({ headers }: Connection, parameters: Readonly<Record<string, unknown>> = {}): boolean =>
  impersonates(headers) || impersonates(Object.fromEntries(Object.keys(parameters).map((name) => [name.toLowerCase(), ''])));

const bounds = { ...operationLimits, bytes: socketLimits.answer };

const tooMany = (): GraphQLError =>
  new GraphQLError(`${socketLimits.operations} operations run on this socket, and that is the limit: end some, or open another one.`, {
    extensions: { code: 'TOO_MANY_REQUESTS' },
  });

/** A result in the form graphql-ws expects: it calls toJSON of errors. */
const asResult = ({ errors, ...rest }: GraphResult): ExecutionResult =>
  ({ ...rest, ...(errors && { errors: errors.map((error) => ({ ...error, toJSON: () => error })) }) }) as ExecutionResult;

/** The operations of one server, each counted for its connection while it runs. */
class SocketOperations {
  async execute(args: ExecutionArgs): Promise<ExecutionResult> {
    const { connection } = args.contextValue as Running;
    connection.running += 1;
    try {
      return asResult(await this.operations(args).run(this.request(args)));
    } finally {
      connection.running -= 1;
    }
  }

  async subscribe(args: ExecutionArgs): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
    const { connection } = args.contextValue as Running;
    connection.running += 1;
    const source = await this.operations(args).subscribe(this.request(args));
    if (Symbol.asyncIterator in source) return counted(source, connection);
    connection.running -= 1;
    return asResult(source);
  }

  private operations({ contextValue }: ExecutionArgs): Operations {
    const { runtime, session } = contextValue as Running;
    return new Operations(runtime, session, bounds);
  }

  private request({ document, variableValues, operationName }: ExecutionArgs) {
    return { document, variables: variableValues, operationName };
  }
}

/** The events of a subscription, which is counted until it ends. Its return() also works while it waits for an event. */
function counted(source: AsyncGenerator<GraphResult, void, void>, connection: Connection): AsyncGenerator<ExecutionResult, void, void> {
  let over = false;
  const end = (): void => {
    if (!over) connection.running -= 1;
    over = true;
  };
  const ended = { value: undefined, done: true } as const;
  const events: AsyncGenerator<ExecutionResult, void, void> = {
    async next() {
      try {
        const event = await source.next();
        if (!event.done) return { value: asResult(event.value), done: false };
      } catch (error) {
        end();
        throw error;
      }
      end();
      return ended;
    },
    async return() {
      end();
      await source.return();
      return ended;
    },
    async throw(error) {
      end();
      await source.return();
      throw error;
    },
    [Symbol.asyncIterator]: () => events,
    [Symbol.asyncDispose]: async () => void (await events.return()),
  };
  return events;
}

/** How subscriptions open clusters, and where their sockets are registered. */
export interface SubscriptionOptions {
  open: OpenGraph;
  note: NoteSocket;
  log: Log;
}

/** Subscriptions over graphql-ws (the protocol graphql-transport-ws) on /graphql. A token is in the payload of connection_init. */
export function serveSubscriptions(graphs: Graphs, { open, note, log }: SubscriptionOptions): Subscriptions {
  const operations = new SocketOperations();
  const server = makeServer<Readonly<Record<string, unknown>>, Connection>({
    connectionInitWaitTimeout: 10_000,
    async onConnect({ connectionParams, extra }) {
      if (asksToImpersonate(extra, connectionParams)) {
        extra.forbid('impersonation');
        return false;
      }
      const from = requestOf(extra, connectionParams);
      return extra.note((below, close) => note(from, below, close));
    },
    async onSubscribe({ connectionParams, extra }, _id, { query, variables, operationName }) {
      if (extra.running >= socketLimits.operations) return [tooMany()];
      const session = await open(requestOf(extra, connectionParams), randomUUID());
      if (!session) {
        extra.forbid('revoked');
        return [new GraphQLError(unauthenticated.message, unauthenticated)];
      }
      const runtime = await graphs.of(session);
      const document = await documentOf(runtime, session, query);
      if (Array.isArray(document)) return document;
      const contextValue: Running = { runtime, session, connection: extra };
      return { schema: runtime.schema, document, variableValues: variables, operationName, contextValue };
    },
    execute: (args) => operations.execute(args),
    subscribe: (args) => operations.subscribe(args),
    // The error that ended a stream, not what the protocol's server makes of it.
    onError: (_context, _id, _payload, errors) =>
      errors.map((error) => (error.originalError instanceof GraphQLError ? error.originalError : error).toJSON()),
  });
  // One message in an iteration of the event loop, as of other WebSockets (kubernetes/takeover.ts).
  const sockets = new WebSocketServer({ noServer: true, maxPayload: socketLimits.message, handleProtocols, allowSynchronousEvents: false });
  sockets.on('connection', (socket, request) => connect(socket, { server, log, request }));
  return {
    upgrade: (request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request)),
    async close() {
      for (const socket of sockets.clients) socket.close(1001, streamEnds.shutdown.message);
      sockets.close();
    },
  };
}
