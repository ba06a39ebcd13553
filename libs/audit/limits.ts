/** All limits of the audit log. Times are in milliseconds of the machine. */
export const LOG_LIMITS = {
  /** How often events are stored: a crash loses at most this much, and another process shows them so much later. */
  flushEvery: 1_000,
  /** Events of one chunk: it is encoded and decoded without a pause. */
  chunkEvents: 500,
  /** Bytes of a cluster's events that wait to be stored; all clusters together, and what each may have however many there are. */
  waitingPerCluster: 4 * 1024 * 1024,
  waiting: 64 * 1024 * 1024,
  waitingAtLeast: 64 * 1024,
  /** Chunks into which these bytes are divided at least: the oldest is dropped when there are too many. */
  chunksWaiting: 8,
  /** Events of unauthenticated requests that are kept of a cluster per flush: strangers must not push out what its users did. */
  unauthenticatedPerFlush: 20,
  /** Chunks that are read from the store at once. */
  chunksPerRead: 8,
  /** Bytes that the store counts for a chunk besides its body. */
  chunkOverhead: 200,
  /** Part of a cluster's quota after which its oldest chunks are looked for again. */
  trimEvery: 1 / 8,
  /** Subscriptions of one cluster in one process. */
  followers: 100,
  /** Events of a page. */
  page: 100,
  largestPage: 1_000,
  /** Bytes of a decoded chunk; a longer one is not one of ours. */
  decodedChunk: 64 * 1024 * 1024,
} as const;
