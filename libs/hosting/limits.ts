/** All limits of the service. Sizes are in bytes, times in milliseconds. Limits of one lib's work are in its own limits.ts. */

/** Limits of the https listener. */
export interface ListenerLimits {
  /** From the opening of a connection to the end of its TLS handshake. */
  readonly handshakeTimeout: number;
  /** From the first byte of a request to the end of its headers (kube-apiserver's ReadHeaderTimeout is 32 s). */
  readonly headersTimeout: number;
  /** From the first byte of a request to the end of its body. */
  readonly requestTimeout: number;
  /** How long a connection without a request is kept (kube-apiserver's IdleTimeout, 90 s plus jitter). */
  readonly keepAliveTimeout: number;
  /** How long a client may take to read a large response that is not a stream. */
  readonly responseTimeout: number;
  /** How often timeouts are checked. */
  readonly checkEvery: number;
  /** A request line with its headers; larger ones get 431. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** Open connections; at the limit, new ones are closed unless an unauthenticated one can be closed instead. */
  readonly connections: number;
  /** Connections without an authenticated request; above it the oldest of them is closed. */
  readonly unauthenticated: number;
  /** Like `unauthenticated`, per remote address. */
  readonly unauthenticatedPerAddress: number;
  /** Connections with an authenticated request of one cluster (or of the platform); above it, requests on new ones get 429. */
  readonly connectionsPerTenant: number;
  /** Unanswered requests on one connection (pipelining); above it the connection is closed. */
  readonly pipelined: number;
  /** Bytes of request bodies held at once: of all requests, of one cluster, of all requests without credentials; above it 429. */
  readonly bodyBytes: number;
  readonly bodyBytesPerTenant: number;
  readonly anonymousBodyBytes: number;
  /** How much of a rejected request's body is read and discarded so that the connection can be reused; after a longer one it is closed. */
  readonly droppedBody: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

/** What node's http servers are given of the limits; `maxHeadersCount` is a property of the server. */
export const serverOptions = (limits: ListenerLimits) => ({
  keepAliveTimeout: limits.keepAliveTimeout,
  headersTimeout: limits.headersTimeout,
  requestTimeout: limits.requestTimeout,
  connectionsCheckingInterval: limits.checkEvery,
  maxHeaderSize: limits.headerBytes,
  noDelay: true,
});

/** The limits of the service's listener. */
export const LISTENER_LIMITS: ListenerLimits = Object.freeze({
  handshakeTimeout: 10_000,
  headersTimeout: 32_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 180_000,
  responseTimeout: 60_000,
  checkEvery: 5_000,
  // The path, the query and the headers together.
  headerBytes: 512 * KiB,
  headerCount: 1_000,
  connections: 10_000,
  unauthenticated: 1_000,
  unauthenticatedPerAddress: 256,
  connectionsPerTenant: 2_000,
  pipelined: 32,
  bodyBytes: 256 * MiB,
  bodyBytesPerTenant: 64 * MiB,
  anonymousBodyBytes: 8 * MiB,
  droppedBody: 256 * KiB,
});

/** How the tenants of a process share it. */
export const SHARE_LIMITS = Object.freeze({
  /** Seats of one cluster: concurrent requests of normal width. */
  seats: 32,
  /** How long a request waits for its seats: a quarter of the request timeout, as upstream. */
  queueWait: 15_000,
  /** How long one tenant's work may occupy the event loop before others get their turn. */
  slice: 2,
});

/** Bodies of the platform's API and of GraphQL, which the event loop parses. */
export const BODY_LIMITS = Object.freeze({
  /** Lists, objects and members; a long text is one. */
  values: 30_000,
});

/** Requests with long bodies are answered in a thread of their own. */
export const LARGE_REQUESTS = Object.freeze({
  /** Bodies from this length on. */
  bytes: 64 * KiB,
  /** For how long they wait while the thread starts. */
  patience: 5_000,
  /** How long the thread is kept after the last one. */
  idle: 5 * 60_000,
  heapMegabytes: 1_024,
  /** Connections of the thread to PostgreSQL. */
  connections: 4,
});

/** Limits of calls to webhooks outside. */
export const WEBHOOK_LIMITS = Object.freeze({
  /** An answer; longer ones are not read to their end. */
  answerBytes: 3 * MiB,
  /** Calls in progress: of one cluster, of the process. */
  callsPerCluster: 32,
  calls: 256,
});

/** Bytes of the certificates that clients sent along with their own, kept for resumed TLS sessions; and of one client's at most. */
export const RESUMED_CHAINS = { bytes: 4 * 1024 * 1024, longest: 64 * 1024 } as const;
