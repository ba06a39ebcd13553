/** How much a process batches and caches of its clusters' stores. Sizes in bytes, times in milliseconds of the machine. */
export interface StoreLimits {
  /** Maximum operations, and bytes of values, of one transaction. */
  readonly batchOps: number;
  readonly batchBytes: number;
  /** A transaction begins while others are in flight when this much waits for it; it has at most so many operations. */
  readonly pipelineOps: number;
  readonly pipelineBytes: number;
  /** Maximum transactions in flight. */
  readonly pipelineDepth: number;
  /** Maximum keys of a shared read. */
  readonly batchKeys: number;
  /** A transaction's entries are sent on the bus up to this size; above it, only their revisions. */
  readonly busMessageBytes: number;
  /** Events kept to serve watches from recent revisions. */
  readonly windowEvents: number;
  readonly windowBytes: number;
  /** Log entries per read. */
  readonly logPage: number;
  /** About how many bytes of values a page of the log has. */
  readonly logPageBytes: number;
  /** After this many reads between two ticks, a cluster's objects are loaded into memory. */
  readonly readsToLoad: number;
  /** A store without references is closed after this time. */
  readonly idleTime: number;
  /** All caches of the process, including parsed objects; above it, caches without watchers are dropped, longest idle first. */
  readonly totalBytes: number;
  /** The same for watched caches: above it the largest are dropped and their watches end, which clients then reopen. */
  readonly watchedBytes: number;
}

export const DEFAULT_STORE_LIMITS: StoreLimits = Object.freeze({
  batchOps: 500,
  batchBytes: 4 * 1024 * 1024,
  pipelineOps: 100,
  pipelineBytes: 256 * 1024,
  pipelineDepth: 8,
  batchKeys: 500,
  busMessageBytes: 64 * 1024,
  windowEvents: 4_096,
  windowBytes: 8 * 1024 * 1024,
  logPage: 500,
  logPageBytes: 8 * 1024 * 1024,
  readsToLoad: 8,
  idleTime: 60_000,
  totalBytes: 256 * 1024 * 1024,
  watchedBytes: 512 * 1024 * 1024,
});

export interface AlikeLimits {
  /** Bytes of all texts. */
  readonly bytes: number;
  readonly longest: number;
  /** Different lengths of the texts of one key. */
  readonly lengths: number;
  /** How many texts that did not fit are learned from. */
  readonly attempts: number;
  /** Bytes of the texts that are learned from in one load, which is not interrupted. */
  readonly learned: number;
}

/** What is remembered of texts that were loaded, to find those of other clusters that are alike. */
export const ALIKE: AlikeLimits = Object.freeze({
  bytes: 16 * 1024 * 1024,
  longest: 32 * 1024,
  lengths: 4,
  attempts: 8,
  learned: 48 * 1024,
});
