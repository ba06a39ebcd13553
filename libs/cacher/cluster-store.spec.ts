import type { KubeObject } from '#apimachinery';
import { memoryBus } from '#cacher/bus';
import { Compacted, FutureRevision, memoryStorage, type Storage, type WriteOp } from '#storage';
import type { CacheEvent, CacheSink } from './cacher.js';
import { clusterStore, type HostedClusterStore } from './cluster-store.js';
import { DEFAULT_STORE_LIMITS, type StoreLimits } from './limits.js';

const cause = { requestId: 'r', user: 'u' };
const text = (n: number) => `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"n":${n}}`;
const create = (key: string, n = 0): WriteOp => ({ type: 'create', key, value: text(n), cause, at: 1 });
const update = (key: string, expected: number, n: number): WriteOp => ({ type: 'update', key, expected, value: text(n), cause, at: 1 });
const remove = (key: string): WriteOp => ({ type: 'delete', key, cause, at: 1 });

interface Seen extends CacheSink {
  lines: string[];
  ended: Array<Error | undefined>;
  reached: number;
}

function recorder(): Seen {
  const lines: string[] = [];
  const ended: Array<Error | undefined> = [];
  return {
    lines,
    ended,
    reached: 0,
    event({ type, revision, current, previous }: CacheEvent) {
      lines.push(`${revision} ${type} ${current.key}${previous ? ` was ${previous.revision}` : ''}`);
    },
    progress(revision) {
      this.reached = revision;
    },
    end(error) {
      ended.push(error);
    },
  };
}

async function setUp(
  limits: Partial<StoreLimits> = {},
): Promise<{ one: HostedClusterStore; two: HostedClusterStore; commits: string[]; compact(revision: number): Promise<void> }> {
  const admin = memoryStorage();
  await admin.create('c');
  const bus = memoryBus();
  const commits: string[] = [];
  const options = { storage: admin.open('c'), bus, limits: { ...DEFAULT_STORE_LIMITS, ...limits } };
  return {
    one: clusterStore({
      ...options,
      onCommit: (cluster, events) => commits.push(`${cluster} ${events.map((event) => event.revision).join(' ')}`),
    }),
    two: clusterStore(options),
    commits,
    compact: (revision) => admin.open('c').compact(revision),
  };
}

/** A storage with another implementation of log(). */
const withLog = (storage: Storage, log: Storage['log']): Storage =>
  new Proxy(storage, {
    get: (target, name) => {
      const value: unknown = name === 'log' ? log : Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('concurrent writes are combined in the order of their calls, and each gets its own results', async () => {
  const { one, commits } = await setUp();
  const results = await Promise.all([
    one.write([create('/r/p/a')]),
    one.write([create('/r/p/b'), create('/r/p/c')]),
    one.write([create('/r/p/a')]),
  ]);
  expect(results.map((list) => list.map((result) => (result.ok ? result.entry.revision : result.reason)))).toEqual([
    [1],
    [2, 3],
    ['exists'],
  ]);
  expect(commits).toEqual(['c 1 2 3']);
});

test('an object is parsed once and has its resourceVersion', async () => {
  const { one } = await setUp();
  await one.write([create('/r/p/a', 7)]);
  const object = await one.get('/r/p/a');
  expect(object?.object).toEqual({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', resourceVersion: '1' }, n: 7 });
  expect(object?.object).toBe(object?.object);
});

test('what a writer gives as parsed is kept for those who read it, gets its revision, and is used for the deletion', async () => {
  const { one, two } = await setUp();
  const objects: unknown[] = [];
  const sink = { ...recorder(), event: ({ current }: CacheEvent) => objects.push(current.object) };
  await one.watch('/read/', 0, sink);
  const given = (n: number) => ({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, n }) as KubeObject & { n: number };
  const [read, unread] = [given(1), given(2)];
  await one.write([
    { ...create('/read/a', 1), object: read },
    { ...create('/unread/a', 2), object: unread },
  ]);
  await one.write([remove('/read/a')]);
  expect(objects[0]).toBe(read);
  const metadata = (revision: number) => ({ name: 'a', resourceVersion: String(revision) });
  expect(objects).toEqual([
    { ...read, metadata: metadata(1) },
    { ...read, metadata: metadata(3) },
  ]);
  const kept = one.peek('/unread/a')?.object;
  expect([kept, kept === unread]).toEqual([{ ...unread, metadata: metadata(2) }, false]);
  expect((await two.get('/unread/a'))?.object).toEqual(kept);
});

test.each([false, true])(
  'the host is told of the objects that a writer gives as parsed, also of those beyond the window (watched: %s)',
  async (watched) => {
    const admin = memoryStorage();
    await admin.create('c');
    const told: KubeObject[] = [];
    const store = clusterStore({
      storage: admin.open('c'),
      limits: { ...DEFAULT_STORE_LIMITS, windowEvents: 1 },
      onCommit: (_, events) => told.push(...events.map(({ current }) => current.object)),
    });
    if (watched) await store.watch('/r/', 0, recorder());
    const given = [1, 2, 3].map((n) => ({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, n }) as KubeObject);
    await store.write(given.map((object, n) => ({ ...create(`/r/${n}`, n + 1), object })));
    expect(told.map((object, n) => object === given[n])).toEqual([true, true, true]);
  },
);

test('a commit that is announced while the log is being read is not missed', async () => {
  const admin = memoryStorage();
  await admin.create('c');
  const bus = memoryBus();
  // Only revisions are sent on the bus.
  const limits = { ...DEFAULT_STORE_LIMITS, busMessageBytes: 0 };
  const storage = admin.open('c');
  const held: Array<() => void> = [];
  const late = withLog(storage, async (query) => {
    const page = await storage.log(query);
    await new Promise<void>((resolve) => held.push(resolve));
    return page;
  });
  const one = clusterStore({ storage, bus, limits });
  const two = clusterStore({ storage: late, bus, limits });
  const far = recorder();
  await two.watch('/r/', undefined, far);
  await one.write([create('/r/p/a')]);
  await settle();
  // The page with the first write has been read but not yet returned when the second one is announced.
  await one.write([create('/r/p/b')]);
  await settle();
  for (let round = 0; round < 3; round++) {
    held.shift()?.();
    await settle();
  }
  expect(far.lines).toEqual(['1 put /r/p/a', '2 put /r/p/b']);
});

test('watchers of this process get events before the write resolves, those of another soon after', async () => {
  const { one, two } = await setUp();
  const near = recorder();
  const far = recorder();
  await one.watch('/r/p/', undefined, near);
  await two.watch('/r/', undefined, far);
  await one.write([create('/r/p/a'), create('/r/q/b')]);
  const lines = ['1 put /r/p/a'];
  expect(near).toMatchObject({ lines, reached: 2 });
  await settle();
  expect(far).toMatchObject({ lines: [...lines, '2 put /r/q/b'], reached: 2 });
  await two.write([update('/r/p/a', 1, 2)]);
  await one.write([remove('/r/p/a')]);
  await settle();
  expect(near).toMatchObject({ lines: [...lines, '3 put /r/p/a was 1', '4 delete /r/p/a was 3'], reached: 4 });
});

test('a watch from a recent revision is served from the window, an older one from the log, both with the previous objects', async () => {
  const { one } = await setUp({ windowEvents: 2, logPage: 2 });
  const opener = recorder();
  await one.watch('/r/p/', undefined, opener);
  await one.write([create('/r/p/a')]);
  for (let n = 1; n < 7; n++) await one.write([update('/r/p/a', n, n)]);
  const old = recorder();
  const recent = recorder();
  await one.watch('/r/p/', 1, old);
  await one.watch('/r/p/', 6, recent);
  await settle();
  await one.write([remove('/r/p/a')]);
  const all = ['1 put /r/p/a', ...[2, 3, 4, 5, 6, 7].map((n) => `${n} put /r/p/a was ${n - 1}`), '8 delete /r/p/a was 7'];
  expect([opener.lines, old.lines, recent.lines]).toEqual([all, all.slice(1), all.slice(6)]);
});

test('watches from compacted and future revisions are rejected', async () => {
  const { one, compact } = await setUp({ windowEvents: 1 });
  for (const key of ['/r/p/a', '/r/p/b', '/r/p/c']) await one.write([create(key)]);
  await compact(2);
  await expect(one.watch('/r/p/', 1, recorder())).rejects.toThrow(Compacted);
  await expect(one.watch('/r/p/', 4, recorder())).rejects.toThrow(FutureRevision);
});

test('get and list return what another process wrote, with and without the cache', async () => {
  const { one, two } = await setUp();
  await two.watch('/r/', undefined, recorder());
  await one.write(['a', 'b', 'c'].map((name) => create(`/r/p/${name}`)));
  for (const store of [one, two]) {
    expect((await store.get('/r/p/b'))?.revision).toBe(2);
    const keys = (list: Awaited<ReturnType<HostedClusterStore['list']>>) => ({ ...list, items: list.items.map((item) => item.key) });
    expect(keys(await store.list({ prefix: '/r/p/', limit: 2 }))).toEqual({
      items: ['/r/p/a', '/r/p/b'],
      revision: 3,
      more: true,
      remaining: 1,
    });
    expect(keys(await store.list({ prefix: '/r/', after: '/r/p/a', at: 2 }))).toEqual({
      items: ['/r/p/b'],
      revision: 2,
      more: false,
      remaining: 0,
    });
    const odd = (object: { revision: number }) => object.revision % 2 === 1;
    expect(keys(await store.list({ prefix: '/r/p/', filter: odd, limit: 1 }))).toEqual({ items: ['/r/p/a'], revision: 3, more: true });
    await expect(store.list({ prefix: '/r/p/', notOlderThan: 4 })).rejects.toThrow(FutureRevision);
  }
});

test('closing ends the watches', async () => {
  const { one } = await setUp();
  const sink = recorder();
  await one.watch('/r/p/', undefined, sink);
  one.close();
  expect(sink.ended).toEqual([undefined]);
  await expect(one.get('/r/p/a')).rejects.toThrow('the store of cluster c was closed');
});

test('a process whose position was compacted ends its watches and continues to read', async () => {
  const admin = memoryStorage();
  await admin.create('c');
  const deaf = { ...memoryBus(), publish: () => undefined, subscribe: async () => () => undefined };
  const [writer, behind] = [1, 2].map(() => clusterStore({ storage: admin.open('c'), bus: deaf })) as [
    HostedClusterStore,
    HostedClusterStore,
  ];
  const sink = recorder();
  await behind.watch('/r/', undefined, sink);
  await writer.write([create('/r/p/a')]);
  await writer.write([update('/r/p/a', 1, 2)]);
  await admin.open('c').compact(2);
  expect((await behind.get('/r/p/a'))?.revision).toBe(2);
  expect([sink.lines, sink.ended]).toEqual([[], [new Compacted(0, 2)]]);
});

test('reads of the past, however many, end no watch', async () => {
  const { one } = await setUp();
  await one.write([create('/r/p/a'), create('/r/p/b')]);
  const seen = recorder();
  const stop = await one.watch('/r/p/', undefined, seen);
  for (let read = 0; read <= DEFAULT_STORE_LIMITS.readsToLoad; read++) await one.list({ prefix: '/r/p/', at: 1 });
  await settle();
  await one.write([create('/r/p/c')]);
  expect([seen.ended, seen.lines]).toEqual([[], ['3 put /r/p/c']]);
  stop();
});
