import type { KubeObject } from '#apimachinery';
import type { CachedObject, CachingWriteOp, ClusterStore } from '#cacher';
import type { Revision, TransactionOptions, WriteResult } from '#storage';

/** Above all revisions of a store: what is staged has revisions of its own until it is committed. */
const PROVISIONAL = 2 ** 50;

/** What is to become of one key. */
interface Staged {
  op: CachingWriteOp;
  /** The object as it would be; unset if it would be gone. */
  current?: CachedObject;
  /** The revisions that it had while it was staged. */
  provisional: Revision[];
}

type List = Parameters<ClusterStore['list']>[0];

/** Why an operation cannot be. */
type Refusal = Extract<WriteResult, { ok: false }>['reason'];

/**
 * A cluster's store as one transaction sees it: what it writes is kept here, and is there for its own reads alone, until all of it is
 * committed in one atomic write. A key that was deleted in it cannot be created again.
 */
export class StagedStore implements ClusterStore {
  private readonly staged = new Map<string, Staged>();
  /** The same by each of the prefixes that lead to their keys. */
  private readonly under = new Map<string, Map<string, Staged>>();
  private count = 0;
  readonly cluster: string;

  constructor(private readonly base: ClusterStore) {
    this.cluster = base.cluster;
  }

  get known(): Revision {
    return this.base.known;
  }

  heard(revision: Revision): void {
    this.base.heard(revision);
  }

  async write(ops: readonly CachingWriteOp[], { atomic = false }: TransactionOptions = {}): Promise<WriteResult[]> {
    const refusals: Array<Refusal | undefined> = [];
    for (const op of ops) refusals.push(refusalOf(op, await this.get(op.key), this.staged.get(op.key)?.op));
    const aborted = atomic && refusals.some((reason) => reason !== undefined);
    return ops.map((op, index) => {
      const reason = refusals[index] ?? (aborted ? 'aborted' : undefined);
      return reason === undefined ? this.stage(op) : { ok: false, reason };
    });
  }

  private stage(op: CachingWriteOp): WriteResult {
    const { key, cause, at } = op;
    this.count += 1;
    const revision = PROVISIONAL + this.count;
    const before = this.staged.get(key);
    const value = op.type === 'delete' ? (before?.current?.value ?? '') : op.value;
    const merged = before ? combined(before.op, op) : op;
    if (merged === undefined) this.forget(key);
    else {
      const current = op.type === 'delete' ? {} : { current: cached(op, revision) };
      this.keep(key, { op: merged, ...current, provisional: [...(before?.provisional ?? []), revision] });
    }
    const type = op.type === 'delete' ? 'delete' : 'put';
    return { ok: true, entry: { revision, type, key, value, createRevision: revision, version: 1, cause, at } };
  }

  private keep(key: string, staged: Staged): void {
    this.staged.set(key, staged);
    for (const prefix of prefixesOf(key)) {
      const keys = this.under.get(prefix) ?? new Map<string, Staged>();
      this.under.set(prefix, keys.set(key, staged));
    }
  }

  private forget(key: string): void {
    this.staged.delete(key);
    for (const prefix of prefixesOf(key)) this.under.get(prefix)?.delete(key);
  }

  /**
   * Writes everything, in the order in which it was staged first. Answers with the revisions that came of the provisional ones; undefined:
   * nothing was written, because another write came before.
   */
  async commit(): Promise<ReadonlyMap<Revision, Revision> | undefined> {
    const all = [...this.staged.values()];
    const results =
      all.length === 0
        ? []
        : await this.base.write(
            all.map(({ op }) => op),
            { atomic: true },
          );
    const revisions = new Map<Revision, Revision>();
    for (const [index, result] of results.entries()) {
      if (!result.ok) return undefined;
      for (const provisional of all[index]?.provisional ?? []) revisions.set(provisional, result.entry.revision);
    }
    return revisions;
  }

  /** The revisions of what the store has instead of what is staged, by the provisional ones; undefined: nothing. */
  standing(): ReadonlyMap<Revision, Revision | undefined> {
    return new Map(
      [...this.staged.values()].flatMap(({ op, provisional }) =>
        provisional.map((revision) => [revision, op.type === 'create' ? undefined : op.expected] as const),
      ),
    );
  }

  async get(key: string): Promise<CachedObject | undefined> {
    const staged = this.staged.get(key);
    return staged ? staged.current : this.base.get(key);
  }

  past(key: string, at: Revision): Promise<CachedObject | undefined> {
    return this.base.past(key, at);
  }

  peek(key: string): CachedObject | undefined {
    const staged = this.staged.get(key);
    return staged ? staged.current : this.base.peek(key);
  }

  /** Unknown for what is staged, so that nothing that is derived of it is kept. */
  changeOf(prefix: string): number | undefined {
    return this.stagedUnder(prefix).length > 0 ? undefined : this.base.changeOf(prefix);
  }

  countOf(prefix: string): number | undefined {
    const count = this.base.countOf(prefix);
    const created = this.stagedUnder(prefix).filter(({ op }) => op.type === 'create');
    return count === undefined ? undefined : count + created.length;
  }

  size(): { objects: number; bytes: number } | undefined {
    return this.base.size();
  }

  cached(prefix: string): readonly CachedObject[] {
    return this.merged(prefix, this.base.cached(prefix));
  }

  async list(options: List): ReturnType<ClusterStore['list']> {
    const { prefix, after = '', limit = Number.POSITIVE_INFINITY, at, filter, ...others } = options;
    if (at !== undefined || this.stagedUnder(prefix).length === 0) return this.base.list(options);
    const { items, revision } = await this.base.list({ ...others, prefix });
    const found = this.merged(prefix, items).filter((item) => item.key > after && (filter?.(item) ?? true));
    return { items: found.slice(0, limit), revision, more: found.length > limit };
  }

  revision(): Promise<Revision> {
    return this.base.revision();
  }

  watch(...args: Parameters<ClusterStore['watch']>): ReturnType<ClusterStore['watch']> {
    return this.base.watch(...args);
  }

  /** The store that it lies over is others'. */
  close(): void {
    this.staged.clear();
    this.under.clear();
  }

  private stagedUnder(prefix: string): Staged[] {
    return [...(this.under.get(prefix)?.values() ?? [])];
  }

  private merged(prefix: string, items: readonly CachedObject[]): CachedObject[] {
    const under = this.stagedUnder(prefix);
    if (under.length === 0) return [...items];
    const there = under.flatMap(({ current }) => current ?? []);
    return [...items.filter(({ key }) => !this.staged.has(key)), ...there].sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

/** `/registry/pods/default/a`: `/`, `/registry/`, `/registry/pods/` … */
function prefixesOf(key: string): string[] {
  const prefixes: string[] = [];
  for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) prefixes.push(key.slice(0, at + 1));
  return prefixes;
}

function refusalOf(op: CachingWriteOp, current: CachedObject | undefined, before: CachingWriteOp | undefined): Refusal | undefined {
  if (op.type === 'create') return current || before?.type === 'delete' ? 'exists' : undefined;
  if (current === undefined) return 'missing';
  return op.expected !== undefined && op.expected !== current.revision ? 'conflict' : undefined;
}

/** Two operations on a key as one; undefined: together they do nothing. */
function combined(first: CachingWriteOp, then: CachingWriteOp): CachingWriteOp | undefined {
  if (first.type !== 'create') return first.expected === undefined ? then : ({ ...then, expected: first.expected } as CachingWriteOp);
  if (then.type === 'delete') return undefined;
  const { expected: _, ...rest } = then as CachingWriteOp & { type: 'update' };
  return { ...rest, type: 'create', ...(first.since !== undefined && { since: first.since }) };
}

function cached({ key, value, object: given }: CachingWriteOp & { value: string }, revision: Revision): CachedObject {
  const object = given ?? (JSON.parse(value) as KubeObject);
  object.metadata.resourceVersion = String(revision);
  return { key, value, revision, createRevision: revision, object, bytes: value.length, held: value.length };
}
