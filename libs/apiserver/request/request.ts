import { QUERY_PARAMETERS } from '../limits.js';
import type { UserInfo } from '../rest/strategy.js';
import type { ByteStream } from '../watch/watch-stream.js';

/** A request on one cluster, as it comes from whatever carries it. */
export interface ApiRequest {
  method: string;
  /** Decoded, relative to the cluster: `/api/v1/pods`. */
  path: string;
  /** Without the question mark, or parsed. */
  query: string | URLSearchParams;
  /** Names in lower case. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole body; none for an empty one. */
  body?: Uint8Array;
  /** Set where the host has authenticated the request; otherwise the authenticators are asked. */
  user?: UserInfo;
  /** Kept in the log as the cause of what is written. */
  requestId: string;
}

/** The pieces of a long body. `close` is to be called in any case, also where nothing was read. */
export interface Pieces {
  readonly chunks: AsyncIterable<string | Uint8Array>;
  close(): void;
}

/** An answer. `stream` stands for the body of a watch. */
export interface ApiResponse {
  status: number;
  /** Names in lower case; content-type is always there when there is a body. */
  headers: Record<string, string | string[]>;
  /** Already serialised. */
  body?: string | Uint8Array;
  stream?: ByteStream;
  /** A long body, made piece by piece while it is sent. */
  pieces?: Pieces;
  /** Of a stream: whether its user may still have it, as of now. */
  stillAllowed?(): Promise<boolean>;
  /** The error that nothing foresaw, where the answer is a 500 for it: for the log. */
  failure?: unknown;
}

/** A header's one value; the first of several. */
export function headerOf({ headers }: Pick<ApiRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

const EMPTY = new URLSearchParams();

/** Whether a query has no more parameters than are read. A large URLSearchParams costs more than its size. */
function isReadable(query: string): boolean {
  if (query.length < QUERY_PARAMETERS) return true;
  let parameters = 1;
  for (let at = query.indexOf('&'); at >= 0; at = query.indexOf('&', at + 1)) parameters++;
  return parameters <= QUERY_PARAMETERS;
}

/** The query, parsed; never to be changed. */
export function queryOf({ query }: Pick<ApiRequest, 'query'>): URLSearchParams {
  if (typeof query !== 'string') return query;
  return query === '' || !isReadable(query) ? EMPTY : new URLSearchParams(query);
}
