import type { Instant } from '#apimachinery';

/** A revision of one cluster: 1, 2, 3 … without gaps, in commit order. */
export type Revision = number;

/** Why a write happened. Kept in the log with the write. */
export interface Cause {
  requestId: string;
  user: string;
  /** The component that wrote, e.g. `deployment-controller`, `kube-scheduler`, `kubelet`; none for a client's write. */
  component?: string;
  /** The revision whose event woke the component. */
  wokenBy?: Revision;
  /** The verb of the request: create, update, patch, delete … */
  verb?: string;
}

/** A key's current (or past) value. `value` is serialised JSON without a resourceVersion: that is `modRevision`. */
export interface StoredObject {
  key: string;
  value: string;
  createRevision: Revision;
  modRevision: Revision;
  /** 1 at creation, one more at each update (etcd's version). */
  version: number;
}

interface WriteBase {
  key: string;
  cause: Cause;
  /** Cluster time of the write. */
  at: Instant;
}

/**
 * One operation of a write. `expected` is the modRevision it must still have. `since`: nothing may have happened at the key after that
 * revision, or the creation is refused as a conflict, even though nothing stands there.
 */
export type WriteOp =
  | (WriteBase & { type: 'create'; value: string; since?: Revision; expiresAt?: Instant })
  | (WriteBase & { type: 'update'; value: string; expected: Revision; expiresAt?: Instant })
  | (WriteBase & { type: 'delete'; expected?: Revision });

/** What became of one operation. `current` is what stands at the key now, when that was the trouble. */
export type WriteResult =
  | { ok: true; entry: LogEntry }
  | { ok: false; reason: 'exists' | 'conflict' | 'missing' | 'aborted'; current?: StoredObject };

/** One line of a cluster's log: exactly one key changed at exactly one revision. */
export interface LogEntry {
  revision: Revision;
  type: 'put' | 'delete';
  key: string;
  /** The new value; for a delete the last value. */
  value: string;
  createRevision: Revision;
  version: number;
  /** The modRevision before this write; none for a creation. */
  previousRevision?: Revision;
  /** The value before this write; only where it was asked for. */
  previousValue?: string;
  cause: Cause;
  at: Instant;
}

/** Proof that a component's turn is still its own. A write with an overtaken token changes nothing and throws FencedError. */
export interface Fence {
  component: string;
  token: number;
}

/** How the operations of one write are committed. */
export interface TransactionOptions {
  fence?: Fence;
  /** All operations or none: where one fails, the others are `aborted`. Otherwise each stands alone. */
  atomic?: boolean;
}

export interface ListOptions {
  /** All keys that start with it; must end with `/`. */
  prefix: string;
  /** Only keys greater than this one. */
  after?: string;
  limit?: number;
  /** Read as of this revision; the current one when left out. */
  at?: Revision;
}

export interface ListResult {
  items: StoredObject[];
  /** The revision that was read. */
  revision: Revision;
  /** Keys with the prefix that come after the last item. */
  remaining: number;
}

export interface LogOptions {
  after: Revision;
  limit?: number;
  prefix?: string;
  /** Fill previousValue. */
  previous?: boolean;
}

/** A component's place in the log, and the fencing token of its last turn. */
export interface TurnState {
  token: number;
  cursor: Revision;
  nextAt?: Instant;
  /** Turns in a row that were begun with `now` and neither ended nor given up: their holders died, or were overtaken. */
  lost?: number;
  /** The last of them was overtaken by this one. */
  overtook?: boolean;
  /** The turn was not begun: none is before this time of the machine. */
  parkedUntil?: Instant;
}

export interface BeginOptions {
  /** The machine's time. To be given where several hosts may hold turns: it makes lost holders count, and parked turns wait. */
  now?: Instant;
  /** The turn that this one is part of. Throws FencedError where that was overtaken. */
  under?: Fence;
}

/** The component whose turn turns a stepped clock. */
export const CLOCK = 'clock';

/** Where a clock stands that was turned by hand, and how far it is to go. */
export interface ClockState {
  /** The newest committed revision. */
  revision: Revision;
  /** None where the clock was never turned. */
  now?: Instant;
  /** Only while it is being turned. */
  target?: Instant;
  /** Why the last turning was given up. */
  failure?: string;
}

/** A turn with something left to do. */
export interface LaggingTurn {
  cluster: string;
  component: string;
  cursor: Revision;
  /** Its time has come, whatever the log holds. */
  due: boolean;
}

/** How much of the logs is kept. Times in milliseconds of the machine. */
export interface Retention {
  /** Revisions that are younger are kept. */
  age: number;
  /** So many of a cluster's newest revisions are kept. */
  revisions: number;
  /** How often it is noted where a log stands: how exactly ages are known. */
  every: number;
}

/** What is asked of StorageAdmin.compactable. */
export interface CompactableOptions extends Retention {
  now: Instant;
  limit: number;
  exceptions?: ReadonlyMap<string, Retention>;
}

/**
 * The revisioned store of ONE cluster (the cluster is bound when the handle is made), with etcd's semantics.
 * Every method may throw StorageUnavailable; reads of the past throw Compacted, of the future FutureRevision.
 */
export interface Storage {
  readonly cluster: string;
  /** All operations in one transaction, one revision each, in the order given; a key may occur once in a call. */
  write(ops: readonly WriteOp[], options?: TransactionOptions): Promise<WriteResult[]>;
  /** In the order of the keys; undefined where nothing stands. */
  get(keys: readonly string[], at?: Revision): Promise<Array<StoredObject | undefined>>;
  list(options: ListOptions): Promise<ListResult>;
  /** Log entries after a revision, in order. Throws Compacted when `after` lies before the compaction. */
  log(options: LogOptions): Promise<LogEntry[]>;
  /** Every version of a key that the log still holds, oldest first. */
  history(key: string): Promise<LogEntry[]>;
  /** The newest committed revision (linearizable). */
  revision(): Promise<Revision>;
  compactRevision(): Promise<Revision>;
  /** Forget what only reads before `revision` need: superseded versions and deletions at or before it. */
  compact(revision: Revision): Promise<void>;
  /** Keys whose lease has run out by `now`, soonest first. */
  expired(now: Instant, limit: number): Promise<StoredObject[]>;
  /** Soonest lease to run out. */
  nextExpiry(): Promise<Instant | undefined>;
  /** Starts a turn: the token is advanced, so every earlier holder's writes fail from now on. */
  beginTurn(component: string, options?: BeginOptions): Promise<TurnState>;
  /** Ends a turn: keeps what is given but the token. Throws FencedError when overtaken. */
  endTurn(component: string, state: TurnState): Promise<void>;
  /** Moves a component's cursor without a turn, unless one has moved it. */
  skipTurn(component: string, from: Revision, to: Revision): Promise<void>;
  clock(): Promise<ClockState>;
  /**
   * Asks for a stepped clock to be turned by so many milliseconds more; answers how far it goes then. `from`: where it stands if it was
   * never turned. The same request id asks once.
   */
  askClock(request: { id: string; from: Instant; by: number }): Promise<Instant>;
  /**
   * Sets the clock in a turn of CLOCK: never back, never past its target. `done`: all is quiet, so that it is no longer being turned where
   * it stands at its target. Throws FencedError when overtaken.
   */
  stepClock(token: number, step: { now: Instant; done?: boolean; failure?: string }): Promise<{ now: Instant; target?: Instant }>;
}

/** A text that is replaced in every value copied, e.g. the template's creation time by the new cluster's. */
export interface Replacement {
  from: string;
  to: string;
}

/** The store of all clusters: what the platform needs. */
export interface StorageAdmin {
  open(cluster: string): Storage;
  /** An empty cluster at revision 0. */
  create(cluster: string): Promise<void>;
  /** Copies what `from` holds at its current revision (or `at`) into the new cluster `to`, which starts compacted at that revision. */
  copy(from: string, to: string, options?: { at?: Revision; replace?: Replacement[] }): Promise<void>;
  /** Removes every row of the cluster. */
  destroy(cluster: string): Promise<void>;
  exists(cluster: string): Promise<boolean>;
  /**
   * Turns of these components whose cursor is behind their cluster's revision, whose nextAt has come (in real-clock clusters) or whose clock
   * is to be turned; none that are parked. Those asked for longest ago come first: a turn that nobody takes keeps no other waiting.
   */
  lagging(options: { now: Instant; components: readonly string[]; limit: number }): Promise<LaggingTurn[]>;
  /** The newest revisions of those clusters that exist. */
  revisions(clusters: readonly string[]): Promise<Map<string, Revision>>;
  /**
   * Notes where logs stand, and answers which may be compacted how far; the longest overdue first. `exceptions`: clusters for which
   * another retention holds.
   */
  compactable(options: CompactableOptions): Promise<Array<{ cluster: string; revision: Revision }>>;
  /** Notes that a cluster is one that others are copied from. */
  templateUsed(cluster: string, now: Instant): Promise<void>;
  /** Templates last used before `before`, and those before `recent` that are not among the `keep` used last. */
  unusedTemplates(options: { before: Instant; recent: Instant; keep: number }): Promise<string[]>;
}
