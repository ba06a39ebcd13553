import type { Instant } from '#apimachinery';
import { checkOps, checkReadable, jsonEscaped } from './checks.js';
import { ClusterExists, FencedError, UnknownCluster } from './errors.js';
import { MemoryCluster } from './memory-cluster.js';
import type {
  ListOptions,
  ListResult,
  LogEntry,
  LogOptions,
  Replacement,
  Revision,
  Storage,
  StorageAdmin,
  StoredObject,
  TurnState,
  WriteOp,
  WriteOptions,
  WriteResult,
} from './storage.js';

/** One cluster's handle on the store in memory. */
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

  async write(ops: readonly WriteOp[], { fence, atomic = false }: WriteOptions = {}): Promise<WriteResult[]> {
    checkOps(ops);
    const state = this.#state;
    if (fence !== undefined) checkToken(state, fence.component, fence.token);
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
    const due = this.#state.leased().filter(({ expiresAt }) => expiresAt <= now);
    return due.slice(0, limit).map(({ object }) => object);
  }

  async nextExpiry(): Promise<Instant | undefined> {
    return this.#state.leased()[0]?.expiresAt;
  }

  async beginTurn(component: string): Promise<TurnState> {
    const { turns } = this.#state;
    const last = turns.get(component) ?? { token: 0, cursor: 0 };
    const turn = { ...last, token: last.token + 1 };
    turns.set(component, turn);
    return { ...turn };
  }

  async endTurn(component: string, { token, cursor, nextAt }: TurnState): Promise<void> {
    const state = this.#state;
    checkToken(state, component, token);
    state.turns.set(component, { token, cursor, ...(nextAt !== undefined && { nextAt }) });
  }
}

function checkToken(state: MemoryCluster, component: string, token: number): void {
  if (state.turns.get(component)?.token !== token) throw new FencedError(component);
}

/** The store of all clusters in memory. */
class MemoryStorageAdmin implements StorageAdmin {
  readonly #clusters = new Map<string, MemoryCluster>();

  open(cluster: string): Storage {
    return new MemoryStorage(this.#clusters, cluster);
  }

  async create(cluster: string): Promise<void> {
    this.#add(cluster, new MemoryCluster());
  }

  async copy(from: string, to: string, { at, replace = [] }: { at?: Revision; replace?: Replacement[] } = {}): Promise<void> {
    const source = this.#clusters.get(from);
    if (source === undefined) throw new UnknownCluster(from);
    const escaped = replace.map((text) => ({ from: jsonEscaped(text.from), to: jsonEscaped(text.to) }));
    const change = (value: string) => escaped.reduce((text, replacement) => text.replaceAll(replacement.from, () => replacement.to), value);
    this.#add(to, source.copyAt(at ?? source.revision, change));
  }

  #add(cluster: string, state: MemoryCluster): void {
    if (this.#clusters.has(cluster)) throw new ClusterExists(cluster);
    this.#clusters.set(cluster, state);
  }

  async destroy(cluster: string): Promise<void> {
    this.#clusters.delete(cluster);
  }

  async exists(cluster: string): Promise<boolean> {
    return this.#clusters.has(cluster);
  }

  async lagging(now: Instant, limit: number): Promise<Array<{ cluster: string; component: string }>> {
    const behind: Array<{ cluster: string; component: string }> = [];
    for (const [cluster, state] of this.#clusters) {
      for (const [component, turn] of state.turns) {
        const due = turn.nextAt !== undefined && turn.nextAt <= now;
        if (due || turn.cursor < state.revision) behind.push({ cluster, component });
        if (behind.length === limit) return behind;
      }
    }
    return behind;
  }

  async uncompacted(limit: number): Promise<Array<{ cluster: string; revision: Revision }>> {
    const open = [...this.#clusters].filter(([, state]) => state.revision > state.compactRevision);
    return open.slice(0, limit).map(([cluster, { revision }]) => ({ cluster, revision }));
  }
}

/** A store of all clusters that lives in this process' memory: for tests, the one-process cluster and the grader. Held to the same contract as Postgres'. */
export function memoryStorage(): StorageAdmin {
  return new MemoryStorageAdmin();
}
