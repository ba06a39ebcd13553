import type { Revision } from './revision.js';

/** The requested revision has been compacted (etcd: mvcc: required revision has been compacted). */
export class Compacted extends Error {
  constructor(
    readonly requested: Revision,
    readonly compactRevision: Revision,
  ) {
    super(`revision ${requested} has been compacted; the oldest readable is ${compactRevision}`);
  }
}

/** The requested revision does not exist yet. */
export class FutureRevision extends Error {
  constructor(
    readonly requested: Revision,
    readonly current: Revision,
  ) {
    super(`revision ${requested} is in the future; the newest is ${current}`);
  }
}

/** The turn was superseded: another worker has a newer token. */
export class FencedError extends Error {
  constructor(readonly component: string) {
    super(`the turn of ${component} was overtaken`);
  }
}

/** The store could not be reached. A failed write may have been committed only if `outcomeUnknown` is set. */
export class StorageUnavailable extends Error {
  constructor(
    message: string,
    readonly outcomeUnknown = false,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The store's disk is full: nothing was written; reads still work. */
export class StorageFull extends Error {
  constructor(options?: ErrorOptions) {
    super('the storage is full', options);
  }
}

/** An unexpected failure of the store. The database's error is the cause: it is for logs, not for clients. */
export class StorageFailure extends Error {
  constructor(options?: ErrorOptions) {
    super('the storage failed', options);
  }
}

/** The cluster does not exist. */
export class UnknownCluster extends Error {
  constructor(readonly cluster: string) {
    super(`cluster ${cluster} does not exist`);
  }
}

/** A cluster of that name already exists. */
export class ClusterExists extends Error {
  constructor(readonly cluster: string) {
    super(`cluster ${cluster} exists already`);
  }
}
