import type { Revision } from './storage.js';

/** The revision asked for has been compacted away (etcd: mvcc: required revision has been compacted). */
export class Compacted extends Error {
  constructor(
    readonly requested: Revision,
    readonly compactRevision: Revision,
  ) {
    super(`revision ${requested} has been compacted; the oldest readable is ${compactRevision}`);
  }
}

/** The revision asked for has not happened yet. */
export class FutureRevision extends Error {
  constructor(
    readonly requested: Revision,
    readonly current: Revision,
  ) {
    super(`revision ${requested} is in the future; the newest is ${current}`);
  }
}

/** The turn was overtaken: another worker holds a newer token. */
export class FencedError extends Error {
  constructor(readonly component: string) {
    super(`the turn of ${component} was overtaken`);
  }
}

/** The store could not be reached. A write that threw this may or may not have been committed only where `outcomeUnknown` is set. */
export class StorageUnavailable extends Error {
  constructor(
    message: string,
    readonly outcomeUnknown = false,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The store's disk is full: nothing was written, and reads go on. */
export class StorageFull extends Error {
  constructor(options?: ErrorOptions) {
    super('the storage is full', options);
  }
}

/** The store failed in a way that nobody foresaw. What the database said is the cause: for logs, not for clients. */
export class StorageFailure extends Error {
  constructor(options?: ErrorOptions) {
    super('the storage failed', options);
  }
}

/** There is no such cluster. */
export class UnknownCluster extends Error {
  constructor(readonly cluster: string) {
    super(`cluster ${cluster} does not exist`);
  }
}

/** A cluster of that name is there already. */
export class ClusterExists extends Error {
  constructor(readonly cluster: string) {
    super(`cluster ${cluster} exists already`);
  }
}
