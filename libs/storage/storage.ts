import type { Instant } from '#apimachinery';
import type { Revision } from './revision.js';
import type { BeginOptions, BegunTurn, Fence, LaggingTurn, TurnState } from './turn-state.js';

/** Why a write happened. Stored in the log with the write. */
export interface Cause {
  requestId: string;
  user: string;
  /** The component that wrote, e.g. `deployment-controller`, `kube-scheduler`, `kubelet`; unset for a client's write. */
  component?: string;
  /** The revision whose event woke the component. */
  wokenBy?: Revision;
  /** The verb of the request: create, update, patch, delete … */
  verb?: string;
  /** The subresource through which it was written: status, scale, binding …; unset: the object itself. */
  subresource?: string;
  /**
   * The log that the component had seen when it decided, and the number of the decision: those before it counted, written or not.
   * `configured`: the node whose files it was started with, and their newest revision; unset: with the defaults.
   */
  decision?: { seen: Revision; order: number; configured?: { node: string; revision: Revision } };
}

/** A key's current (or past) value. `value` is serialized JSON without a resourceVersion, which is `modRevision`. */
export interface StoredObject {
  key: string;
  value: string;
  createRevision: Revision;
  modRevision: Revision;
  /** 1 at creation, incremented by each update (etcd's version). */
  version: number;
}

interface WriteBase {
  key: string;
  cause: Cause;
  /** Cluster time of the write. */
  at: Instant;
}

/**
 * One operation of a write. `expected` is the modRevision that the key must have. `since`: if the key changed after that revision, the
 * creation fails as a conflict even if the key does not exist.
 */
export type WriteOp =
  | (WriteBase & { type: 'create'; value: string; since?: Revision; expiresAt?: Instant })
  | (WriteBase & { type: 'update'; value: string; expected: Revision; expiresAt?: Instant })
  | (WriteBase & { type: 'delete'; expected?: Revision });

/** The result of one operation. `current` is the key's current value if it caused the failure. */
export type WriteResult =
  | { ok: true; entry: LogEntry }
  | { ok: false; reason: 'exists' | 'conflict' | 'missing' | 'aborted'; current?: StoredObject };

/** One entry of a cluster's log: one change of one key, with its own revision. */
export interface LogEntry {
  revision: Revision;
  type: 'put' | 'delete';
  key: string;
  /** The new value; for a delete the last value. */
  value: string;
  createRevision: Revision;
  version: number;
  /** The modRevision before this write; unset for a creation. */
  previousRevision?: Revision;
  /** The value before this write; only if requested. */
  previousValue?: string;
  cause: Cause;
  at: Instant;
}

/** How the operations of one write are committed. */
export interface TransactionOptions {
  fence?: Fence;
  /** The turns that the operations belong to, if they are several; not of an atomic write. If one is superseded, nothing is written. */
  fences?: readonly Fence[];
  /** All operations or none: if one fails, the others are `aborted`. By default they are independent. */
  atomic?: boolean;
}

export interface ListOptions {
  /** All keys that start with it; must end with `/`. */
  prefix: string;
  /** Only keys greater than this one. */
  after?: string;
  limit?: number;
  /** Read at this revision; default the current one. */
  at?: Revision;
}

export interface ListResult {
  items: StoredObject[];
  /** The revision at which the list was read. */
  revision: Revision;
  /** The number of keys with the prefix after the last item. */
  remaining: number;
}

export interface LogOptions {
  after: Revision;
  limit?: number;
  /** Ends with the entry that brings the values, and the previous ones if they are read, to so many bytes. */
  bytes?: number;
  prefix?: string;
  /** Whether to read previousValue. */
  previous?: boolean;
}

/** The component whose turn advances a stepped clock. */
export const CLOCK = 'clock';

/** The time of a stepped clock, and the time it is being advanced to. */
export interface ClockState {
  /** The newest committed revision. */
  revision: Revision;
  /** Unset if the clock was never advanced. */
  now?: Instant;
  /** Only while it is being advanced. */
  target?: Instant;
  /** Why the last advance was given up. */
  failure?: string;
  /** What ends the advance before its target, as it was given to askClock. */
  until?: string;
  /** The newest revision when the last advance was requested. */
  asked?: Revision;
}

/** A request to advance a stepped clock by `by` milliseconds. `from`: its time if it was never advanced. An id is counted once. */
export interface ClockRequest {
  id: string;
  from: Instant;
  by: number;
  /** What ends the advance before its target, for the holder of the clock's turn. */
  until?: string;
}

/**
 * A step of a clock. `done`: all work is done, up to this revision, so a clock that has reached its target is no longer being advanced,
 * unless that was asked for at a later revision. `stop`: nor is one that has not reached it.
 */
export interface ClockStep {
  now: Instant;
  done?: Revision;
  stop?: boolean;
  failure?: string;
}

/** The result of a step. */
export interface ClockStepped {
  now: Instant;
  target?: Instant;
  until?: string;
  /** The newest revision when the last advance was requested. */
  asked?: Revision;
}

/** How much of the logs is retained. Times are in milliseconds of the machine. */
export interface Retention {
  /** Revisions younger than this are retained. */
  age: number;
  /** At least this many of a cluster's newest revisions are retained. */
  revisions: number;
  /** How often the revision of a log is recorded: the precision with which ages are known. */
  every: number;
}

/** The arguments of StorageAdmin.compactable. */
export interface CompactableOptions extends Retention {
  now: Instant;
  limit: number;
  exceptions?: ReadonlyMap<string, Retention>;
}

/**
 * The revisioned store of ONE cluster (which is bound when the handle is created), with etcd's semantics. Every method may throw
 * StorageUnavailable; reads of the past throw Compacted, reads of the future FutureRevision.
 */
export interface Storage {
  readonly cluster: string;
  /** Calls are executed in rounds (in-rounds.ts), which do not wait for more calls. */
  readonly inRounds?: true;
  /** Writes are executed in the order of the calls; one may be made before earlier ones are answered. */
  readonly pipelined?: boolean;
  /** Executes all operations in one transaction, one revision each, in the given order; a key may occur only once per call. */
  write(ops: readonly WriteOp[], options?: TransactionOptions): Promise<WriteResult[]>;
  /** In the order of the keys; undefined for keys that do not exist. */
  get(keys: readonly string[], at?: Revision): Promise<Array<StoredObject | undefined>>;
  list(options: ListOptions): Promise<ListResult>;
  /** Log entries after a revision, in order. Throws Compacted if `after` has been compacted. */
  log(options: LogOptions): Promise<LogEntry[]>;
  /** Every version of a key that the log still has, oldest first. */
  history(key: string): Promise<LogEntry[]>;
  /** The newest committed revision (linearizable). */
  revision(): Promise<Revision>;
  compactRevision(): Promise<Revision>;
  /** Removes what only reads before `revision` need: versions and deletions that were superseded at or before it. */
  compact(revision: Revision): Promise<void>;
  /** Keys whose lease has expired at `now`, soonest expiry first. */
  expired(now: Instant, limit: number): Promise<StoredObject[]>;
  /** The soonest expiry of a lease. */
  nextExpiry(): Promise<Instant | undefined>;
  /** Begins a turn: the token is incremented, so writes of earlier holders fail from now on. */
  beginTurn(component: string, options?: BeginOptions): Promise<BegunTurn>;
  /** Ends a turn and stores the given state; the token is unchanged. Throws FencedError if the turn was superseded. */
  endTurn(component: string, state: TurnState): Promise<void>;
  /** Moves cursors of components without a turn, except those that a turn has moved from where they are given. */
  skipTurns(turns: ReadonlyArray<{ component: string; cursor: Revision }>, to: Revision): Promise<void>;
  clock(): Promise<ClockState>;
  /** Requests that a stepped clock is advanced; returns the resulting target. */
  askClock(request: ClockRequest): Promise<Instant>;
  /** Sets the clock in a turn of CLOCK: never backwards, never past its target. Throws FencedError if the turn was superseded. */
  stepClock(token: number, step: ClockStep): Promise<ClockStepped>;
  /** Stops an advance, with the reason that clock() returns then. Returns whether the clock was being advanced. */
  cancelClock(failure: string): Promise<boolean>;
  /**
   * Sets a clock that stands still, never backwards, and supersedes all turns. Returns its time; undefined if it is being advanced, in which
   * case nothing is changed.
   */
  setClock(now: Instant): Promise<Instant | undefined>;
}

/** A text that is replaced in every copied value, e.g. the template's creation time by the new cluster's. */
export interface Replacement {
  from: string;
  to: string;
}

/** How the objects of a cluster are copied. */
export interface CopyOptions {
  /** The source's revision; default its current one. */
  at?: Revision;
  replace?: Replacement[];
  /** The copy has new turns of these components, which have read nothing yet; default: the turns of the source if it is current. */
  components?: readonly string[];
}

/** What a cluster's objects are restored to: the objects of `from` at its current revision, or at `at`. */
export interface RestoreOptions {
  from: string;
  at?: Revision;
  replace?: readonly Replacement[];
  cause: Cause;
  /** Cluster time of the writes. */
  now: Instant;
}

/** The store of all clusters: what the platform needs. */
export interface StorageAdmin {
  open(cluster: string): Storage;
  /** Creates an empty cluster at revision 0. */
  create(cluster: string): Promise<void>;
  /**
   * Copies the objects of `from` at its current revision (or at `at`) into the new cluster `to`, whose log is compacted at that revision.
   */
  copy(from: string, to: string, options?: CopyOptions): Promise<void>;
  /**
   * Gives a cluster the objects that another one (or itself) has or had, in one transaction: each object that differs is a new revision of
   * its log. Turns that were begun before fail with FencedError, and a stepped clock is no longer advanced. Returns the new revision.
   */
  restore(cluster: string, options: RestoreOptions): Promise<Revision>;
  /** Removes all rows of the cluster. */
  destroy(cluster: string): Promise<void>;
  exists(cluster: string): Promise<boolean>;
  /**
   * Turns of these components whose cursor is behind their cluster's revision, whose nextAt is due (in clusters with a real clock) or whose
   * clock is to be advanced; without parked ones. Those returned longest ago come first, so that a turn that no worker takes does not delay
   * others.
   */
  lagging(options: { now: Instant; components: readonly string[]; limit: number }): Promise<LaggingTurn[]>;
  /** The newest revisions of the given clusters that exist. */
  revisions(clusters: readonly string[]): Promise<Map<string, Revision>>;
  /** Records the revisions of the logs, and returns how far they may be compacted, longest overdue first. */
  compactable(options: CompactableOptions): Promise<Array<{ cluster: string; revision: Revision }>>;
  /** Records that a cluster is a template. */
  templateUsed(cluster: string, now: Instant): Promise<void>;
  /** Templates last used before `before`, and those before `recent` that are not among the `keep` most recently used. */
  unusedTemplates(options: { before: Instant; recent: Instant; keep: number }): Promise<string[]>;
}
