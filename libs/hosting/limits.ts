/** Every limit of the service, in one place. Sizes in bytes, times in milliseconds. Limits of one lib's work are in its own limits.ts. */

/** The https listener's. */
export interface ListenerLimits {
  /** From the opening of a connection to the end of its TLS handshake. */
  readonly handshakeTimeout: number;
  /** From the first byte of a request to the end of its headers (kube-apiserver's ReadHeaderTimeout is 32 s). */
  readonly headersTimeout: number;
  /** From the first byte of a request to the end of its body. */
  readonly requestTimeout: number;
  /** How long a connection without a request is kept (kube-apiserver's IdleTimeout, 90 s plus jitter). */
  readonly keepAliveTimeout: number;
  /** How long a client may take to read a large answer that is no stream. */
  readonly responseTimeout: number;
  /** How often the timeouts are looked at. */
  readonly checkEvery: number;
  /** A request line and its headers; more is 431. */
  readonly headerBytes: number;
  readonly headerCount: number;
  /** Open connections; above it new ones are closed, unless one that has not authenticated can be closed for them. */
  readonly connections: number;
  /** Connections on which no request has been authenticated yet; above it the oldest of them is closed. */
  readonly unauthenticated: number;
  /** As `unauthenticated`, of one remote address. */
  readonly unauthenticatedPerAddress: number;
  /** Connections on which a request of one cluster (or of the platform) was authenticated; above it requests on new ones are 429. */
  readonly connectionsPerTenant: number;
  /** Requests on one connection that wait for their answers (pipelining); above it the connection is closed. */
  readonly pipelined: number;
  /** Bytes of request bodies that are held at once: of all requests, of one cluster, of all requests without credentials; above it 429. */
  readonly bodyBytes: number;
  readonly bodyBytesPerTenant: number;
  readonly anonymousBodyBytes: number;
  /** A refused request's body that is read and dropped so that its connection can be used again; with a longer one it is closed. */
  readonly droppedBody: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;

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
  /** Seats of one cluster: requests of a usual width that run at once. */
  seats: 32,
  /** How long a request waits for its seats: a quarter of the request timeout, as upstream's. */
  queueWait: 15_000,
  /** How long one tenant's work holds the event loop before others have their turn. */
  slice: 2,
});
