import TinyQueue from 'tinyqueue';
import type { Instant } from '#apimachinery';
import { checkPrefix, checkReadable } from './checks.js';
import { FutureRevision } from './errors.js';
import { entriesUpTo } from './log-page.js';
import { Turns } from './memory-turns.js';
import type { Revision } from './revision.js';
import { prefixEnd, SortedKeys } from './sorted-keys.js';
import type { Cause, ListOptions, ListResult, LogEntry, LogOptions, StoredObject, WriteOp, WriteResult } from './storage.js';

/** The current value of a key, with its lease. */
interface Live extends StoredObject {
  expiresAt?: Instant;
}

/** When a version of a key expires. */
interface Lease {
  key: string;
  modRevision: Revision;
  expiresAt: Instant;
}

const soonest = (a: Lease, b: Lease): number => a.expiresAt - b.expiresAt || (a.key < b.key ? -1 : 1);

/** One cluster in memory. All methods are synchronous, so each is a transaction. */
export class MemoryCluster {
  revision: Revision = 0;
  compactRevision: Revision = 0;
  readonly turns = new Turns();
  /** The revision of the log at past times of the machine, oldest first. */
  marks: Array<{ revision: Revision; at: Instant }> = [];
  readonly #live = new Map<string, Live>();
  readonly #keys = new SortedKeys();
  /** Soonest expiry first; also of versions that are no longer live. */
  readonly #leases = new TinyQueue<Lease>([], soonest);
  /** All retained versions by key, oldest first. */
  readonly #versions = new Map<string, LogEntry[]>();
  /** The entries after compactRevision: the entry of revision r is at index r - compactRevision - 1. */
  #log: LogEntry[] = [];

  write(ops: readonly WriteOp[], atomic: boolean): WriteResult[] {
    const failures = ops.map((op) => this.#failure(op));
    if (atomic && failures.some((failure) => failure !== undefined)) {
      return failures.map((failure) => failure ?? { ok: false, reason: 'aborted' });
    }
    return ops.map((op, index) => failures[index] ?? { ok: true, entry: this.#apply(op) });
  }

  #failure(op: WriteOp): WriteResult | undefined {
    const live = this.#live.get(op.key);
    if (op.type === 'create') {
      if (live) return { ok: false, reason: 'exists', current: stored(live) };
      const last = this.#versions.get(op.key)?.at(-1)?.revision ?? 0;
      return last > (op.since ?? last) ? { ok: false, reason: 'conflict' } : undefined;
    }
    if (live === undefined) return { ok: false, reason: 'missing' };
    if (op.expected !== undefined && op.expected !== live.modRevision) return { ok: false, reason: 'conflict', current: stored(live) };
    return undefined;
  }

  #apply(op: WriteOp): LogEntry {
    const before = this.#live.get(op.key);
    const revision = ++this.revision;
    const entry: LogEntry = {
      revision,
      type: op.type === 'delete' ? 'delete' : 'put',
      key: op.key,
      value: op.type === 'delete' ? (before?.value ?? '') : op.value,
      createRevision: before?.createRevision ?? revision,
      version: op.type === 'delete' ? (before?.version ?? 0) : (before?.version ?? 0) + 1,
      ...(before && { previousRevision: before.modRevision }),
      cause: op.cause,
      at: op.at,
    };
    this.#remember(entry, op.type === 'delete' ? undefined : op.expiresAt);
    this.#log.push(entry);
    return entry;
  }

  #remember(entry: LogEntry, expiresAt: Instant | undefined): void {
    const versions = this.#versions.get(entry.key);
    if (versions === undefined) this.#versions.set(entry.key, [entry]);
    else versions.push(entry);
    if (entry.type === 'delete') {
      this.#live.delete(entry.key);
      this.#keys.delete(entry.key);
    } else {
      if (!this.#live.has(entry.key)) this.#keys.add(entry.key);
      this.#live.set(entry.key, { ...objectOf(entry), ...(expiresAt !== undefined && { expiresAt }) });
      if (expiresAt !== undefined) this.#leases.push({ key: entry.key, modRevision: entry.revision, expiresAt });
    }
  }

  get(key: string, at: Revision | undefined): StoredObject | undefined {
    if (at !== undefined && at !== this.revision) return this.#past(key, at);
    const live = this.#live.get(key);
    return live && stored(live);
  }

  #past(key: string, at: Revision): StoredObject | undefined {
    const entry = this.#versions.get(key)?.findLast((version) => version.revision <= at);
    return entry?.type === 'put' ? objectOf(entry) : undefined;
  }

  list({ prefix, after, limit, at }: ListOptions): ListResult {
    checkPrefix(prefix);
    const revision = at ?? this.revision;
    checkReadable(revision, this);
    const keys = revision === this.revision ? this.#liveKeys(prefix, after) : this.#pastKeys(prefix, after, revision);
    const wanted = limit === undefined ? keys : keys.slice(0, limit);
    const items = wanted.map((key) => this.get(key, revision)).filter((item) => item !== undefined);
    return { items, revision, remaining: keys.length - wanted.length };
  }

  #liveKeys(prefix: string, after: string | undefined): string[] {
    const { start, end } = this.#keys.range(prefix, after);
    const keys: string[] = [];
    for (let index = start; index < end; index++) keys.push(this.#keys.at(index) as string);
    return keys;
  }

  #pastKeys(prefix: string, after: string | undefined, at: Revision): string[] {
    const end = prefixEnd(prefix);
    const keys = [...this.#versions.keys()].filter((key) => key >= prefix && key < end && (after === undefined || key > after));
    return keys.filter((key) => this.#past(key, at) !== undefined).sort();
  }

  log({ after, limit, bytes = Number.POSITIVE_INFINITY, prefix, previous }: LogOptions): LogEntry[] {
    checkReadable(after, this);
    const entries = this.#log.slice(after - this.compactRevision);
    const wanted = prefix === undefined ? entries : entries.filter((entry) => entry.key.startsWith(prefix));
    const most = limit === undefined ? wanted : wanted.slice(0, limit);
    return entriesUpTo(bytes, previous ? most.map((entry) => this.#withPrevious(entry)) : most);
  }

  #withPrevious(entry: LogEntry): LogEntry {
    if (entry.previousRevision === undefined) return entry;
    const before = this.#versions.get(entry.key)?.find((version) => version.revision === entry.previousRevision);
    return before ? { ...entry, previousValue: before.value } : entry;
  }

  history(key: string): LogEntry[] {
    return [...(this.#versions.get(key) ?? [])];
  }

  compact(revision: Revision): void {
    if (revision > this.revision) throw new FutureRevision(revision, this.revision);
    if (revision <= this.compactRevision) return;
    this.#log = this.#log.slice(revision - this.compactRevision);
    this.compactRevision = revision;
    for (const [key, versions] of this.#versions) {
      const newest = versions.findLastIndex((version) => version.revision <= revision);
      const kept = versions.slice(versions[newest]?.type === 'delete' ? newest + 1 : Math.max(newest, 0));
      if (kept.length === 0) this.#versions.delete(key);
      else this.#versions.set(key, kept);
    }
  }

  /** The soonest lease of a live object. */
  #nextLease(): Lease | undefined {
    for (let lease = this.#leases.peek(); lease; lease = this.#leases.peek()) {
      if (this.#live.get(lease.key)?.modRevision === lease.modRevision) return lease;
      this.#leases.pop();
    }
    return undefined;
  }

  nextExpiry(): Instant | undefined {
    return this.#nextLease()?.expiresAt;
  }

  /** Live objects whose leases end no later than `now`, soonest expiry first. */
  expired(now: Instant, limit: number): StoredObject[] {
    const due: Lease[] = [];
    for (let lease = this.#nextLease(); lease && lease.expiresAt <= now && due.length < limit; lease = this.#nextLease()) {
      due.push(lease);
      this.#leases.pop();
    }
    for (const lease of due) this.#leases.push(lease);
    return due.map(({ key }) => stored(this.#live.get(key) as Live));
  }

  /** A new cluster with the objects that this one had at a revision; its log starts there. */
  copyAt(at: Revision, change: (value: string) => string): MemoryCluster {
    checkReadable(at, this);
    const copy = new MemoryCluster();
    copy.revision = at;
    copy.compactRevision = at;
    for (const [key, versions] of this.#versions) {
      const entry = versions.findLast((version) => version.revision <= at);
      if (entry?.type !== 'put') continue;
      const live = this.#live.get(key);
      const lease = live?.modRevision === entry.revision ? live.expiresAt : undefined;
      copy.#remember({ ...entry, value: change(entry.value) }, lease);
    }
    if (at === this.revision) copy.turns.copyFrom(this.turns);
    return copy;
  }

  /** Gives this cluster the objects of another one: writes what differs, then deletes what the other does not have. */
  restore(wanted: MemoryCluster, write: { cause: Cause; at: Instant }): void {
    const puts: WriteOp[] = [];
    for (const { key, value, expiresAt } of wanted.#live.values()) {
      const live = this.#live.get(key);
      if (live === undefined) puts.push({ ...write, type: 'create', key, value, expiresAt });
      else if (live.value !== value) puts.push({ ...write, type: 'update', key, value, expiresAt, expected: live.modRevision });
    }
    const gone = [...this.#live.keys()].filter((key) => !wanted.#live.has(key));
    const deletions = gone.map((key): WriteOp => ({ ...write, type: 'delete', key }));
    this.write([...puts.sort(byKey), ...deletions.sort(byKey)], true);
  }
}

function byKey(a: WriteOp, b: WriteOp): number {
  return a.key < b.key ? -1 : 1;
}

function stored({ key, value, createRevision, modRevision, version }: Live): StoredObject {
  return { key, value, createRevision, modRevision, version };
}

function objectOf({ key, value, createRevision, revision, version }: LogEntry): StoredObject {
  return { key, value, createRevision, modRevision: revision, version };
}
