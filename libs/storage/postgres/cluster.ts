import type { Instant } from '#apimachinery';
import { checkOps, checkPrefix, checkReadable } from '../checks.js';
import { FencedError, FutureRevision, UnknownCluster } from '../errors.js';
import type { Revision } from '../revision.js';
import { prefixEnd } from '../sorted-keys.js';
import {
  CLOCK,
  type ClockRequest,
  type ClockState,
  type ClockStep,
  type ClockStepped,
  type ListOptions,
  type ListResult,
  type LogEntry,
  type LogOptions,
  type Storage,
  type StoredObject,
  type TransactionOptions,
  type WriteOp,
  type WriteResult,
} from '../storage.js';
import type { BeginOptions, BegunTurn, TurnState } from '../turn-state.js';
import { bigintArray, textArray } from './binary-array.js';
import { toStorageError } from './failures.js';
import type { Lane } from './lane.js';
import { begunTurn, clockState, clockStepped, listedObject, logEntry } from './rows.js';
import type { Row, Session } from './session.js';
import type { StatementName } from './statements.js';
import { write } from './write.js';

/** PostgreSQL's text cannot contain U+0000, so a key with that character does not exist; neither does the empty key. */
const heldKey = (key: string): string => (key.includes('\0') ? '' : key);
/** A text that sorts like one with U+0000, among keys without that character. */
const beforeNul = (text: string): string => text.split('\0', 1)[0] ?? '';
/** A range without keys. */
const NOTHING = ['\u0001', '\u0001'];
/** A revision beyond the possible ones: as unreachable as any future revision, and within bigint. */
const heldRevision = (at: Revision | undefined): Revision | null => (at === undefined ? null : Math.min(at, Number.MAX_SAFE_INTEGER));

/** One cluster's handle for the store in PostgreSQL. */
export class PostgresStorage implements Storage {
  readonly #session: Session;
  readonly #lane: Lane | undefined;
  /** A revision known to be committed: the search for the entries of a lost write starts here. */
  #known: Revision = 0;

  constructor(
    session: Session,
    readonly cluster: string,
  ) {
    this.#session = session;
    this.#lane = session.lane();
  }

  get pipelined(): boolean {
    return this.#lane !== undefined;
  }

  async write(ops: readonly WriteOp[], options: TransactionOptions = {}): Promise<WriteResult[]> {
    checkOps(ops);
    try {
      const results = await write(this.#session, this.cluster, { ops, options, known: this.#known, lane: this.#lane });
      for (const result of results) if (result.ok) this.#saw(result.entry.revision);
      return results;
    } catch (error) {
      throw toStorageError(error, { cluster: this.cluster, component: options.fence?.component });
    }
  }

  #saw(revision: Revision): void {
    if (revision > this.#known) this.#known = revision;
  }

  /** The rows of a read; the first row, which says that the cluster exists, is removed. */
  async #read(name: StatementName, values: readonly unknown[], under?: { component: string }): Promise<{ head: Row; rows: Row[] }> {
    const [head, ...rows] = await this.#repeat(name, values, under);
    if (head === undefined) throw new UnknownCluster(this.cluster);
    return { head, rows };
  }

  async #repeat(name: StatementName, values: readonly unknown[], under?: { component: string }): Promise<Row[]> {
    try {
      return await this.#session.repeat(name, [this.cluster, ...values]);
    } catch (error) {
      throw toStorageError(error, { cluster: this.cluster, component: under?.component });
    }
  }

  #bounds(revision: unknown, compactRevision: unknown): { revision: Revision; compactRevision: Revision } {
    this.#saw(revision as Revision);
    return { revision: revision as Revision, compactRevision: compactRevision as Revision };
  }

  async get(keys: readonly string[], at?: Revision): Promise<Array<StoredObject | undefined>> {
    const { head, rows } = await this.#read('get', [textArray(keys.map(heldKey)), heldRevision(at)]);
    const bounds = this.#bounds(head[1], head[2]);
    if (at !== undefined) checkReadable(at, bounds);
    const found = new Array<StoredObject | undefined>(keys.length).fill(undefined);
    for (const [ord, ...columns] of rows) {
      const index = (ord as number) - 1;
      found[index] = listedObject([keys[index], ...columns]);
    }
    return found;
  }

  async list({ prefix, after, limit, at }: ListOptions): Promise<ListResult> {
    checkPrefix(prefix);
    // The smallest key after `after` is `after` followed by the smallest character that PostgreSQL can store.
    const from = after !== undefined && after >= prefix ? `${beforeNul(after)}\u0001` : prefix;
    const range = prefix.includes('\0') ? NOTHING : [from, prefixEnd(prefix)];
    const { head, rows } = await this.#read('list', [...range, limit ?? null, heldRevision(at)]);
    const bounds = this.#bounds(head[1], head[2]);
    if (at !== undefined) checkReadable(at, bounds);
    const remaining = limit === undefined ? 0 : (head[3] as number) - rows.length;
    return { items: rows.map(listedObject), revision: at ?? bounds.revision, remaining };
  }

  async log({ after, limit, bytes, prefix, previous = false }: LogOptions): Promise<LogEntry[]> {
    const range = prefix === undefined ? [null, null] : prefix.includes('\0') ? NOTHING : [prefix, prefixEnd(prefix)];
    const { head, rows } = await this.#read('log', [heldRevision(after), limit ?? null, bytes ?? null, ...range, previous]);
    checkReadable(after, this.#bounds(head[0], head[1]));
    return rows.map(logEntry);
  }

  async history(key: string): Promise<LogEntry[]> {
    const { rows } = await this.#read('history', [heldKey(key)]);
    return rows.map(logEntry);
  }

  async revision(): Promise<Revision> {
    const { head } = await this.#read('revision', []);
    return this.#bounds(head[0], head[1]).revision;
  }

  async compactRevision(): Promise<Revision> {
    const { head } = await this.#read('revision', []);
    return head[1] as Revision;
  }

  async compact(revision: Revision): Promise<void> {
    const { head } = await this.#read('compact', [revision]);
    const newest = head[0] as Revision;
    if (revision > newest) throw new FutureRevision(revision, newest);
  }

  async expired(now: Instant, limit: number): Promise<StoredObject[]> {
    const { rows } = await this.#read('expired', [now, limit]);
    return rows.map(listedObject);
  }

  async nextExpiry(): Promise<Instant | undefined> {
    const { head } = await this.#read('nextExpiry', []);
    return (head[0] as Instant | null) ?? undefined;
  }

  async beginTurn(component: string, { now, under }: BeginOptions = {}): Promise<BegunTurn> {
    // Beginning a turn twice, after a lost connection, has the same effect as once: only the last token counts.
    const { head } = await this.#read('beginTurn', [component, now ?? null, under?.component ?? null, under?.token ?? null], under);
    const begun = begunTurn(head);
    this.#saw(begun.revision);
    return begun;
  }

  async endTurn(component: string, { token, cursor, nextAt, lost, parkedUntil }: TurnState): Promise<void> {
    const { head } = await this.#read('endTurn', [component, token, cursor, nextAt ?? null, lost ?? 0, parkedUntil ?? null]);
    if (head[0] !== true) throw new FencedError(component);
  }

  async skipTurns(turns: ReadonlyArray<{ component: string; cursor: Revision }>, to: Revision): Promise<void> {
    const components = textArray(turns.map(({ component }) => component));
    await this.#read('skipTurns', [components, bigintArray(turns.map(({ cursor }) => cursor)), to]);
  }

  async clock(): Promise<ClockState> {
    const { head } = await this.#read('clock', []);
    const state = clockState(head);
    this.#saw(state.revision);
    return state;
  }

  async askClock({ id, from, by, until }: ClockRequest): Promise<Instant> {
    const { head } = await this.#read('askClock', [id, from, by, until ?? null]);
    return head[0] as Instant;
  }

  async stepClock(token: number, { now, done, failure, stop = false }: ClockStep): Promise<ClockStepped> {
    const { head } = await this.#read('stepClock', [token, now, done ?? null, failure ?? null, stop], { component: CLOCK });
    return clockStepped(head);
  }

  async cancelClock(failure: string): Promise<boolean> {
    const { head } = await this.#read('cancelClock', [failure]);
    return head[0] as boolean;
  }

  async setClock(now: Instant): Promise<Instant | undefined> {
    const [row] = await this.#repeat('setClock', [now]);
    if (row !== undefined) return row[0] as Instant;
    await this.revision();
    return undefined;
  }
}
