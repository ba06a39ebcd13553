import type { Instant } from '#apimachinery';
import { checkOps, checkReadable, jsonEscaped } from './checks.js';
import { ClusterExists, UnknownCluster } from './errors.js';
import { MemoryCluster } from './memory-cluster.js';
import type { Revision } from './revision.js';
import type {
  ClockRequest,
  ClockState,
  ClockStep,
  ClockStepped,
  CompactableOptions,
  CopyOptions,
  ListOptions,
  ListResult,
  LogEntry,
  LogOptions,
  Replacement,
  RestoreOptions,
  Storage,
  StorageAdmin,
  StoredObject,
  TransactionOptions,
  WriteOp,
  WriteResult,
} from './storage.js';
import type { BeginOptions, BegunTurn, LaggingTurn, TurnState } from './turn-state.js';

/** One cluster's handle for the store in memory. */
class MemoryStorage implements Storage {
  readonly #clusters: ReadonlyMap<string, MemoryCluster>;

  constructor(
    clusters: ReadonlyMap<string, MemoryCluster>,
    readonly cluster: string,
  ) {
    this.#clusters = clusters;
  }

  get #state(): MemoryCluster {
    const state = this.#clusters.get(this.cluster);
    if (state === undefined) throw new UnknownCluster(this.cluster);
    return state;
  }

  async write(ops: readonly WriteOp[], { fence, fences = [], atomic = false }: TransactionOptions = {}): Promise<WriteResult[]> {
    checkOps(ops);
    const state = this.#state;
    if (fence !== undefined) state.turns.check(fence);
    for (const each of fences) state.turns.check(each);
    return state.write(ops, atomic);
  }

  async get(keys: readonly string[], at?: Revision): Promise<Array<StoredObject | undefined>> {
    const state = this.#state;
    if (at !== undefined) checkReadable(at, state);
    return keys.map((key) => state.get(key, at));
  }

  async list(options: ListOptions): Promise<ListResult> {
    return this.#state.list(options);
  }

  async log(options: LogOptions): Promise<LogEntry[]> {
    return this.#state.log(options);
  }

  async history(key: string): Promise<LogEntry[]> {
    return this.#state.history(key);
  }

  async revision(): Promise<Revision> {
    return this.#state.revision;
  }

  async compactRevision(): Promise<Revision> {
    return this.#state.compactRevision;
  }

  async compact(revision: Revision): Promise<void> {
    this.#state.compact(revision);
  }

  async expired(now: Instant, limit: number): Promise<StoredObject[]> {
    return this.#state.expired(now, limit);
  }

  async nextExpiry(): Promise<Instant | undefined> {
    return this.#state.nextExpiry();
  }

  async beginTurn(component: string, options: BeginOptions = {}): Promise<BegunTurn> {
    const { turns, revision } = this.#state;
    return { ...turns.begin(component, options), revision };
  }

  async endTurn(component: string, state: TurnState): Promise<void> {
    this.#state.turns.end(component, state);
  }

  async skipTurns(turns: ReadonlyArray<{ component: string; cursor: Revision }>, to: Revision): Promise<void> {
    for (const { component, cursor } of turns) this.#state.turns.skip(component, cursor, to);
  }

  async clock(): Promise<ClockState> {
    const { revision, turns } = this.#state;
    return { revision, ...turns.clock };
  }

  async askClock(request: ClockRequest): Promise<Instant> {
    const { turns, revision } = this.#state;
    return turns.askClock(request, revision);
  }

  async stepClock(token: number, step: ClockStep): Promise<ClockStepped> {
    return this.#state.turns.stepClock(token, step);
  }

  async cancelClock(failure: string): Promise<boolean> {
    return this.#state.turns.cancelClock(failure);
  }

  async setClock(now: Instant): Promise<Instant | undefined> {
    return this.#state.turns.setClock(now);
  }
}

/** Makes the replacements in a serialized value. */
function replacing(replace: readonly Replacement[]): (value: string) => string {
  const escaped = replace.map((text) => ({ from: jsonEscaped(text.from), to: jsonEscaped(text.to) }));
  return (value) => escaped.reduce((text, replacement) => text.replaceAll(replacement.from, () => replacement.to), value);
}

/** The store of all clusters in memory. */
class MemoryStorageAdmin implements StorageAdmin {
  readonly #clusters = new Map<string, MemoryCluster>();
  /** When each template was last used. */
  readonly #templates = new Map<string, Instant>();

  open(cluster: string): Storage {
    return new MemoryStorage(this.#clusters, cluster);
  }

  async create(cluster: string): Promise<void> {
    this.#add(cluster, new MemoryCluster());
  }

  async copy(from: string, to: string, { at, replace = [], components }: CopyOptions = {}): Promise<void> {
    const source = this.#existing(from);
    const copy = source.copyAt(at ?? source.revision, replacing(replace));
    this.#add(to, copy);
    if (components !== undefined) copy.turns.startAnew(components);
  }

  async restore(cluster: string, { from, at, replace = [], cause, now }: RestoreOptions): Promise<Revision> {
    const state = this.#existing(cluster);
    const source = this.#existing(from);
    state.restore(source.copyAt(at ?? source.revision, replacing(replace)), { cause, at: now });
    state.turns.interrupt('the cluster was restored');
    return state.revision;
  }

  #existing(cluster: string): MemoryCluster {
    const state = this.#clusters.get(cluster);
    if (state === undefined) throw new UnknownCluster(cluster);
    return state;
  }

  #add(cluster: string, state: MemoryCluster): void {
    if (this.#clusters.has(cluster)) throw new ClusterExists(cluster);
    this.#clusters.set(cluster, state);
  }

  async destroy(cluster: string): Promise<void> {
    this.#clusters.delete(cluster);
    this.#templates.delete(cluster);
  }

  async exists(cluster: string): Promise<boolean> {
    return this.#clusters.has(cluster);
  }

  async lagging({ now, components, limit }: { now: Instant; components: readonly string[]; limit: number }): Promise<LaggingTurn[]> {
    const found = [...this.#clusters].flatMap(([cluster, { turns, revision }]) =>
      turns.lagging(now, revision, components).map((turn) => ({ ...turn, cluster })),
    );
    const first = found.sort((a, b) => a.turn.askedAt - b.turn.askedAt || (a.cluster < b.cluster ? -1 : 1)).slice(0, limit);
    return first.map(({ cluster, component, turn, due }) => {
      turn.askedAt = now;
      return { cluster, component, cursor: turn.cursor, due };
    });
  }

  async revisions(clusters: readonly string[]): Promise<Map<string, Revision>> {
    const known = clusters.flatMap((cluster): Array<[string, Revision]> => {
      const state = this.#clusters.get(cluster);
      return state === undefined ? [] : [[cluster, state.revision]];
    });
    return new Map(known);
  }

  async compactable({ now, limit, exceptions, ...usual }: CompactableOptions) {
    const found: Array<{ cluster: string; revision: Revision; at: Instant }> = [];
    for (const [cluster, state] of this.#clusters) {
      const { every, age, revisions } = exceptions?.get(cluster) ?? usual;
      const last = state.marks.at(-1);
      if (state.revision > Math.max(state.compactRevision, last?.revision ?? 0) && (last === undefined || last.at <= now - every)) {
        state.marks.push({ revision: state.revision, at: now });
      }
      const old = state.marks.findLastIndex(({ at }) => at <= now - age);
      state.marks = state.marks.slice(Math.max(0, old));
      const [mark] = state.marks;
      if (old < 0 || mark === undefined) continue;
      const revision = Math.min(mark.revision, state.revision - revisions);
      if (revision > state.compactRevision) found.push({ cluster, revision, at: mark.at });
    }
    const first = found.sort((a, b) => a.at - b.at || (a.cluster < b.cluster ? -1 : 1)).slice(0, limit);
    return first.map(({ cluster, revision }) => ({ cluster, revision }));
  }

  async templateUsed(cluster: string, now: Instant): Promise<void> {
    this.#templates.set(cluster, Math.max(now, this.#templates.get(cluster) ?? 0));
  }

  async unusedTemplates({ before, recent, keep }: { before: Instant; recent: Instant; keep: number }): Promise<string[]> {
    const lastFirst = [...this.#templates].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    const unused = lastFirst.filter(([, usedAt], place) => usedAt < before || (usedAt < recent && place >= keep));
    return unused.map(([cluster]) => cluster).reverse();
  }
}

/**
 * A store of all clusters in this process's memory, for tests, the one-process cluster and the grader. It satisfies the same contract as
 * the one in PostgreSQL.
 */
export function memoryStorage(): StorageAdmin {
  return new MemoryStorageAdmin();
}
