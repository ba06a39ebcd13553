import type { X509Certificate } from 'node:crypto';
import { QUERY_PARAMETERS } from '../limits.js';
import type { UserInfo } from '../rest/strategy.js';
import type { ByteStream } from '../watch/watch-stream.js';

/** A request to one cluster, independent of its transport. */
export interface ApiRequest {
  method: string;
  /** Decoded, relative to the cluster: `/api/v1/pods`. */
  path: string;
  /** The path as it was sent, if that is different. */
  escapedPath?: string;
  /** Without the question mark, or already parsed. */
  query: string | URLSearchParams;
  /** Names are in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole body; unset if it is empty. */
  body?: Uint8Array;
  /** The client certificate of the connection, not verified yet. */
  certificate?: X509Certificate;
  /** Set if the host has authenticated the request; otherwise the authenticators are called. */
  user?: UserInfo;
  /** The address that it came from. */
  address?: string;
  /** Stored in the log as part of the cause of a write. */
  requestId: string;
}

/** The chunks of a long body. `close` must always be called, even if nothing was read. */
export interface Pieces {
  readonly chunks: AsyncIterable<string | Uint8Array>;
  close(): void;
}

/** A connection that was upgraded, as its host offers it. */
export interface UpgradedConnection {
  /** Sends bytes, or a WebSocket message. False: the peer reads too slowly, and `drained` of the handler will be called. */
  send(data: Uint8Array | string): boolean;
  /** Stops and continues reading from the peer. */
  pause(): void;
  resume(): void;
  /** Closes it after what was sent: a WebSocket with this code, by default that of a normal end. */
  close(code?: CloseCode): void;
}

/** Why a WebSocket is closed (RFC 6455, section 7.4.1). A client takes 1000 for a success. */
export type CloseCode = (typeof CLOSE)[keyof typeof CLOSE];
export const CLOSE = { normal: 1000, goingAway: 1001, policyViolation: 1008 } as const;

/** What is done with an upgraded connection. */
export interface ConnectionHandler {
  /** Bytes, or one WebSocket message. */
  receive(data: Buffer, isText: boolean): void;
  drained(): void;
  /** The connection has been closed, by whichever side. Called once. */
  closed(): void;
  /** The server shuts down, or the user is no longer authorized: ends what runs, and closes the connection with this code. */
  shutdown(code: CloseCode): void;
}

/** Takes over a connection after its response. */
export interface Takeover {
  /** For a WebSocket: the chosen subprotocol, '' for none. Unset: the connection carries raw bytes. */
  readonly websocket?: string;
  /** For raw bytes: the head of the response as another server has made it; unset: it is made of the response's headers. */
  readonly response?: Uint8Array;
  /** The largest WebSocket message. */
  readonly largestMessage: number;
  start(connection: UpgradedConnection): ConnectionHandler;
  /** The connection was lost before it could be taken over. */
  abandon(): void;
}

/** A response. `stream` is the body of a watch. */
export interface ApiResponse {
  status: number;
  /** Names are in lower case; content-type is always set if there is a body. */
  headers: Record<string, string | string[]>;
  /** Serialized. */
  body?: string | Uint8Array;
  stream?: ByteStream;
  /** A long body, produced chunk by chunk while it is sent. */
  pieces?: Pieces;
  /** With status 101: takes over the connection of an upgrade request. */
  takeover?: Takeover;
  /** For a stream or a takeover: whether its user is still authorized. */
  stillAllowed?(): Promise<boolean>;
  /** The unexpected error behind a 500, for the log. */
  failure?: unknown;
}

/** The value of a header; the first one if there are several. */
export function headerOf({ headers }: Pick<ApiRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

const EMPTY = new URLSearchParams();

/** Whether a query is within the limit of parameters. Parsing a large URLSearchParams costs more than its size. */
function isReadable(query: string): boolean {
  if (query.length < QUERY_PARAMETERS) return true;
  let parameters = 1;
  for (let at = query.indexOf('&'); at >= 0; at = query.indexOf('&', at + 1)) parameters++;
  return parameters <= QUERY_PARAMETERS;
}

/** The parsed query; must not be modified. */
export function queryOf({ query }: Pick<ApiRequest, 'query'>): URLSearchParams {
  if (typeof query !== 'string') return query;
  return query === '' || !isReadable(query) ? EMPTY : new URLSearchParams(query);
}
