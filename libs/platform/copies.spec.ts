import { memoryStorage, type WriteOp } from '#storage';
import { createClockModes } from './clock-modes.js';
import { type ClusterClock, clockFrom, timeOf } from './cluster-clock.js';
import { createClusters, type PlatformEvent } from './clusters.js';
import { createCopies } from './copies.js';
import { memoryRecords } from './memory-records.js';
import { createOrganizations } from './organizations.js';
import { createQuotaCache } from './quotas.js';

const cause = { requestId: 'r', user: 'u' };
const asker = { requestId: 'request-1', user: 'ann' };
const nodes = { count: 3, cpu: '4', memory: '8Gi', pods: 110 };
const put = (key: string, value: string, at: number): WriteOp => ({ type: 'create', key, value, cause, at });

async function platform() {
  const records = memoryRecords();
  const storage = memoryStorage();
  await storage.create('template');
  await storage.open('template').write([put('/r/a', 'BORN', 0)]);
  await storage.open('template').compact(1);
  const machine = { now: 1_000_000 };
  const events: PlatformEvent[] = [];
  const woken: string[] = [];
  const now = () => machine.now;
  const quotas = createQuotaCache({ read: async (id) => (await records.organization(id))?.quotas, now });
  const options = {
    records,
    storage,
    templates: { of: async () => ({ cluster: 'template', replacements: (at: number) => [{ from: 'BORN', to: `born ${at}` }] }) },
    tokenKey: Buffer.from('key'),
    now,
    quotas,
    notify: (event: PlatformEvent) => void events.push(event),
    cleanUp: async () => undefined,
    components: ['kubelet'],
    wake: (cluster: string) => void woken.push(cluster),
  };
  const clusters = createClusters(options);
  const organizations = createOrganizations({ records, clusters, now, notify: options.notify });
  const { id: organizationId } = await organizations.create('acme');
  const request = {
    name: 'demo',
    organizationId,
    start: { nodes },
    profile: 'instant' as const,
    clock: { mode: 'stepped' as const, startAt: 5_000 },
  };
  const { cluster } = await clusters.create(request);
  const store = storage.open(cluster.id);
  await store.write([put('/r/b', 'one', 6_000)]);
  await store.write([{ type: 'update', key: '/r/b', value: 'two', expected: 2, cause, at: 7_000 }]);
  await store.askClock({ id: 'x', from: 5_000, by: 3_000 });
  const { token } = await store.beginTurn('clock');
  await store.stepClock(token, { now: 8_000, done: await store.revision() });
  await records.setClock(cluster.id, 8_000);
  const contents = async (id: string) => (await storage.open(id).list({ prefix: '/' })).items.map(({ key, value }) => `${key}=${value}`);
  const copies = createCopies(options);
  return { ...options, clusters, organizations, copies, clockModes: createClockModes(options), cluster, contents, events, woken, machine };
}

describe('forks', () => {
  test('go on from the present, or from a past revision at its time', async () => {
    const { copies, cluster, contents, storage, woken, clusters } = await platform();
    const now = await copies.fork(cluster.id, { name: 'now' });
    const then = await copies.fork(cluster.id, { name: 'then', of: { revision: 2 } });
    const real = await copies.fork(cluster.id, { name: 'real', of: { revision: 2 }, clock: { mode: 'real' } });
    const made = [now, then, real].flatMap((one) => one?.cluster ?? []);
    expect(made.map(({ seed, organizationId, clock }) => ({ seed, organizationId, clock }))).toEqual(
      [
        { mode: 'stepped', now: 8_000 },
        { mode: 'stepped', now: 6_000 },
        { mode: 'scaled', rate: 1, now: 6_000, since: 1_000_000 },
      ].map((clock) => ({ seed: cluster.seed, organizationId: cluster.organizationId, clock })),
    );
    expect(await Promise.all(made.map(({ id }) => contents(id)))).toEqual([
      ['/r/a=born 5000', '/r/b=two'],
      ['/r/a=born 5000', '/r/b=one'],
      ['/r/a=born 5000', '/r/b=one'],
    ]);
    expect(woken).toEqual(made.slice(1).map(({ id }) => id));
    const turns = made.map(({ id }) => storage.open(id).beginTurn('clock'));
    expect((await Promise.all(turns)).map(({ token }) => token)).toEqual([2, 1, 1]);
    expect(await storage.open(made[1]?.id ?? '').beginTurn('kubelet')).toEqual({ token: 1, cursor: 0, revision: 2 });
    expect(await clusters.token(made[0]?.id ?? '')).toBe(now?.token);
    expect(await copies.fork('nowhere', { name: 'x' })).toBeUndefined();
  });

  test('are refused for states that do not exist, names that are taken and quotas', async () => {
    const { copies, cluster, organizations } = await platform();
    const refusal = (request: Parameters<typeof copies.fork>[1]) => copies.fork(cluster.id, request).catch((error: Error) => error.message);
    const seen = [
      await refusal({ name: 'x', of: { revision: 9 } }),
      await refusal({ name: 'x', of: { snapshot: 'no' } }),
      await refusal({ name: 'demo' }),
    ];
    await organizations.change('acme', { quotas: { clusters: 1 } });
    const { records, ...limited } = await platform();
    await records.setQuotas(limited.cluster.organizationId, { clusters: 1 });
    limited.quotas.forget();
    seen.push(await limited.copies.fork(limited.cluster.id, { name: 'x' }).then(String, (error: Error) => error.message));
    expect(seen).toEqual([
      'revision 9 is in the future; the newest is 3',
      'the cluster has no snapshot named no',
      'demo',
      'the organization has 1 clusters, as many as its quota allows',
    ]);
  });
});

describe('snapshots', () => {
  test('are kept when the log is compacted, and restored as new revisions at the present time', async () => {
    const { copies, cluster, contents, storage, events, woken } = await platform();
    const start = await copies.addSnapshot(cluster.id, { name: 'start', revision: 2 });
    expect(start).toMatchObject({ name: 'start', revision: 2, at: 6_000 });
    const store = storage.open(cluster.id);
    await store.compact(3);
    expect(await copies.restore(cluster.id, { snapshot: 'start' }, asker)).toEqual({ revision: 4 });
    expect(await contents(cluster.id)).toEqual(['/r/a=born 5000', '/r/b=one']);
    expect((await store.log({ after: 3 })).map(({ key, at, cause: why }) => ({ key, at, why }))).toEqual([
      { key: '/r/b', at: 8_000, why: { ...asker, verb: 'restore' } },
    ]);
    expect(await copies.reset(cluster.id, asker)).toEqual({ revision: 6 });
    expect(await contents(cluster.id)).toEqual(['/r/a=born 8000']);
    expect(events.slice(-2)).toEqual(
      [1, 2].map(() => ({ type: 'cluster-changed', cluster: cluster.id, clock: { mode: 'stepped', now: 8_000 }, restored: true })),
    );
    expect(woken).toEqual([cluster.id, cluster.id]);
    const fork = await copies.fork(cluster.id, { name: 'again', of: { snapshot: 'start' } });
    expect(fork?.cluster.clock).toEqual({ mode: 'stepped', now: 6_000 });
    await expect(copies.restore(cluster.id, { revision: 2 }, asker)).rejects.toThrow('has been compacted');
    expect(await copies.restore('nowhere', { revision: 2 }, asker)).toBeUndefined();
  });

  test('are removed by name, with their cluster, and when they were not completed', async () => {
    const { copies, cluster, clusters, storage, records, machine } = await platform();
    const [a, b] = await Promise.all(['a', 'b'].map((name) => copies.addSnapshot(cluster.id, { name })));
    expect((await copies.snapshots(cluster.id))?.map(({ name }) => name)).toEqual(['a', 'b']);
    await expect(copies.addSnapshot(cluster.id, { name: 'a' })).rejects.toThrow('a');
    expect([await copies.removeSnapshot(cluster.id, 'a'), await copies.removeSnapshot(cluster.id, 'a')]).toEqual([true, false]);
    expect(await storage.exists(`snapshot-${a?.id}`)).toBe(false);
    const lost = { id: 'lost', clusterId: cluster.id, name: 'lost', revision: 1, at: 1, createdAt: new Date(machine.now) };
    await records.addSnapshot(lost, 9);
    await storage.copy(cluster.id, 'snapshot-lost', { components: [] });
    machine.now += 100;
    await clusters.sweep(50);
    expect([await storage.exists('snapshot-lost'), await records.snapshotIds(cluster.id)]).toEqual([false, [b?.id]]);
    await clusters.remove(cluster.id);
    expect([await storage.exists(`snapshot-${b?.id}`), await records.snapshotIds(cluster.id)]).toEqual([false, []]);
    expect(await copies.snapshots(cluster.id)).toBeUndefined();
  });

  test('are limited by a quota', async () => {
    const { copies, cluster, records, quotas } = await platform();
    await records.setQuotas(cluster.organizationId, { snapshots: 1 });
    quotas.forget();
    await copies.addSnapshot(cluster.id, { name: 'a' });
    await expect(copies.addSnapshot(cluster.id, { name: 'b' })).rejects.toThrow('the cluster has 1 snapshots');
  });
});

describe('clocks', () => {
  test.each<[ClusterClock, number]>([
    [{ mode: 'real' }, 2_000],
    [{ mode: 'scaled', rate: 60, now: 500, since: 1_900 }, 6_500],
    [{ mode: 'scaled', rate: 0.5, now: 500, since: 2_100 }, 500],
    [{ mode: 'frozen', now: 7 }, 7],
    [{ mode: 'stepped', now: 7 }, 7],
  ])('%j tells the time', (clock, now) => {
    expect(timeOf(clock, 2_000)).toBe(now);
  });

  test('go on from where they are when their mode is changed', async () => {
    const { clockModes, cluster, machine, events, records, storage } = await platform();
    const seen: unknown[] = [];
    for (const mode of ['scaled', 'frozen', 'real', 'stepped'] as const) {
      seen.push((await clockModes.change(cluster.id, { mode }))?.clock);
      machine.now += 100;
    }
    expect(seen).toEqual([
      { mode: 'scaled', rate: 60, now: 8_000, since: 1_000_000 },
      { mode: 'frozen', now: 14_000 },
      { mode: 'scaled', rate: 1, now: 14_000, since: 1_000_200 },
      { mode: 'stepped', now: 14_100 },
    ]);
    expect(events.map((event) => event.type === 'cluster-changed' && event.clock)).toEqual(seen);
    expect((await records.cluster(cluster.id))?.clock).toEqual({ mode: 'stepped', now: 14_100 });
    await storage.open(cluster.id).askClock({ id: 'y', from: 0, by: 10 });
    await expect(clockModes.change(cluster.id, { mode: 'real' })).rejects.toThrow('the clock is being advanced');
    expect(await clockModes.change('nowhere', { mode: 'real' })).toBeUndefined();
    expect(clockFrom({ mode: 'real' }, 5, 5)).toEqual({ mode: 'real' });
  });
});
