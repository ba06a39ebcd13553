/** Limits of streaming connections. Sizes are in bytes, times in milliseconds of the machine. */
export const STREAM_LIMITS = Object.freeze({
  /** Open exec, attach and port-forward connections of one cluster in one process; above it 429. */
  connections: 200,
  /** A connection on which nothing is sent for this long is closed (kubelet's streamingConnectionIdleTimeout). */
  idle: 4 * 3_600_000,
  /** How long a client may take to create its SPDY streams (kubelet's DefaultStreamCreationTimeout). */
  streamCreation: 30_000,
  /** Bytes of one WebSocket message, and of one SPDY data frame. */
  message: 1024 * 1024,
  /** A compressed header block of SPDY, and what it may inflate to. */
  headerBlock: 16 * 1024,
  headers: 16 * 1024,
  /** SPDY streams that are open on one connection, and that are opened during its life. */
  streams: 200,
  streamsInAll: 100_000,
  /** Connections to ports that one client opens at a time, also those that it has given up. */
  opening: 16,
  /** Bytes that a connection may write in one window of time. */
  burst: 1024 * 1024,
  window: 200,
  /** Bytes of one request to a proxied program's answer. */
  proxiedAnswer: 16 * 1024 * 1024,
  /** How often a followed log is looked at. */
  followEvery: 500,
});
