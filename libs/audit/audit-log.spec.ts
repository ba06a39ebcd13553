import { setImmediate as giveWay } from 'node:timers/promises';
import { type AuditLog, createAuditLog } from './audit-log.js';
import type { AuditFilter, AuditRecord } from './audit-record.js';
import type { AuditStore } from './audit-store.js';
import { LOG_LIMITS } from './limits.js';
import { memoryAuditStore } from './memory-audit-store.js';
import { testEvent } from './test-events.js';

/** Timers that a spec fires itself. */
class Timers {
  private readonly pending = new Set<() => void>();

  readonly after = (_wait: number, callback: () => void): (() => void) => {
    this.pending.add(callback);
    return () => this.pending.delete(callback);
  };

  fire(): void {
    const due = [...this.pending];
    this.pending.clear();
    for (const callback of due) callback();
  }
}

const BYTES = 1024 * 1024;

/** Logs of several processes over one store. */
function processes(count: number, store: AuditStore = memoryAuditStore({ bytes: BYTES, age: 1000 })) {
  const timers = new Timers();
  const errors: unknown[] = [];
  let now = 0;
  const logs = Array.from({ length: count }, () =>
    createAuditLog({ store, now: () => now, after: timers.after, giveWay, bytes: BYTES, failed: (error) => void errors.push(error) }),
  );
  const [log] = logs as [AuditLog];
  return {
    log,
    logs,
    store,
    timers,
    errors,
    record(by: AuditLog | undefined, given: Parameters<typeof testEvent>[0], cluster = 'c') {
      const { event, at } = testEvent(given);
      now = at + event.total;
      by?.sinkOf(cluster).record(event);
    },
  };
}

const ids = (records: readonly AuditRecord[]) => records.map(({ auditID }) => auditID);

test('pages over all processes are complete, without doubles, newest first', async () => {
  const { log, logs, record } = processes(3);
  const expected: string[] = [];
  for (let i = 0; i < 3000; i++) {
    // Several events at the same time, in all processes.
    record(logs[i % 3], { at: 1000 + Math.floor(i / 7), id: `id-${i}` });
    expected.push(`id-${i}`);
    if (i % 500 === 499) for (const each of logs) await each.page('c', {}, { limit: 1 });
  }
  for (const each of logs) await each.page('c', {}, { limit: 1 });
  const seen: AuditRecord[] = [];
  let next: string | undefined;
  do {
    const page = await log.page('c', {}, { limit: 170, ...(next === undefined ? {} : { continue: next }) });
    seen.push(...page.items);
    next = page.continue;
  } while (next !== undefined);
  expect(ids(seen).sort()).toEqual(expected.sort());
  const times = seen.map(({ requestReceivedTimestamp }) => requestReceivedTimestamp);
  expect(times).toEqual(times.toSorted().toReversed());
});

const filters: ReadonlyArray<[AuditFilter, string[]]> = [
  [{}, ['5', '4', '3', '2', '1']],
  [{ user: 'bob "b"' }, ['2']],
  [{ verb: 'list' }, ['3']],
  [{ resource: 'pods' }, ['4']],
  [{ resource: 'pods/exec' }, []],
  [{ namespace: 'kube-system' }, ['5']],
  [{ name: 'web' }, ['4']],
  [{ code: '404' }, ['1']],
  [{ code: '4xx' }, ['2', '1']],
  [{ since: 2000, until: 4000 }, ['3', '2']],
  [{ id: '3' }, ['3']],
  [{ id: '3', verb: 'get' }, []],
];

test.each(filters)('filter %j', async (filter, expected) => {
  const { log, record } = processes(1);
  record(log, { at: 1000, id: '1', code: 404 });
  record(log, { at: 2000, id: '2', code: 403, user: { name: 'bob "b"', groups: [] } });
  record(log, { at: 3000, id: '3', verb: 'list' });
  record(log, { at: 4000, id: '4', resource: 'pods', name: 'web' });
  record(log, { at: 5000, id: '5', namespace: 'kube-system' });
  expect(ids((await log.page('c', filter, { limit: 10 })).items)).toEqual(expected);
});

test('a cluster sees only its own events', async () => {
  const { log, record } = processes(1);
  record(log, { at: 1, id: 'mine' }, 'c');
  record(log, { at: 1, id: 'theirs' }, 'd');
  expect([ids((await log.page('c', {}, { limit: 9 })).items), ids((await log.page('d', {}, { limit: 9 })).items)]).toEqual([
    ['mine'],
    ['theirs'],
  ]);
  expect(ids((await log.page('c', { id: 'theirs' }, { limit: 9 })).items)).toEqual([]);
});

test('a page of something else is refused', async () => {
  const { log } = processes(1);
  await expect(log.page('c', {}, { limit: 1, continue: "1' OR 1" })).rejects.toThrow('continue: is not the continue of a page');
});

test('followers get the events of all processes, once each, that match', async () => {
  const { log, logs, record, timers } = processes(2);
  record(log, { at: 1, id: 'before' });
  await log.page('c', {}, { limit: 1 });
  const seen: string[] = [];
  const stop = await log.follow(
    'c',
    { verb: 'get' },
    { record: ({ auditID }) => void seen.push(auditID), error: (error) => expect(error).toBeUndefined() },
  );
  for (let i = 0; i < 50; i++) {
    record(logs[i % 2], { at: 2 + i, id: `id-${i}` });
    record(log, { at: 2 + i, id: `list-${i}`, verb: 'list' });
    timers.fire();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (let i = 0; i < 100 && seen.length < 50; i++) {
    timers.fire();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // Those of one process are in their order; which of two processes stores first is open.
  const expected = Array.from({ length: 50 }, (_, i) => `id-${i}`);
  const of = (process: number) => (id: string) => Number(id.slice(3)) % 2 === process;
  expect(seen).toHaveLength(50);
  for (const process of [0, 1]) expect(seen.filter(of(process))).toEqual(expected.filter(of(process)));
  stop();
});

test('followers of a cluster share its looks at the store, and are limited in number', async () => {
  const store = memoryAuditStore({ bytes: BYTES, age: 1000 });
  let looks = 0;
  const { newer } = store;
  store.newer = (...asked) => {
    looks += 1;
    return newer(...asked);
  };
  const { log, record, timers } = processes(1, store);
  const seen: string[] = [];
  const on = { record: ({ auditID }: AuditRecord) => void seen.push(auditID), error: (error: unknown) => expect(error).toBeUndefined() };
  const stops = await Promise.all(Array.from({ length: LOG_LIMITS.followers }, () => log.follow('c', {}, on)));
  await expect(log.follow('c', {}, on)).rejects.toThrow('too many subscriptions follow the audit log of the cluster');
  const other = await log.follow('d', {}, on);
  record(log, { at: 1, id: 'a' });
  await log.page('c', {}, { limit: 1 });
  timers.fire();
  while (seen.length < LOG_LIMITS.followers) await new Promise((resolve) => setTimeout(resolve, 5));
  expect([seen.length, looks]).toEqual([LOG_LIMITS.followers, 2]);
  for (const stop of [...stops, other]) stop();
  for (let i = 0; i < 5; i++) {
    timers.fire();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(looks).toBe(2);
  (await log.follow('c', {}, on))();
});

test('a store that fails ends those who follow', async () => {
  const store = memoryAuditStore({ bytes: BYTES, age: 1000 });
  const { log, timers } = processes(1, store);
  const errors: unknown[] = [];
  await log.follow('c', {}, { record: () => undefined, error: (error) => void errors.push(error) });
  store.newer = () => Promise.reject(new Error('away'));
  timers.fire();
  while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(errors).toEqual([new Error('away')]);
});

test('a flood drops the oldest events of its own cluster only', async () => {
  const { log, record } = processes(1);
  record(log, { at: 1, id: 'quiet' }, 'quiet');
  const agent = 'x'.repeat(1_000);
  const huge = 'x'.repeat(3_000_000);
  for (let i = 0; i < 10_000; i++)
    record(log, { at: 2 + i, id: `flood-${i}`, userAgent: i % 1000 === 999 ? huge : `${i} ${agent}` }, 'flood');
  const kept = (await log.page('flood', {}, { limit: 10_000 })).items;
  expect(kept.length * 1024).toBeLessThan(LOG_LIMITS.waitingPerCluster);
  expect([kept[0]?.auditID, kept[0]?.userAgent.length, kept.length + log.dropped]).toEqual([
    'flood-9999',
    1024 + '...TRUNCATED'.length,
    10_000,
  ]);
  expect(ids((await log.page('quiet', {}, { limit: 9 })).items)).toEqual(['quiet']);
});

test('what is stored of a cluster stays within its bytes under a flood', async () => {
  const { log, record, store } = processes(1);
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 1000; i++) record(log, { at: round * 1000 + i, id: crypto.randomUUID(), name: crypto.randomUUID() });
    await log.page('c', {}, { limit: 1 });
  }
  const chunks = await store.latest('c', undefined, 10_000);
  const bytes = chunks.reduce((sum, { body }) => sum + body.length + LOG_LIMITS.chunkOverhead, 0);
  expect(bytes).toBeLessThan(BYTES * (1 + 2 * LOG_LIMITS.trimEvery));
  expect(bytes).toBeGreaterThan(BYTES / 2);
});

test('strangers do not push out what users did', async () => {
  const { log, record } = processes(1);
  record(log, { at: 1, id: 'alice' });
  for (let i = 0; i < 20_000; i++)
    record(log, { at: 2 + i, user: { name: 'system:anonymous', groups: ['system:unauthenticated'] }, code: 403 });
  const { items } = await log.page('c', {}, { limit: 1000 });
  expect([items.length, items.at(-1)?.auditID]).toEqual([LOG_LIMITS.unauthenticatedPerFlush + 1, 'alice']);
});

test('events that could not be stored are stored later', async () => {
  const store = memoryAuditStore({ bytes: BYTES, age: 1000 });
  const { append } = store;
  store.append = async () => {
    throw new Error('the store is away');
  };
  const { log, record, timers, errors } = processes(1, store);
  record(log, { at: 1, id: 'a' });
  timers.fire();
  while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  record(log, { at: 2, id: 'b' });
  store.append = append;
  expect([ids((await log.page('c', {}, { limit: 9 })).items), errors]).toEqual([['b', 'a'], [new Error('the store is away')]]);
});
