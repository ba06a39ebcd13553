import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type LogEntry, memoryStorage, type StorageAdmin } from '#storage';
import { redisUrl } from '../../../test/servers.js';
import type { ClusterContext, Component, ComponentChange, ComponentInstance, DrainResult } from '../component.js';
import type { HostedCluster } from '../turn.js';
import { openQueues, type TurnJob } from './turn-queue.js';
import { createWakeups, type Wakeups } from './wakeups.js';
import { createWorkerHost, type WorkerHost, type WorkerHostOptions } from './worker-host.js';

async function eventually(what: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error(`it never came about: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A component that records its drains and whose behaviour the test defines. */
function recording(name: string, drain: (call: number) => Promise<DrainResult> | DrainResult) {
  const drains: Array<{ from: number; to: number }> = [];
  let opened = 0;
  const instance: ComponentInstance = {
    async drain() {
      const entry = { from: Date.now(), to: Number.POSITIVE_INFINITY };
      drains.push(entry);
      const result = await drain(drains.length);
      entry.to = Date.now();
      return result;
    },
    close: () => undefined,
  };
  const component: Component = {
    name,
    interests: ({ resource }) => resource === name,
    open: () => {
      opened += 1;
      return Promise.resolve(instance);
    },
  };
  return { component, drains, opened: () => opened };
}

function hosted(admin: StorageAdmin, cluster: string): Promise<HostedCluster> {
  const turns = admin.open(cluster);
  return Promise.resolve({
    cluster,
    turns,
    contextFor: () => ({ context: { cluster } as ClusterContext, setFence: () => undefined }),
    catchUp: async () => undefined,
    delivered: () => 0,
    delayUntil: (at: number) => at - Date.now(),
    close: () => undefined,
  });
}

describe('the BullMQ host', () => {
  const closing: Array<() => Promise<void>> = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function start(component: Component, more: Partial<WorkerHostOptions> = {}) {
    const admin = memoryStorage();
    await admin.create('c1');
    const { hostname, port, password } = new URL(await redisUrl());
    const queue = { connection: { host: hostname, port: Number(port), password }, namespace: randomUUID() };
    const wakeups: Wakeups = createWakeups({ ...queue, components: [component] });
    closing.push(() => wakeups.close());
    const errors: unknown[] = [];
    const options = {
      ...queue,
      wakeups,
      admin,
      components: [component],
      now: () => Date.now(),
      changeOf: ({ key }: LogEntry) => ({ group: '', resource: key.split('/')[2] ?? '' }) as ComponentChange,
      onError: (error: unknown) => errors.push(error),
    };
    const open = (cluster: string): Promise<HostedCluster> => hosted(admin, cluster);
    const newHost = (): WorkerHost => {
      const host = createWorkerHost({ openCluster: open, sweepEvery: 1_000_000, quiet: 0, ...options, ...more });
      closing.push(() => host.close());
      return host;
    };
    return { admin, wakeups, errors, queue, host: newHost(), newHost };
  }

  it('takes one turn at a time, and one more if it was woken in the meantime, however often and by whichever process', async () => {
    const { component, drains } = recording('a', async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { more: false };
    });
    const { wakeups, host, newHost } = await start(component);
    newHost();
    wakeups.wake('c1', 'a');
    await eventually(() => drains.length === 1);
    for (let times = 0; times < 100; times += 1) wakeups.changed('c1', { group: '', resource: 'a' } as never);
    await eventually(() => drains.length === 2 && drains.every(({ to }) => to < Number.POSITIVE_INFINITY));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(drains.length).toBeLessThanOrEqual(3);
    expect(drains.every(({ from }, index) => index === 0 || from >= (drains[index - 1]?.to ?? 0))).toBe(true);
    expect(host.openClusters).toBeLessThanOrEqual(1);
  });

  it('takes another turn for remaining work, for short and long timers, and after a failure', async () => {
    const { component, drains } = recording('a', (call) => {
      if (call === 1) return { more: true };
      if (call === 2) return { more: false, nextAt: Date.now() + 60 };
      if (call === 3) return { more: false, nextAt: Date.now() + 1_200 };
      if (call === 4) throw new Error('the store is away');
      return { more: false };
    });
    const { wakeups, errors } = await start(component);
    wakeups.wake('c1', 'a');
    await eventually(() => drains.length === 5);
    const waits = drains.slice(1).map(({ from }, index) => from - (drains[index]?.from ?? 0));
    expect(waits[1]).toBeGreaterThanOrEqual(59);
    expect(waits[2]).toBeGreaterThanOrEqual(1_190);
    expect(waits[3]).toBeGreaterThanOrEqual(990);
    expect(errors).toEqual([new Error('the store is away')]);
  });

  it('ends a turn that was superseded, and reopens the cluster', async () => {
    let admin: StorageAdmin | undefined;
    const { component, drains, opened } = recording('a', async (call) => {
      // As if this process had been suspended until its lock expired, and another had begun the turn.
      if (call === 1) await admin?.open('c1').beginTurn('a');
      return { more: false };
    });
    const started = await start(component);
    admin = started.admin;
    started.wakeups.wake('c1', 'a');
    await eventually(() => drains.length === 2);
    expect([opened(), started.errors]).toEqual([2, []]);
  });

  it('finds lost wake-ups in a sweep, and closes clusters that no longer exist', async () => {
    const { component, drains } = recording('a', () => ({ more: false }));
    const { admin, host, wakeups, errors } = await start(component);
    wakeups.wake('c1', 'a');
    await eventually(() => drains.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const cause = { requestId: 'r', user: 'u' };
    await admin.open('c1').write([{ type: 'create', key: '/registry/a/x', value: '{}', cause, at: 0 }]);
    await host.sweep();
    await eventually(() => drains.length === 2);
    wakeups.wake('nowhere', 'a');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([errors, host.openClusters]).toEqual([[], 1]);
  });

  it('ignores malformed jobs: opens no cluster for them, does not retry them, and takes other turns', async () => {
    const { component, drains } = recording('a', () => ({ more: false }));
    const opened: string[] = [];
    const openCluster = (cluster: string) => {
      opened.push(cluster);
      return Promise.reject(new Error('the storage failed'));
    };
    const { wakeups, errors, queue } = await start(component, { openCluster });
    const [jobs] = openQueues(queue);
    const malformed = [
      null,
      5,
      'x',
      [],
      {},
      ...[5, {}, null, '', 'a\0b', '../c1', 'x'.repeat(1_000)].map((cluster) => ({ cluster, component: 'a' })),
    ];
    for (const data of malformed) {
      await jobs?.add('turn', data as unknown as TurnJob);
      await jobs?.add('timer', data as unknown as TurnJob);
    }
    await eventually(() => errors.length >= 2 * malformed.length);
    wakeups.wake('c1', 'a');
    await eventually(() => opened.length > 0);
    expect([new Set(opened), drains]).toEqual([new Set(['c1']), []]);
    await jobs?.close();
  });

  it('does not wake components for writes that do not concern them, and moves their cursors', async () => {
    const { component, drains } = recording('a', () => ({ more: false }));
    const { admin, host, wakeups } = await start(component);
    wakeups.wake('c1', 'a');
    await eventually(() => drains.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const cause = { requestId: 'r', user: 'u' };
    await admin.open('c1').write([{ type: 'create', key: '/registry/configmaps/x', value: '{}', cause, at: 0 }]);
    await host.sweep();
    const lagging = await admin.lagging({ now: Date.now(), components: ['a'], limit: 10 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([drains.length, lagging]).toEqual([1, []]);
  });

  it('parks a turn that two consecutive holders did not end, reports it, and takes other turns', async () => {
    const { component, drains } = recording('a', () => ({ more: false }));
    const parked: unknown[] = [];
    const { admin, wakeups } = await start(component, { onParked: ({ until: _, ...turn }) => parked.push(turn) });
    const store = admin.open('c1');
    for (let holder = 0; holder < 2; holder += 1) await store.beginTurn('a', { now: Date.now() });
    await admin.create('c2');
    wakeups.wake('c1', 'a');
    await eventually(() => parked.length === 1);
    wakeups.wake('c1', 'a');
    wakeups.wake('c2', 'a');
    await eventually(() => drains.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { lost, parkedUntil = 0 } = await store.beginTurn('a', { now: Date.now() });
    expect([drains.length, parked, lost, parkedUntil > Date.now()]).toEqual([1, [{ cluster: 'c1', component: 'a', lost: 2 }], 2, true]);
  });
});
