import { memoryBus } from '#cacher/bus';
import { memoryStorage, UnknownCluster } from '#storage';
import type { CacheSink } from './cacher.js';
import { clusterStores } from './cluster-stores.js';
import { DEFAULT_STORE_LIMITS } from './limits.js';

const cause = { requestId: 'r', user: 'u' };

async function setUp() {
  const admin = memoryStorage();
  let now = 0;
  const stores = clusterStores({
    admin,
    bus: memoryBus(),
    clock: { now: () => now },
    limits: { ...DEFAULT_STORE_LIMITS, idleTime: 100, totalBytes: 150, watchedBytes: 400, readsToLoad: 1 },
  });
  for (const cluster of ['a', 'b']) {
    await admin.create(cluster);
    await admin.open(cluster).write([{ type: 'create', key: '/r/x', value: 'v'.repeat(90), cause, at: 1 }]);
  }
  return { admin, stores, pass: (time: number) => (now += time) };
}

function sink(): CacheSink & { ended: Array<Error | undefined> } {
  const ended: Array<Error | undefined> = [];
  return { ended, event: () => undefined, end: (error) => ended.push(error) };
}

test('a cluster has one store as long as it is referenced, watched or was used recently', async () => {
  const { stores, pass } = await setUp();
  const first = stores.acquire('a');
  const second = stores.acquire('a');
  expect(second.store).toBe(first.store);
  first.release();
  first.release();
  pass(1_000);
  await stores.tick();
  expect(stores.acquire('a').store).toBe(first.store);
});

test('a store without references is closed after a while, unless it is watched', async () => {
  const { stores, pass } = await setUp();
  const held = stores.acquire('a');
  const stop = await held.store.watch('/r/', undefined, sink());
  held.release();
  pass(1_000);
  await stores.tick();
  expect(await held.store.revision()).toBe(1);
  stop();
  pass(99);
  await stores.tick();
  pass(1);
  await stores.tick();
  await expect(held.store.revision()).rejects.toThrow('was closed');
  expect(stores.acquire('a').store).not.toBe(held.store);
});

test('if caches exceed the limit, those idle longest are dropped; watched ones are kept', async () => {
  const { stores, pass } = await setUp();
  const [a, b] = ['a', 'b'].map((cluster) => stores.acquire(cluster).store);
  const watcher = sink();
  const loaded = async () => [a?.peek('/r/x') !== undefined, b?.peek('/r/x') !== undefined];
  await (await a?.watch('/r/', undefined, watcher))?.();
  pass(1);
  await b?.watch('/r/', undefined, watcher);
  expect(await loaded()).toEqual([true, true]);
  await stores.tick();
  expect([await loaded(), watcher.ended]).toEqual([[false, true], []]);
});

test('if watched caches exceed the limit, the largest are dropped and their watches end', async () => {
  const { admin, stores } = await setUp();
  await admin.open('b').write([{ type: 'create', key: '/r/y', value: 'v'.repeat(250), cause, at: 1 }]);
  const [a, b] = ['a', 'b'].map((cluster) => stores.acquire(cluster).store);
  const [small, large] = [sink(), sink()];
  await a?.watch('/r/', undefined, small);
  await b?.watch('/r/', undefined, large);
  await stores.tick();
  expect([small.ended, large.ended, stores.bytes('b')]).toEqual([[], [undefined], 0]);
  // It is reopened where it ended, without missing an event.
  await admin.open('b').write([{ type: 'create', key: '/r/z', value: 'v', cause, at: 1 }]);
  const seen: number[] = [];
  await b?.watch('/r/', 2, { event: ({ revision }) => seen.push(revision), end: () => undefined });
  expect(seen).toEqual([3]);
});

test('a deleted cluster’s watches end', async () => {
  const { admin, stores } = await setUp();
  const [told, found] = [sink(), sink()];
  await stores.acquire('a').store.watch('/r/', undefined, told);
  await stores.acquire('b').store.watch('/r/', undefined, found);
  stores.forget('a');
  await admin.destroy('b');
  await stores.tick();
  expect([told.ended, found.ended]).toEqual([[undefined], [new UnknownCluster('b')]]);
});
