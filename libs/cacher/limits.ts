/** How much a process batches and caches of its clusters' stores. Sizes in bytes, times in milliseconds of the machine. */
export interface StoreLimits {
  /** Operations, and bytes of values, that go together in one transaction. */
  readonly batchOps: number;
  readonly batchBytes: number;
  /** Keys that one shared read asks for. */
  readonly batchKeys: number;
  /** A transaction's entries travel on the bus when they are no bigger; otherwise only their revisions do. */
  readonly busMessageBytes: number;
  /** Events kept to serve watches from recent revisions. */
  readonly windowEvents: number;
  readonly windowBytes: number;
  /** Entries of the log read at once. */
  readonly logPage: number;
  /** Reads between two ticks after which a cluster's objects are loaded into memory. */
  readonly readsToLoad: number;
  /** A store without holders is closed after this time. */
  readonly idleTime: number;
  /** All caches of the process together, parsed objects included; those without watchers are dropped beyond it, the ones idle for longest first. */
  readonly totalBytes: number;
  /** The same for those that are watched: beyond it the largest are dropped, and their watches end, which clients open again. */
  readonly watchedBytes: number;
}

export const DEFAULT_STORE_LIMITS: StoreLimits = Object.freeze({
  batchOps: 500,
  batchBytes: 4 * 1024 * 1024,
  batchKeys: 500,
  busMessageBytes: 256 * 1024,
  windowEvents: 4_096,
  windowBytes: 8 * 1024 * 1024,
  logPage: 500,
  readsToLoad: 8,
  idleTime: 60_000,
  totalBytes: 256 * 1024 * 1024,
  watchedBytes: 512 * 1024 * 1024,
});
