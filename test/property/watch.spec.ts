import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { type CacheEvent, type ClusterStore, clusterStore, DEFAULT_STORE_LIMITS, type HostedClusterStore } from '#cacher';
import type { Bus } from '#cacher/bus';
import { redisBus } from '#cacher/redis-bus';
import { Compacted, type LogEntry, type StorageAdmin } from '#storage';
import { postgresStorage } from '#storage/postgres';
import { redisUrl, type TestDatabase, testDatabase } from '../servers.js';
import { cutConnections, lossyBus } from './chaos.js';

/** Limits so small that windows overflow, the log is read in pages, and many messages contain only ranges. */
const limits = { ...DEFAULT_STORE_LIMITS, windowEvents: 12, logPage: 7, readsToLoad: 3, busMessageBytes: 500 };

/** Numbers in [0, 1) from a seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A watch, its events, and its start. */
class Watch {
  readonly events: CacheEvent[] = [];
  /** How many events had been delivered when all up to a revision were reported as delivered. */
  readonly progress: Array<{ revision: number; events: number }> = [];
  ended: Error | undefined;
  stop: () => void = () => undefined;

  constructor(
    readonly prefix: string,
    public after: number,
  ) {}

  /** Starts, or resumes after an interruption; from now if `after` is negative. */
  async start(store: ClusterStore): Promise<void> {
    const from = this.events[this.events.length - 1]?.revision ?? (this.after < 0 ? undefined : this.after);
    if (from === undefined) this.after = await store.revision();
    this.stop = await store.watch(this.prefix, from ?? this.after, {
      event: (event) => this.events.push(event),
      progress: (revision) => this.progress.push({ revision, events: this.events.length }),
      end: (error) => {
        this.ended = error ?? new Error('closed');
      },
    });
  }

  get reached(): number {
    return this.progress[this.progress.length - 1]?.revision ?? -1;
  }
}

const told = ({ type, revision, current, previous, cause, at }: CacheEvent) => ({
  type,
  revision,
  key: current.key,
  value: current.value,
  createRevision: current.createRevision,
  previous: previous && { revision: previous.revision, value: previous.value },
  cause,
  at,
});
const logged = ({ type, revision, key, value, createRevision, previousRevision, previousValue, cause, at }: LogEntry) => ({
  type,
  revision,
  key,
  value,
  createRevision,
  previous: previousRevision === undefined ? undefined : { revision: previousRevision, value: previousValue },
  cause,
  at,
});

/** A writer: changes keys of its own through one process and reads them back through another. */
async function write(
  stores: readonly ClusterStore[],
  { name, steps, roll }: { name: string; steps: number; roll: () => number },
): Promise<void> {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(roll() * items.length)] as T;
  const mine = new Map<string, number>();
  for (let n = 0; n < steps; n++) {
    const keys = [...new Set([pick('abc'.split('')), pick('abc'.split(''))])].map((part) => `/${pick(['r', 's'])}/${name}/${part}`);
    const ops = [...new Set(keys)].map((key) => {
      const common = { key, cause: { requestId: `${name}-${n}`, user: 'u' }, at: n };
      const expected = mine.get(key);
      const value = JSON.stringify({ n, pad: 'x'.repeat(roll() * 300) });
      if (expected === undefined) return { ...common, type: 'create' as const, value };
      return roll() < 0.25 ? { ...common, type: 'delete' as const } : { ...common, type: 'update' as const, value, expected };
    });
    for (const result of await pick(stores).write(ops)) {
      if (!result.ok) throw new Error(`${name} ${n}: ${result.reason}`);
      if (result.entry.type === 'delete') mine.delete(result.entry.key);
      else mine.set(result.entry.key, result.entry.revision);
    }
    const [key] = keys as [string];
    expect((await pick(stores).get(key))?.revision).toBe(mine.get(key));
  }
}

let database: TestDatabase;
let admin: StorageAdmin;
let redis: string;
beforeAll(async () => {
  database = await testDatabase({ connections: 8 });
  admin = postgresStorage(database.pool);
  redis = await redisUrl();
});
afterAll(() => database.close());

/** Watchers are started and stopped on random processes and revisions until `done`. */
async function comeAndGo(
  stores: readonly HostedClusterStore[],
  watches: Watch[],
  { roll, done }: { roll: () => number; done: () => boolean },
): Promise<void> {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(roll() * items.length)] as T;
  while (!done()) {
    const store = pick(stores);
    const broken = watches.filter((watch) => watch.ended === undefined && roll() < 0.2);
    for (const watch of broken) watch.stop();
    const newest = await store.revision();
    const fresh =
      watches.length < 12 ? [new Watch(pick(['/', '/r/', '/s/', '/r/w1/']), pick([-1, 0, Math.floor(newest * roll()), newest]))] : [];
    watches.push(...fresh);
    for (const watch of [...broken, ...fresh]) {
      await watch.start(pick(stores)).catch((error) => {
        watch.ended = error;
      });
    }
    for (const each of stores) if (roll() < 0.3) await each.tick(await each.revision());
    await sleep(roll() * 15);
  }
}

async function round({ cluster, seed, loss, cut }: { cluster: string; seed: number; loss: number; cut: boolean }): Promise<void> {
  const roll = dice(seed);
  await admin.create(cluster);
  const storage = admin.open(cluster);
  const buses: Bus[] = [1, 2, 3].map(() => lossyBus(redisBus({ url: redis }), { loss, roll }));
  const stores = buses.map((bus) => clusterStore({ storage: admin.open(cluster), bus, limits }));
  const watches: Watch[] = [];
  const chaos = cut ? cutConnections(database, { every: 30 }) : undefined;
  const killer = new Redis(redis);
  let written = false;
  const visitors = comeAndGo(stores, watches, { roll, done: () => written });
  try {
    await Promise.all(['w0', 'w1', 'w2', 'w3'].map((name) => write(stores, { name, steps: 40, roll: dice(seed + name.charCodeAt(1)) })));
    if (cut) await killer.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await storage.compact(Math.floor((await storage.revision()) * 0.3 * roll()));
  } finally {
    written = true;
    await visitors;
    await chaos?.stop();
    killer.disconnect();
  }
  await Promise.all(stores.map(async (store) => store.tick(await store.revision())));
  const newest = await storage.revision();
  for (const limit = performance.now() + 60_000; performance.now() < limit; await sleep(2)) {
    if (watches.every((watch) => watch.ended !== undefined || watch.reached >= newest)) break;
  }
  expect(watches.filter((watch) => watch.ended === undefined).map((watch) => watch.reached)).toEqual(
    watches.filter((watch) => watch.ended === undefined).map(() => newest),
  );
  await check(cluster, watches);
  for (const store of stores) store.close();
  await Promise.all(buses.map((bus) => bus.close()));
  await admin.destroy(cluster);
}

/**
 * Ordered, unique, reliable, resumable, bookmarkable (etcd's watch guarantees): the events of a watch are the log, from its start to its
 * end.
 */
async function check(cluster: string, watches: readonly Watch[]): Promise<void> {
  const storage = admin.open(cluster);
  const compacted = await storage.compactRevision();
  const log = (await storage.log({ after: compacted, previous: true })).map(logged);
  expect(watches.length).toBeGreaterThan(2);
  for (const { prefix, after, events, progress, ended } of watches) {
    if (ended !== undefined) expect(ended).toBeInstanceOf(Compacted);
    const expected = log.filter((entry) => entry.key.startsWith(prefix) && entry.revision > after);
    const seen = events.map(told);
    // Of what has been compacted since, only the order can be checked.
    expect(seen.map((event) => event.revision)).toEqual([...new Set(seen.map((event) => event.revision))].sort((a, b) => a - b));
    const readable = seen.filter((event) => event.revision > compacted);
    if (ended === undefined) expect(readable).toEqual(expected);
    else expect(expected.slice(0, readable.length)).toEqual(readable);
    for (const mark of progress) {
      expect(seen.slice(0, mark.events).every((event) => event.revision <= mark.revision)).toBe(true);
      expect(seen.slice(mark.events).every((event) => event.revision > mark.revision)).toBe(true);
    }
  }
}

test('with any losses between three processes, every watch gets every event once, in order, and every read is up to date', async () => {
  let rounds = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.constantFrom(0, 0.2, 0.9), fc.boolean(), (seed, loss, cut) =>
      round({ cluster: `watch-${++rounds}`, seed, loss, cut }),
    ),
    { numRuns: 8, endOnFailure: true },
  );
});
