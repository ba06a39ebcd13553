import type pg from 'pg';
import type { Instant } from '#apimachinery';
import { checkReadable, jsonEscaped } from '../checks.js';
import { ClusterExists, UnknownCluster } from '../errors.js';
import type { Revision } from '../revision.js';
import type { CompactableOptions, CopyOptions, Replacement, RestoreOptions, Storage, StorageAdmin } from '../storage.js';
import type { LaggingTurn } from '../turn-state.js';
import { bigintArray, textArray } from './binary-array.js';
import { PostgresStorage } from './cluster.js';
import { toCreationError } from './failures.js';
import { DEFAULT_PATIENCE, type Patience, type Row, Session } from './session.js';
import type { StatementName } from './statements.js';
import { newWriteId } from './write.js';

/** The arguments of a function that replaces texts in values. */
function replacements(replace: readonly Replacement[]): unknown[] {
  return [textArray(replace.map(({ from }) => jsonEscaped(from))), textArray(replace.map(({ to }) => jsonEscaped(to)))];
}

/** The store of all clusters in PostgreSQL. */
class PostgresStorageAdmin implements StorageAdmin {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  open(cluster: string): Storage {
    return new PostgresStorage(this.#session, cluster);
  }

  async #run(cluster: string, name: StatementName, values: unknown[], repeat = true): Promise<Row[]> {
    try {
      return await (repeat ? this.#session.repeat(name, values) : this.#session.run(name, values));
    } catch (error) {
      throw toCreationError(error, cluster);
    }
  }

  async create(cluster: string): Promise<void> {
    const [row] = await this.#run(cluster, 'create', [cluster], false);
    if (row?.[0] !== true) throw new ClusterExists(cluster);
  }

  async copy(from: string, to: string, { at, replace = [], components }: CopyOptions = {}): Promise<void> {
    const values = [from, to, at ?? null, ...replacements(replace)];
    const [row] = await (components === undefined
      ? this.#run(to, 'copy', values, false)
      : this.#run(to, 'copyAnew', [...values, textArray(components)], false));
    if (row === undefined) throw new UnknownCluster(from);
    const [revision, compactRevision] = row as readonly [Revision, Revision];
    if (at !== undefined) checkReadable(at, { revision, compactRevision });
  }

  async restore(cluster: string, { from, at, replace = [], cause, now }: RestoreOptions): Promise<Revision> {
    // If the answer is lost it is done again, and nothing differs then.
    const values = [cluster, from, at ?? null, ...replacements(replace), JSON.stringify(cause), now, newWriteId()];
    const [row] = await this.#run(cluster, 'restore', values);
    if (row === undefined) throw new UnknownCluster(from);
    const [restored, revision, compactRevision] = row as readonly [Revision, Revision, Revision];
    if (at !== undefined) checkReadable(at, { revision, compactRevision });
    return restored;
  }

  async destroy(cluster: string): Promise<void> {
    await this.#run(cluster, 'destroy', [cluster]);
  }

  async exists(cluster: string): Promise<boolean> {
    const rows = await this.#run(cluster, 'revision', [cluster]);
    return rows.length > 0;
  }

  async lagging({ now, components, limit }: { now: Instant; components: readonly string[]; limit: number }): Promise<LaggingTurn[]> {
    const rows = await this.#run('', 'lagging', [now, textArray(components), limit]);
    return rows.map((row) => {
      const [cluster, component, cursor, due] = row as readonly [string, string, Revision, boolean];
      return { cluster, component, cursor, due };
    });
  }

  async revisions(clusters: readonly string[]): Promise<Map<string, Revision>> {
    const rows = await this.#run('', 'revisions', [textArray(clusters)]);
    return new Map(rows as unknown as ReadonlyArray<readonly [string, Revision]>);
  }

  async compactable({ now, every, age, revisions, limit, exceptions = new Map() }: CompactableOptions) {
    const others = [...exceptions.values()];
    const rows = await this.#run('', 'compactable', [
      now,
      every,
      age,
      revisions,
      limit,
      textArray([...exceptions.keys()]),
      bigintArray(others.map((other) => other.every)),
      bigintArray(others.map((other) => other.age)),
      bigintArray(others.map((other) => other.revisions)),
    ]);
    return rows.map(([cluster, revision]) => ({ cluster: cluster as string, revision: revision as Revision }));
  }

  async templateUsed(cluster: string, now: Instant): Promise<void> {
    await this.#run(cluster, 'templateUsed', [cluster, now]);
  }

  async unusedTemplates({ before, recent, keep }: { before: Instant; recent: Instant; keep: number }): Promise<string[]> {
    const rows = await this.#run('', 'unusedTemplates', [before, recent, keep]);
    return rows.map(([cluster]) => cluster as string);
  }
}

/** The store of all clusters in a migrated PostgreSQL database. The caller closes the pool. */
export function postgresStorage(pool: pg.Pool, patience: Patience = DEFAULT_PATIENCE): StorageAdmin {
  return new PostgresStorageAdmin(new Session(pool, patience));
}
