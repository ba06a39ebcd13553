/** All limits of the request pipeline. Sizes are in bytes and times in milliseconds of the machine unless noted otherwise. */
export interface Limits {
  /** Largest request body; larger ones get 413 (apiserver/pkg/server MaxRequestBodyBytes). */
  readonly requestBody: number;
  /** Attempts to find a free name for a generateName (generic/registry/store.go maxNameGenerationCreateAttempts). */
  readonly generateNameAttempts: number;
  /** Attempts of an update without a resourceVersion when it conflicts with other writes. */
  readonly updateAttempts: number;
  /** Bytes queued for one watcher before it is disconnected. */
  readonly watchQueueBytes: number;
  /** Events queued for one watcher before it is disconnected. */
  readonly watchQueueEvents: number;
  /** Minimum lifetime of a watch without timeoutSeconds; the actual one is random, up to twice as long (MinRequestTimeout). */
  readonly watchTimeout: number;
  /** Maximum timeoutSeconds of a watch. Upstream has no limit, but timers overflow after 24 days. */
  readonly watchLongest: number;
  /** Interval between bookmarks (storage/cacher bookmarkFrequency). */
  readonly watchBookmarkEvery: number;
  /** How long a list waits for a revision that is not there yet (storage/cacher blockTimeout). */
  readonly futureRevisionWait: number;
  /** Parallel deletions of a deletecollection. */
  readonly deleteCollectionParallel: number;
}

/** The limits of a real API server, and our own where it has none. */
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

/** Clauses of an Accept header, and parameters of a clause, that are read. Upstream has no limit. */
export const ACCEPT_CLAUSES = 1_000;
export const ACCEPT_PARAMETERS = 16;
/** A query with more parameters is treated as empty (Go's net/url, urlmaxqueryparams). */
export const QUERY_PARAMETERS = 10_000;
/** Characters of a ServiceAccount token that is looked at: more than a header can carry. */
export const LONGEST_TOKEN = 32_768;

/** What is looked at of the CAs that a client sends along with its certificate. Go limits the signatures that it checks to 100. */
export const CERTIFICATE_CHAIN = { certificates: 10, bytes: 32_768 } as const;

/** What an audit event holds at most: characters of texts, and numbers of things. */
export const AUDIT_LIMITS = {
  /** As upstream (apiserver/pkg/audit/request.go maxUserAgentLength). */
  userAgent: 1_024,
  uri: 1_024,
  /** Names, which may be any part of a path. */
  name: 253,
  message: 1_024,
  /** Errors of validation. */
  errors: 10,
  /** Groups of a user. */
  groups: 32,
  /** Keys of a user's extra fields, and values of each. */
  extras: 8,
  annotations: 32,
  annotationKey: 317,
  annotation: 1_024,
  /** Admission plugins that changed or refused something. */
  outcomes: 40,
  /** Changes of one plugin, and characters of a changed value. */
  changes: 20,
  changeValue: 256,
  /** Characters of changes, refusals and annotations after which no more plugins are listed. */
  event: 16_000,
  /** Values of an object; what a plugin does to a larger one is not determined. */
  comparedValues: 5_000,
} as const;
