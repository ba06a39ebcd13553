/** Every limit of the request pipeline, in one place. Sizes in bytes, times in milliseconds of the machine unless said otherwise. */
export interface Limits {
  /** Largest request body; more is 413 (apiserver/pkg/server MaxRequestBodyBytes). */
  readonly requestBody: number;
  /** Names tried for one generateName (generic/registry/store.go maxNameGenerationCreateAttempts). */
  readonly generateNameAttempts: number;
  /** How often an update without a resourceVersion is tried anew when others write in between. */
  readonly updateAttempts: number;
  /** Bytes that wait for one watcher before it is cut off. */
  readonly watchQueueBytes: number;
  /** Events that wait for one watcher before it is cut off. */
  readonly watchQueueEvents: number;
  /** A watch without timeoutSeconds lives this long, up to twice as long by chance (MinRequestTimeout). */
  readonly watchTimeout: number;
  /** Longest that a client may ask a watch to live; ours, upstream has none. Timers hold 24 days. */
  readonly watchLongest: number;
  /** Time between two bookmarks (storage/cacher bookmarkFrequency). */
  readonly watchBookmarkEvery: number;
  /** How long a list waits for a revision that has not happened yet (storage/cacher blockTimeout). */
  readonly futureRevisionWait: number;
  /** Deletions of a deletecollection that run side by side. */
  readonly deleteCollectionParallel: number;
}

/** The limits of a real API server, and ours where it has none. */
export const DEFAULT_LIMITS: Limits = Object.freeze({
  requestBody: 3 * 1024 * 1024,
  generateNameAttempts: 8,
  updateAttempts: 20,
  watchQueueBytes: 8 * 1024 * 1024,
  watchQueueEvents: 20_000,
  watchTimeout: 1_800_000,
  watchLongest: 24 * 3_600_000,
  watchBookmarkEvery: 60_000,
  futureRevisionWait: 3_000,
  deleteCollectionParallel: 200,
});

/** Clauses of an Accept header that are read, and parameters of one clause; ours, upstream has none. */
export const ACCEPT_CLAUSES = 1_000;
export const ACCEPT_PARAMETERS = 16;
/** A query of more parameters counts as an empty one (Go's net/url, urlmaxqueryparams). */
export const QUERY_PARAMETERS = 10_000;
