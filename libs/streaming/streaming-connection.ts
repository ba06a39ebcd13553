import type { ApiResponse, ConnectionHandler, RestScope, UpgradedConnection } from '#apiserver';
import { STREAM_LIMITS } from './limits.js';
import { IdleTimer, takeConnection } from './open-connections.js';
import { accessTo } from './target.js';

/** What a session tells, and asks of, whoever has opened it. */
export interface SessionEvents {
  /** Something was sent or received. */
  touched(): void;
  /** The connection is closed. */
  ended(): void;
  /** Called between small steps of work: a promise when it is another tenant's turn. */
  pause(): Promise<void> | undefined;
}

/** How a connection is served once it has been upgraded. */
export interface Streaming {
  /** The subprotocol of a WebSocket; unset: the connection carries bytes. */
  websocket?: string;
  headers: ApiResponse['headers'];
  /** The head of the response as a program has made it. */
  response?: Buffer;
  /** What its user must be allowed to do as long as it is open; default: create. */
  verb?: string;
  open(connection: UpgradedConnection, events: SessionEvents): ConnectionHandler;
}

/**
 * Answers with a connection that counts against the cluster's limit, that ends when nothing is sent for the idle time, and that its user must
 * be allowed as long as it is open. Throws 429.
 */
export function streamingConnection(scope: RestScope, { websocket, headers, response, verb = 'create', open }: Streaming): ApiResponse {
  const release = takeConnection(scope);
  const { timers, share, store } = scope.cluster;
  const start = (connection: UpgradedConnection): ConnectionHandler => {
    const idle = new IdleTimer(timers, () => connection.close());
    const work = share.task(store.cluster);
    const ended = () => {
      idle.stop();
      release();
    };
    return open(connection, { touched: () => idle.touch(), ended, pause: () => work.pause() });
  };
  const takeover = {
    ...{ largestMessage: STREAM_LIMITS.message, start, abandon: release },
    ...(websocket === undefined ? {} : { websocket }),
    ...(response && { response }),
  };
  return { status: 101, headers, takeover, stillAllowed: async () => (await accessTo(scope, verb)).allowed };
}
