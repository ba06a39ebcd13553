import type { Instant } from '#apimachinery';
import { type Cause, FutureRevision, type Replacement, type Revision, type Storage } from '#storage';
import { type ClockRequest, newClock, sameMode, timeOf } from './cluster-clock.js';
import { addCopy, type ClustersOptions } from './clusters.js';
import { randomId, snapshotStore } from './ids.js';
import type { Cluster, Snapshot } from './records.js';
import { startOf } from './templates.js';

/** A past state of a cluster: one of its snapshots, or a revision that its log still has. */
export type PastState = { snapshot: string } | { revision: Revision };

/** The cluster has no snapshot of that name. */
export class NoSnapshot extends Error {
  constructor(readonly snapshot: string) {
    super(`the cluster has no snapshot named ${snapshot}`);
  }
}

export interface ForkRequest {
  name: string;
  /** Default: the current state. */
  of?: PastState;
  /** Default: a clock like that of the source. Starts at the time of the copied state unless it says otherwise. */
  clock?: ClockRequest;
}

/** Who asked for a change of a whole cluster, for its log. */
export type Asker = Pick<Cause, 'requestId' | 'user'>;

/** Copies of whole clusters. Each method returns undefined if the cluster does not exist, and throws Compacted and FutureRevision. */
export interface Copies {
  /**
   * A new cluster of the same organization, which goes on from the state of this one: with the same seed, but an id, a token and keys of its
   * own, so that no credential of either is valid in the other. Throws NameTaken, TooManyClusters, NoSnapshot.
   */
  fork(id: string, request: ForkRequest): Promise<{ cluster: Cluster; token: string } | undefined>;
  /** Throws NameTaken, TooManySnapshots. */
  addSnapshot(id: string, request: { name: string; revision?: Revision }): Promise<Snapshot | undefined>;
  snapshots(id: string): Promise<Snapshot[] | undefined>;
  /** Whether it existed. */
  removeSnapshot(id: string, name: string): Promise<boolean>;
  /**
   * Gives the cluster the objects of a past state. Its id, keys, tokens and log stay, its revisions and its time go on, and its watches end
   * as expired. Throws NoSnapshot.
   */
  restore(id: string, to: PastState, asker: Asker): Promise<{ revision: Revision } | undefined>;
  /** The same with the objects that it started with, which are created now. */
  reset(id: string, asker: Asker): Promise<{ revision: Revision } | undefined>;
}

export interface CopiesOptions extends ClustersOptions {
  /** The components of a cluster: each has work to do in a copy. */
  components: readonly string[];
  /** Requests turns of all components. If the request is lost, the workers' sweep finds the work. */
  wake(cluster: string): void;
}

interface Source {
  /** The store's cluster with the objects. */
  from: string;
  at?: Revision;
  /** Cluster time of the state. */
  now: Instant;
  revision: Revision;
}

/** The cluster's time now. */
async function presentTime(storage: Storage, cluster: Cluster, machine: Instant): Promise<{ now: Instant; revision: Revision }> {
  const { now = 0, revision } = await storage.clock();
  const time = timeOf(cluster.clock, machine);
  return { now: cluster.clock.mode === 'stepped' ? Math.max(time, now) : time, revision };
}

/** The time of the write with this revision; that of the next one if it is the oldest that is kept. */
async function timeAt(storage: Storage, revision: Revision, present: { now: Instant; revision: Revision }): Promise<Instant> {
  if (revision > present.revision) throw new FutureRevision(revision, present.revision);
  if (revision === present.revision) return present.now;
  const compacted = await storage.compactRevision();
  const [entry] = await storage.log({ after: revision > compacted ? revision - 1 : revision, limit: 1 });
  return entry?.at ?? present.now;
}

async function sourceOf({ records, storage, now }: CopiesOptions, cluster: Cluster, of: PastState | undefined): Promise<Source> {
  const store = storage.open(cluster.id);
  if (of !== undefined && 'snapshot' in of) {
    const snapshot = await records.snapshot(cluster.id, of.snapshot);
    if (snapshot === undefined) throw new NoSnapshot(of.snapshot);
    return { from: snapshotStore(snapshot.id), now: snapshot.at, revision: snapshot.revision };
  }
  const present = await presentTime(store, cluster, now());
  if (of === undefined) return { from: cluster.id, ...present };
  return { from: cluster.id, at: of.revision, revision: of.revision, now: await timeAt(store, of.revision, present) };
}

async function fork(options: CopiesOptions, source: Cluster, { name, of, clock }: ForkRequest) {
  const { from, at, now } = await sourceOf(options, source, of);
  const machine = options.now();
  // A copy of a cluster with the machine's time has it too, whatever the time of the copied state.
  const wanted = clock ?? sameMode(source.clock);
  const start = wanted.mode === 'real' && source.clock.mode === 'real' ? machine : now;
  const { organizationId, nodes, profile, seed, templateId, features } = source;
  const cluster: Cluster = {
    id: randomId(),
    ...{ organizationId, name, nodes, profile, seed },
    ...(templateId !== undefined && { templateId }),
    ...(features && { features }),
    clock: newClock(wanted, start, machine),
    createdAt: new Date(machine),
  };
  // A copy of the present has the turns of its source: what is to be done and what has been done are the same.
  const past = of !== undefined;
  const token = await addCopy(options, cluster, { from, ...(at !== undefined && { at }), ...(past && { components: options.components }) });
  if (past) options.wake(cluster.id);
  return { cluster, token };
}

async function addSnapshot(options: CopiesOptions, cluster: Cluster, { name, revision: wanted }: { name: string; revision?: Revision }) {
  const { records, storage, quotas, now } = options;
  const { revision, now: at } = await sourceOf(options, cluster, wanted === undefined ? undefined : { revision: wanted });
  const snapshot: Snapshot = { id: randomId(), clusterId: cluster.id, name, revision, at, createdAt: new Date(now()) };
  await records.addSnapshot(snapshot, (await quotas.of(cluster.organizationId)).snapshots);
  const store = snapshotStore(snapshot.id);
  try {
    await storage.copy(cluster.id, store, { at: revision, components: [] });
    if (await records.snapshotReady(snapshot.id)) return snapshot;
  } catch (error) {
    await storage.destroy(store);
    await records.removeSnapshot(snapshot.id);
    throw error;
  }
  // The cluster was removed meanwhile.
  await storage.destroy(store);
  return undefined;
}

interface Restoration {
  from: string;
  at?: Revision;
  replace?: Replacement[];
  verb: string;
}

async function restore(options: CopiesOptions, cluster: Cluster, asker: Asker, { verb, ...source }: Restoration) {
  const { storage, notify, wake } = options;
  const { now } = await presentTime(storage.open(cluster.id), cluster, options.now());
  const revision = await storage.restore(cluster.id, { ...source, cause: { ...asker, verb }, now });
  notify({ type: 'cluster-changed', cluster: cluster.id, clock: cluster.clock, restored: true });
  wake(cluster.id);
  return { revision };
}

async function reset(options: CopiesOptions, cluster: Cluster, asker: Asker) {
  const { now } = await presentTime(options.storage.open(cluster.id), cluster, options.now());
  const template = await options.templates.of(await startOf(options.records, cluster));
  return restore(options, cluster, asker, { from: template.cluster, replace: template.replacements(now, cluster.seed), verb: 'reset' });
}

/** Forks, snapshots and restores clusters. */
export function createCopies(options: CopiesOptions): Copies {
  const { records, storage } = options;
  const existing = async <T>(id: string, work: (cluster: Cluster) => Promise<T>): Promise<T | undefined> => {
    const cluster = await records.cluster(id);
    return cluster && work(cluster);
  };
  return {
    fork: (id, request) => existing(id, (cluster) => fork(options, cluster, request)),
    addSnapshot: (id, request) => existing(id, (cluster) => addSnapshot(options, cluster, request)),
    snapshots: (id) => existing(id, () => records.snapshots(id)),
    async removeSnapshot(id, name) {
      const snapshot = await records.snapshot(id, name);
      if (snapshot === undefined) return false;
      await records.removeSnapshot(snapshot.id);
      await storage.destroy(snapshotStore(snapshot.id));
      return true;
    },
    restore: (id, to, asker) =>
      existing(id, async (cluster) => {
        const { from, at } = await sourceOf(options, cluster, to);
        return restore(options, cluster, asker, { from, ...(at !== undefined && { at }), verb: 'restore' });
      }),
    reset: (id, asker) => existing(id, (cluster) => reset(options, cluster, asker)),
  };
}
