import type { Cause, LogEntry, Storage, StorageAdmin, StoredObject, WriteOp, WriteResult } from './storage.js';
import type { TurnState } from './turn-state.js';

const cause: Cause = { requestId: 'r1', user: 'ann', verb: 'create' };
const at = 1_700_000_000_000;

const create = (key: string, value = `{"of":"${key}"}`, expiresAt?: number, since?: number): WriteOp => ({
  type: 'create',
  key,
  value,
  cause,
  at,
  expiresAt,
  since,
});
const update = (key: string, expected: number, value: string): WriteOp => ({ type: 'update', key, expected, value, cause, at });
const remove = (key: string, expected?: number): WriteOp => ({
  type: 'delete',
  key,
  cause,
  at,
  ...(expected !== undefined && { expected }),
});

/** A result as a line: `3 put /a v1 (2)` is revision 3, version 1, previous revision 2. */
const brief = (result: WriteResult): string =>
  result.ok ? line(result.entry) : `${result.reason}${result.current ? ` ${result.current.modRevision} ${result.current.value}` : ''}`;
const line = (entry: LogEntry): string =>
  `${entry.revision} ${entry.type} ${entry.key}=${entry.value} v${entry.version} c${entry.createRevision}${entry.previousRevision ? ` (${entry.previousRevision})` : ''}${entry.previousValue === undefined ? '' : ` was ${entry.previousValue}`}`;
const standing = (object: StoredObject | undefined): string | undefined =>
  object && `${object.key}=${object.value} ${object.modRevision} c${object.createRevision} v${object.version}`;

/** The error message of each call. */
const refusals = async (calls: readonly Promise<unknown>[]): Promise<string[]> =>
  (await Promise.allSettled(calls)).map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as Error).message : 'not refused'));

/** Begins a turn; what it answers but for the revision. */
async function beginIn(store: Storage, ...given: Parameters<Storage['beginTurn']>): Promise<TurnState> {
  const { revision: _, ...state } = await store.beginTurn(...given);
  return state;
}

/** The contract of every store. `make` returns a store without clusters; every test uses new cluster names. */
export function storageContract(make: () => Promise<StorageAdmin>): void {
  let admin: StorageAdmin;
  let store: Storage;
  let cluster: string;
  let made = 0;

  beforeAll(async () => {
    admin = await make();
  });
  beforeEach(async () => {
    cluster = `contract-${++made}`;
    await admin.create(cluster);
    store = admin.open(cluster);
  });

  /** One change per revision: a=1 (1), b=1 (2), a=2 (3), b deleted (4), c=1 (5), b=2 (6). */
  const fill = async () => {
    await store.write([create('/r/a', '1'), create('/r/b', '1')]);
    await store.write([update('/r/a', 1, '2')]);
    await store.write([remove('/r/b', 2), create('/r/c', '1')]);
    await store.write([create('/r/b', '2')]);
  };

  describe('writing', () => {
    test('a creation is rejected if its key has changed since a revision', async () => {
      const since = (key: string, revision: number): WriteOp => ({ ...create(key, 's'), type: 'create', value: 's', since: revision });
      await store.write([create('/r/a'), create('/r/b')]);
      await store.write([remove('/r/a'), since('/r/c', 0)]);
      const tried = [since('/r/a', 1), since('/r/a', 2), since('/r/b', 1)];
      for (const op of tried)
        expect((await store.write([op])).map(brief)).toEqual([op === tried[2] ? 'exists 2 {"of":"/r/b"}' : 'conflict']);
      const together = await store.write([since('/r/d', 0), since('/r/a', 2)], { atomic: true });
      expect(together.map(brief)).toEqual(['aborted', 'conflict']);
      expect((await store.write([since('/r/a', 3), since('/r/d', 0)])).map(brief)).toEqual(['5 put /r/a=s v1 c5', '6 put /r/d=s v1 c6']);
    });

    test('every operation has its own revision, in order, and is independent', async () => {
      expect((await store.write([create('/r/a', '1'), create('/r/b', '1')])).map(brief)).toEqual([
        '1 put /r/a=1 v1 c1',
        '2 put /r/b=1 v1 c2',
      ]);
      const results = await store.write([
        create('/r/a', '9'),
        update('/r/b', 2, '2'),
        update('/r/x', 1, '9'),
        remove('/r/y'),
        create('/r/c', '1'),
      ]);
      expect(results.map(brief)).toEqual(['exists 1 1', '3 put /r/b=2 v2 c2 (2)', 'missing', 'missing', '4 put /r/c=1 v1 c4']);
      expect((await store.write([update('/r/a', 7, '9'), remove('/r/b', 2), remove('/r/c')])).map(brief)).toEqual([
        'conflict 1 1',
        'conflict 3 2',
        '5 delete /r/c=1 v1 c4 (4)',
      ]);
      expect(await store.revision()).toBe(5);
    });

    test('a complete entry and a complete failure', async () => {
      const [made] = await store.write([create('/r/a', '{"a":"\\u0000\\"ü😀"}')]);
      expect(made).toEqual({
        ok: true,
        entry: { revision: 1, type: 'put', key: '/r/a', value: '{"a":"\\u0000\\"ü😀"}', createRevision: 1, version: 1, cause, at },
      });
      const [failed] = await store.write([create('/r/a', '2')]);
      expect(failed).toEqual({
        ok: false,
        reason: 'exists',
        current: { key: '/r/a', value: '{"a":"\\u0000\\"ü😀"}', createRevision: 1, modRevision: 1, version: 1 },
      });
    });

    test('all or none, if requested', async () => {
      await store.write([create('/r/a', '1')]);
      const results = await store.write([create('/r/b', '1'), create('/r/a', '2'), remove('/r/x')], { atomic: true });
      expect(results.map(brief)).toEqual(['aborted', 'exists 1 1', 'missing']);
      expect(await store.revision()).toBe(1);
      expect((await store.write([update('/r/a', 1, '2'), create('/r/b', '1')], { atomic: true })).map(brief)).toEqual([
        '2 put /r/a=2 v2 c1 (1)',
        '3 put /r/b=1 v1 c3',
      ]);
    });

    test('a key that is deleted and created again starts anew', async () => {
      await fill();
      expect((await store.history('/r/b')).map(line)).toEqual(['2 put /r/b=1 v1 c2', '4 delete /r/b=1 v1 c2 (2)', '6 put /r/b=2 v1 c6']);
    });

    test('duplicate keys in one call are rejected', async () => {
      await expect(store.write([create('/r/a'), remove('/r/a')])).rejects.toThrow(TypeError);
      expect(await store.revision()).toBe(0);
    });

    test('concurrent writes leave no gap, and one of several succeeds', async () => {
      const writes = await Promise.all(
        Array.from({ length: 20 }, (_, n) => store.write([create('/r/one', `${n}`), create(`/r/n${n}`, '1')])),
      );
      const results = writes.flat();
      const revisions = results.flatMap((result) => (result.ok ? [result.entry.revision] : []));
      expect([...revisions].sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
      expect(results.filter((result) => !result.ok).every((result) => !result.ok && result.reason === 'exists')).toBe(true);
      expect((await store.log({ after: 0 })).map((entry) => entry.revision)).toEqual(Array.from({ length: 21 }, (_, n) => n + 1));
    });

    test('five hundred at once, including a value of a megabyte', async () => {
      const big = JSON.stringify({ data: 'x"ü'.repeat(300_000) });
      const results = await store.write([...Array.from({ length: 499 }, (_, n) => create(`/r/${n}`)), create('/r/big', big)]);
      expect(results.every((result) => result.ok)).toBe(true);
      expect((await store.get(['/r/big']))[0]?.value).toBe(big);
    });
  });

  describe('reading', () => {
    test('get returns values in the order of the keys, at the current and at past revisions', async () => {
      await fill();
      const keys = ['/r/c', '/r/x', '/r/a', '/r/b', '/r/a'];
      expect((await store.get(keys)).map(standing)).toEqual([
        '/r/c=1 5 c5 v1',
        undefined,
        '/r/a=2 3 c1 v2',
        '/r/b=2 6 c6 v1',
        '/r/a=2 3 c1 v2',
      ]);
      expect((await store.get(keys, 2)).map(standing)).toEqual([
        undefined,
        undefined,
        '/r/a=1 1 c1 v1',
        '/r/b=1 2 c2 v1',
        '/r/a=1 1 c1 v1',
      ]);
      expect((await store.get(['/r/b'], 4)).map(standing)).toEqual([undefined]);
      expect(await store.get([])).toEqual([]);
    });

    test('list pages through a prefix, at the current and at past revisions', async () => {
      await fill();
      await store.write([create('/r/a/x', '1'), create('/s/a', '1'), create('/r0', '1'), create('/r', '1')]);
      const keys = async (options: Parameters<Storage['list']>[0]) => {
        const { items, ...rest } = await store.list(options);
        return { keys: items.map((item) => item.key).join(' '), ...rest };
      };
      expect(await keys({ prefix: '/r/' })).toEqual({ keys: '/r/a /r/a/x /r/b /r/c', revision: 10, remaining: 0 });
      expect(await keys({ prefix: '/r/', limit: 2 })).toEqual({ keys: '/r/a /r/a/x', revision: 10, remaining: 2 });
      expect(await keys({ prefix: '/r/', after: '/r/a/x', limit: 1 })).toEqual({ keys: '/r/b', revision: 10, remaining: 1 });
      expect(await keys({ prefix: '/r/', after: '/r/a', at: 5 })).toEqual({ keys: '/r/c', revision: 5, remaining: 0 });
      expect(await keys({ prefix: '/r/', limit: 1, at: 3 })).toEqual({ keys: '/r/a', revision: 3, remaining: 1 });
      expect(await keys({ prefix: '/r/', limit: 5, at: 0 })).toEqual({ keys: '', revision: 0, remaining: 0 });
      expect(await keys({ prefix: '/none/', limit: 5 })).toEqual({ keys: '', revision: 10, remaining: 0 });
      expect((await store.list({ prefix: '/r/', at: 3 })).items.map(standing)).toEqual(['/r/a=2 3 c1 v2', '/r/b=1 2 c2 v1']);
      await expect(store.list({ prefix: '/r' })).rejects.toThrow(TypeError);
    });

    test('the log, completely, partially, and with previous values', async () => {
      await fill();
      expect((await store.log({ after: 2, previous: true })).map(line)).toEqual([
        '3 put /r/a=2 v2 c1 (1) was 1',
        '4 delete /r/b=1 v1 c2 (2) was 1',
        '5 put /r/c=1 v1 c5',
        '6 put /r/b=2 v1 c6',
      ]);
      expect((await store.log({ after: 3, limit: 2 })).map(line)).toEqual(['4 delete /r/b=1 v1 c2 (2)', '5 put /r/c=1 v1 c5']);
      const pages: unknown[] = [
        [1, {}],
        [2, {}],
        [3, {}],
        [3, { limit: 2 }],
        [2, { previous: true }],
      ];
      const lengths = pages.map(async (page) => {
        const [bytes, more] = page as [number, object];
        return (await store.log({ after: 2, bytes, ...more })).length;
      });
      expect(await Promise.all(lengths)).toEqual([1, 2, 3, 2, 1]);
      await store.write([create('/s/a', '1')]);
      expect((await store.log({ after: 0, prefix: '/s/' })).map(line)).toEqual(['7 put /s/a=1 v1 c7']);
      expect(await store.log({ after: 7 })).toEqual([]);
    });

    test('keys do not contain U+0000, and a revision beyond all numbers is a future one', async () => {
      await fill();
      expect(await store.get(['/r/a\0', '\0', '/r/a'])).toEqual([undefined, undefined, expect.objectContaining({ key: '/r/a' })]);
      const keys = async (options: Parameters<Storage['list']>[0]) => (await store.list(options)).items.map((item) => item.key);
      expect(await keys({ prefix: '/r\0/' })).toEqual([]);
      expect(await keys({ prefix: '/r/', after: '/r/a\0b' })).toEqual(['/r/b', '/r/c']);
      expect(await keys({ prefix: '/r/', after: '/r/b\0' })).toEqual(['/r/c']);
      expect(await store.log({ after: 0, prefix: '/r\0/' })).toEqual([]);
      expect(await store.history('/r/a\0')).toEqual([]);
      const message = 'revision 18446744073709552000 is in the future; the newest is 6';
      expect(
        await refusals([store.get(['/r/a'], 2 ** 64), store.list({ prefix: '/r/', at: 2 ** 64 }), store.log({ after: 2 ** 64 })]),
      ).toEqual(Array.from({ length: 3 }, () => message));
    });

    test('future revisions cannot be read', async () => {
      await fill();
      const message = 'revision 7 is in the future; the newest is 6';
      const reads = [store.get(['/r/a'], 7), store.list({ prefix: '/r/', at: 7 }), store.log({ after: 7 }), store.compact(7)];
      expect(await refusals(reads)).toEqual(reads.map(() => message));
    });
  });

  describe('compaction', () => {
    test('removes superseded versions and deletions, and nothing else', async () => {
      await fill();
      await store.compact(4);
      await store.compact(3);
      expect([await store.compactRevision(), await store.revision()]).toEqual([4, 6]);
      expect((await store.history('/r/a')).map(line)).toEqual(['3 put /r/a=2 v2 c1 (1)']);
      expect((await store.history('/r/b')).map(line)).toEqual(['6 put /r/b=2 v1 c6']);
      expect((await store.list({ prefix: '/r/', at: 4 })).items.map(standing)).toEqual(['/r/a=2 3 c1 v2']);
      expect((await store.log({ after: 4 })).map(line)).toEqual(['5 put /r/c=1 v1 c5', '6 put /r/b=2 v1 c6']);
      const message = 'revision 3 has been compacted; the oldest readable is 4';
      const reads = [store.get(['/r/a'], 3), store.list({ prefix: '/r/', at: 3 }), store.log({ after: 3 })];
      expect(await refusals(reads)).toEqual(reads.map(() => message));
    });

    test('keeps what a later entry replaced', async () => {
      await fill();
      await store.compact(6);
      await store.write([update('/r/a', 3, '3'), remove('/r/c')]);
      expect((await store.log({ after: 6, previous: true })).map(line)).toEqual([
        '7 put /r/a=3 v3 c1 (3) was 2',
        '8 delete /r/c=1 v1 c5 (5) was 1',
      ]);
    });
  });

  describe('leases', () => {
    test('expire soonest first, and are removed by an update without one', async () => {
      expect(await store.nextExpiry()).toBeUndefined();
      await store.write([create('/e/a', '1', at + 20), create('/e/b', '1', at + 10), create('/e/c', '1', at + 30), create('/e/d', '1')]);
      expect(await store.nextExpiry()).toBe(at + 10);
      expect((await store.expired(at + 20, 9)).map(standing)).toEqual(['/e/b=1 2 c2 v1', '/e/a=1 1 c1 v1']);
      expect((await store.expired(at + 20, 1)).map((object) => object.key)).toEqual(['/e/b']);
      await store.write([update('/e/b', 2, '2'), remove('/e/a')]);
      expect([await store.nextExpiry(), await store.expired(at + 20, 9)]).toEqual([at + 30, []]);
    });
  });

  describe('turns', () => {
    test('a write that belongs to several turns changes nothing if one of them was superseded', async () => {
      await beginIn(store, 'scheduler');
      await beginIn(store, 'kubelet');
      const fences = ['scheduler', 'kubelet'].map((component) => ({ component, token: 1 }));
      const [a, b] = await store.write([create('/r/a', '1'), create('/r/b', '1')], { fences });
      expect([a?.ok, b?.ok]).toEqual([true, true]);
      const [, failed] = await store.write([update('/r/a', 1, '2'), create('/r/b', '2')], { fences });
      expect(failed).toMatchObject({ ok: false, reason: 'exists' });
      await beginIn(store, 'kubelet');
      await expect(store.write([create('/r/c', '1'), create('/r/d', '1')], { fences })).rejects.toThrow(
        'the turn of kubelet was overtaken',
      );
      expect(await store.revision()).toBe(3);
    });

    test('a new turn supersedes the old one, whose writes change nothing', async () => {
      expect(await beginIn(store, 'scheduler')).toEqual({ token: 1, cursor: 0 });
      await store.write([create('/r/a', '1')], { fence: { component: 'scheduler', token: 1 } });
      await store.endTurn('scheduler', { token: 1, cursor: 1, nextAt: at + 5 });
      expect(await beginIn(store, 'scheduler')).toEqual({ token: 2, cursor: 1, nextAt: at + 5 });
      const overtaken = 'the turn of scheduler was overtaken';
      await expect(store.write([create('/r/b', '1')], { fence: { component: 'scheduler', token: 1 } })).rejects.toThrow(overtaken);
      await expect(store.endTurn('scheduler', { token: 1, cursor: 9 })).rejects.toThrow(overtaken);
      await expect(store.write([create('/r/b', '1')], { fence: { component: 'other', token: 1 } })).rejects.toThrow(
        'the turn of other was overtaken',
      );
      await store.endTurn('scheduler', { token: 2, cursor: 1 });
      expect([await store.revision(), await beginIn(store, 'scheduler'), await beginIn(store, 'other')]).toEqual([
        1,
        { token: 3, cursor: 1 },
        { token: 1, cursor: 0 },
      ]);
    });

    test('a turn begins at the newest revision, also a parked one', async () => {
      await fill();
      const begun = await store.beginTurn('kubelet', { now: at });
      await store.endTurn('kubelet', { token: 1, cursor: 6, parkedUntil: at + 10 });
      await store.write([create('/r/d', '1')]);
      const parked = await store.beginTurn('kubelet', { now: at });
      expect([begun, parked]).toEqual([
        { token: 1, cursor: 0, revision: 6 },
        { token: 1, cursor: 6, parkedUntil: at + 10, revision: 7 },
      ]);
    });

    test('turns that are neither ended nor released are counted, and a parked one is not begun', async () => {
      const begin = (now: number) => beginIn(store, 'kubelet', { now });
      const seen = [await begin(at), await begin(at), await begin(at)];
      await store.endTurn('kubelet', { token: 3, cursor: 0, lost: 2, parkedUntil: at + 10 });
      seen.push(await begin(at + 9), await begin(at + 10));
      await store.endTurn('kubelet', { token: 4, cursor: 0, lost: 2 });
      seen.push(await begin(at + 10));
      await store.endTurn('kubelet', { token: 5, cursor: 0 });
      seen.push(await begin(at + 10), await beginIn(store, 'kubelet'), await beginIn(store, 'kubelet'));
      expect(seen).toEqual([
        { token: 1, cursor: 0 },
        { token: 2, cursor: 0, lost: 1, overtook: true },
        { token: 3, cursor: 0, lost: 2, overtook: true },
        { token: 3, cursor: 0, lost: 2, parkedUntil: at + 10 },
        { token: 4, cursor: 0, lost: 2 },
        { token: 5, cursor: 0, lost: 2 },
        { token: 6, cursor: 0 },
        { token: 7, cursor: 0 },
        { token: 8, cursor: 0 },
      ]);
    });

    test('a turn that is part of another ends with it', async () => {
      const { token } = await beginIn(store, 'clock');
      expect(await beginIn(store, 'kubelet', { under: { component: 'clock', token } })).toEqual({ token: 1, cursor: 0 });
      await beginIn(store, 'clock');
      await expect(beginIn(store, 'kubelet', { under: { component: 'clock', token } })).rejects.toThrow('the turn of clock was overtaken');
    });

    test('cursors are moved without a turn, unless a turn has moved it', async () => {
      await store.write([create('/r/a', '1'), create('/r/b', '1')]);
      await beginIn(store, 'kubelet');
      await beginIn(store, 'scheduler');
      await store.skipTurns([{ component: 'kubelet', cursor: 0 }], 1);
      const both = ['scheduler', 'kubelet', 'none'].map((component) => ({ component, cursor: 0 }));
      await store.skipTurns(both, 2);
      expect([await beginIn(store, 'kubelet'), await beginIn(store, 'scheduler'), await beginIn(store, 'none')]).toEqual([
        { token: 2, cursor: 1 },
        { token: 2, cursor: 2 },
        { token: 1, cursor: 0 },
      ]);
    });

    test('a clock is advanced once per request, only forwards, and by the holder of its turn', async () => {
      await store.write([create('/r/a', '1')]);
      const seen: unknown[] = [await store.clock()];
      seen.push(await store.askClock({ id: 'x', from: 100, by: 50 }), await store.askClock({ id: 'x', from: 100, by: 50 }));
      const { token } = await beginIn(store, 'clock');
      seen.push(await store.stepClock(token, { now: 120 }), await store.stepClock(token, { now: 110, done: 1 }));
      seen.push(await store.askClock({ id: 'y', from: 100, by: 30 }));
      seen.push(await store.stepClock(token, { now: 150, done: 1 }), await store.clock());
      seen.push(await store.stepClock(token, { now: 999, done: 1 }), await store.clock());
      seen.push(await store.askClock({ id: 'y', from: 100, by: 30 }), await store.stepClock(token, { now: 999 }));
      seen.push(
        await store.askClock({ id: 'z', from: 100, by: 20 }),
        await store.stepClock(token, { now: 190, done: 1, failure: 'no end' }),
      );
      seen.push(await store.clock(), await store.askClock({ id: 'a', from: 100, by: 1 }), await store.clock());
      expect(seen).toEqual([
        { revision: 1 },
        ...[150, 150],
        ...[
          { now: 120, target: 150, asked: 1 },
          { now: 120, target: 150, asked: 1 },
        ],
        180,
        ...[
          { now: 150, target: 180, asked: 1 },
          { revision: 1, now: 150, target: 180, asked: 1 },
        ],
        ...[
          { now: 180, asked: 1 },
          { revision: 1, now: 180, asked: 1 },
        ],
        ...[180, { now: 180, asked: 1 }],
        ...[200, { now: 190, asked: 1 }],
        ...[{ revision: 1, now: 190, failure: 'no end', asked: 1 }, 191, { revision: 1, now: 190, target: 191, asked: 1 }],
      ]);
      await beginIn(store, 'clock');
      await expect(store.stepClock(token, { now: 191 })).rejects.toThrow('the turn of clock was overtaken');
    });

    test('an advance is not over for a turn that has not looked at what was written before it was asked for', async () => {
      await store.askClock({ id: 'x', from: 100, by: 50 });
      const { token } = await beginIn(store, 'clock');
      await store.write([create('/r/a', '1')]);
      await store.askClock({ id: 'y', from: 100, by: 0 });
      const left = { now: 150, target: 150, asked: 1 };
      expect([
        await store.stepClock(token, { now: 150, done: 0 }),
        await store.stepClock(token, { now: 150, done: 0, stop: true }),
        await store.stepClock(token, { now: 150, done: 0, failure: 'no end' }),
        await store.stepClock(token, { now: 150, done: 1 }),
      ]).toEqual([left, left, left, { now: 150, asked: 1 }]);
    });

    test('an advance ends before its target when it is stopped or cancelled', async () => {
      const seen: unknown[] = [await store.cancelClock('cancelled')];
      await store.askClock({ id: 'x', from: 100, by: 50, until: 'quiet' });
      const { token } = await beginIn(store, 'clock');
      seen.push(await store.stepClock(token, { now: 120 }), await store.setClock(200));
      seen.push(await store.stepClock(token, { now: 120, done: 0, stop: true }), await store.clock());
      await store.askClock({ id: 'y', from: 100, by: 50 });
      seen.push(await store.cancelClock('cancelled'), await store.clock(), await store.stepClock(token, { now: 140 }));
      expect(seen).toEqual([
        false,
        ...[{ now: 120, target: 150, until: 'quiet', asked: 0 }, undefined],
        ...[
          { now: 120, until: 'quiet', asked: 0 },
          { revision: 0, now: 120, until: 'quiet', asked: 0 },
        ],
        ...[true, { revision: 0, now: 120, failure: 'cancelled', asked: 0 }, { now: 120, asked: 0 }],
      ]);
      expect([await store.setClock(110), await store.setClock(130), await store.clock()]).toEqual([
        ...[120, 130],
        { revision: 0, now: 130, asked: 0 },
      ]);
      await expect(store.stepClock(token, { now: 140 })).rejects.toThrow('the turn of clock was overtaken');
      await expect(admin.open('nowhere').setClock(1)).rejects.toThrow('cluster nowhere does not exist');
    });

    test('lagging: the clock is to be advanced', async () => {
      const mine = async () =>
        (await admin.lagging({ now: at, components: ['clock'], limit: 1_000 })).filter((turn) => turn.cluster === cluster);
      await store.askClock({ id: 'x', from: 100, by: 50 });
      const seen = [await mine()];
      const { token } = await beginIn(store, 'clock');
      await store.stepClock(token, { now: 150, done: 0 });
      seen.push(await mine());
      expect(seen).toEqual([[{ cluster, component: 'clock', cursor: 0, due: true }], []]);
    });

    test('lagging: no parked turns, and those returned longest ago first', async () => {
      const components = ['a', 'b', 'c'];
      const asked = async (now: number, limit: number) => (await admin.lagging({ now, components, limit })).map((turn) => turn.component);
      await store.write([create('/r/a', '1')]);
      for (const component of components) {
        const { token } = await beginIn(store, component, { now: at });
        await store.endTurn(component, { token, cursor: 0, ...(component === 'a' && { lost: 2, parkedUntil: at + 10 }) });
      }
      // The stores of other tests contain none of these.
      const seen = [await asked(at, 1), await asked(at + 1, 1), await asked(at + 2, 1), await asked(at + 10, 1)];
      expect(seen).toEqual([['b'], ['c'], ['b'], ['a']]);
      for (const component of components) {
        const { token } = await beginIn(store, component);
        await store.endTurn(component, { token, cursor: 1 });
      }
    });

    test('lagging: the cursor is behind, or a timer is due', async () => {
      const components = ['behind', 'due', 'idle'];
      const mine = async (now: number) =>
        (await admin.lagging({ now, components, limit: 1_000 })).filter((turn) => turn.cluster === cluster).map((turn) => turn.component);
      await store.write([create('/r/a', '1')]);
      const turns = { behind: { cursor: 0 }, due: { cursor: 1, nextAt: at }, idle: { cursor: 1 } };
      for (const [component, turn] of Object.entries(turns)) {
        const { token } = await beginIn(store, component);
        await store.endTurn(component, { token, ...turn });
      }
      expect((await mine(at - 1)).sort()).toEqual(['behind']);
      expect((await mine(at)).sort()).toEqual(['behind', 'due']);
      expect(await admin.lagging({ now: at, components, limit: 1 })).toHaveLength(1);
      expect(await admin.lagging({ now: at, components: ['nobodys'], limit: 1_000 })).toEqual([]);
    });

    test('the revisions of many clusters at once', async () => {
      await store.write([create('/r/a', '1'), create('/r/b', '1')]);
      expect(await admin.revisions([cluster, 'nowhere'])).toEqual(new Map([[cluster, 2]]));
    });

    test('compactable: older than the age and not among the newest revisions', async () => {
      const mine = async (now: number, more: { age?: number; revisions?: number } = {}) =>
        (await admin.compactable({ now, every: 10, age: 50, revisions: 1, limit: 1_000, ...more })).flatMap((found) =>
          found.cluster === cluster ? [found.revision] : [],
        );
      await store.write([create('/r/a', '1'), create('/r/b', '1')]);
      const seen = [await mine(1_000)];
      await store.write([create('/r/c', '1'), create('/r/d', '1')]);
      // 1005 is too early for another mark; at 1020 there is one.
      seen.push(await mine(1_005), await mine(1_020), await mine(1_049), await mine(1_050), await mine(1_070));
      seen.push(await mine(1_070, { revisions: 4 }), await mine(1_070, { revisions: 2 }));
      await store.compact(3);
      seen.push(await mine(1_100), await mine(9_000, { revisions: 0 }));
      expect(seen).toEqual([[], [], [], [], [2], [3], [], [2], [], [4]]);
    });

    test('compactable: some clusters have a different retention', async () => {
      const patient = `${cluster}-patient`;
      const keeper = `${cluster}-keeper`;
      for (const name of [patient, keeper]) await admin.create(name);
      const exceptions = new Map([
        [patient, { age: 500, revisions: 1, every: 10 }],
        [keeper, { age: 50, revisions: 2, every: 10 }],
        [`${cluster}-gone`, { age: 0, revisions: 0, every: 0 }],
      ]);
      const all = async (now: number) => {
        const found = await admin.compactable({ now, every: 10, age: 50, revisions: 1, limit: 1_000, exceptions });
        return [cluster, patient, keeper].map((name) => found.find((one) => one.cluster === name)?.revision);
      };
      for (const name of [cluster, patient, keeper]) {
        await admin.open(name).write([create('/r/a', '1'), create('/r/b', '1'), create('/r/c', '1')]);
      }
      expect([await all(1_000), await all(1_060), await all(1_400), await all(1_500)]).toEqual([
        [undefined, undefined, undefined],
        [2, undefined, 1],
        [2, undefined, 1],
        [2, 2, 1],
      ]);
    });
  });

  describe('templates', () => {
    test('unused: not used for long, or not among the most recently used', async () => {
      for (const [n, name] of ['t1', 't2', 't3'].entries()) await admin.templateUsed(`${cluster}-${name}`, at + n);
      await admin.templateUsed(`${cluster}-t1`, at + 5);
      const unused = async (before: number, recent: number, keep: number) =>
        (await admin.unusedTemplates({ before, recent, keep })).map((id) => id.replace(`${cluster}-`, ''));
      expect([
        await unused(at, at + 9, 3),
        await unused(at, at + 9, 1),
        await unused(at, at + 2, 1),
        await unused(at + 3, at + 9, 9),
      ]).toEqual([[], ['t2', 't3'], ['t2'], ['t2', 't3']]);
      for (const name of ['t1', 't2', 't3']) await admin.destroy(`${cluster}-${name}`);
      expect(await unused(at + 99, at + 99, 0)).toEqual([]);
    });
  });

  describe('clusters', () => {
    test('are isolated from one another', async () => {
      const other = `${cluster}-other`;
      await admin.create(other);
      await store.write([create('/r/a', '1')]);
      expect([await admin.open(other).get(['/r/a']), await admin.open(other).revision()]).toEqual([[undefined], 0]);
      expect((await admin.open(other).write([create('/r/a', '2')])).map(brief)).toEqual(['1 put /r/a=2 v1 c1']);
      await expect(admin.create(other)).rejects.toThrow(`cluster ${other} exists already`);
    });

    test('a copy may have new turns, which are behind', async () => {
      await store.write([create('/r/a', '1')]);
      const { token } = await beginIn(store, 'scheduler');
      await store.endTurn('scheduler', { token, cursor: 1, nextAt: at });
      await admin.copy(cluster, `${cluster}-anew`, { components: ['kubelet', 'scheduler'] });
      await admin.copy(cluster, `${cluster}-still`, { components: [] });
      const all = await admin.lagging({ now: at - 1, components: ['kubelet', 'scheduler'], limit: 1000 });
      const own = all.filter(({ cluster: name }) => name.startsWith(`${cluster}-`));
      expect(own.sort((a, b) => (a.component < b.component ? -1 : 1))).toEqual([
        { cluster: `${cluster}-anew`, component: 'kubelet', cursor: 0, due: false },
        { cluster: `${cluster}-anew`, component: 'scheduler', cursor: 0, due: false },
      ]);
      await expect(admin.copy('nowhere', `${cluster}-never`, { components: [] })).rejects.toThrow('cluster nowhere does not exist');
    });

    test('restoring writes what differs, and no turn that was begun before goes on', async () => {
      const restoring: Cause = { requestId: 'r2', user: 'ann', verb: 'restore' };
      await store.write([create('/r/a', '1'), create('/r/b', '1', at + 10), create('/r/c', '1')]);
      await store.write([update('/r/a', 1, '2'), remove('/r/b'), create('/r/d', '1')]);
      await admin.copy(cluster, `${cluster}-kept`, { at: 3, components: [] });
      const { token } = await beginIn(store, 'scheduler');
      await store.endTurn('scheduler', { token, cursor: 6, nextAt: at });
      await store.askClock({ id: 'x', from: at, by: 1000 });
      expect(await admin.restore(cluster, { from: cluster, at: 3, cause: restoring, now: at + 5 })).toBe(9);
      expect((await store.log({ after: 6 })).map((entry) => [line(entry), entry.cause, entry.at])).toEqual([
        ['7 put /r/a=1 v3 c1 (4)', restoring, at + 5],
        ['8 put /r/b=1 v1 c8', restoring, at + 5],
        ['9 delete /r/d=1 v1 c6 (6)', restoring, at + 5],
      ]);
      expect((await store.list({ prefix: '/' })).items.map(standing)).toEqual(['/r/a=1 7 c1 v3', '/r/b=1 8 c8 v1', '/r/c=1 3 c3 v1']);
      expect((await store.list({ prefix: '/', at: 6 })).items.map(standing)).toEqual([
        '/r/a=2 4 c1 v2',
        '/r/c=1 3 c3 v1',
        '/r/d=1 6 c6 v1',
      ]);
      await expect(store.endTurn('scheduler', { token, cursor: 6 })).rejects.toThrow('the turn of scheduler was overtaken');
      await expect(store.write([create('/r/e')], { fence: { component: 'scheduler', token } })).rejects.toThrow('was overtaken');
      expect(await beginIn(store, 'scheduler')).toEqual({ token: 3, cursor: 6, nextAt: 0 });
      expect(await store.clock()).toEqual({ revision: 9, now: at, failure: 'the cluster was restored', asked: 6 });
      // To another cluster's objects, with replacements; and what is the same is not written.
      const replace = [{ from: '1', to: 'one' }];
      expect(await admin.restore(cluster, { from: `${cluster}-kept`, replace, cause: restoring, now: at })).toBe(12);
      expect((await store.list({ prefix: '/' })).items.map(standing)).toEqual([
        '/r/a=one 10 c1 v4',
        '/r/b=one 11 c8 v2',
        '/r/c=one 12 c3 v2',
      ]);
      expect(await admin.restore(cluster, { from: `${cluster}-kept`, replace, cause: restoring, now: at })).toBe(12);
      expect((await store.write([create('/r/d', '2', undefined, 8)])).map(brief)).toEqual(['conflict']);
      await store.compact(5);
      const refused = [{ at: 4 }, { at: 99 }, { from: 'nowhere' }].map((other) =>
        admin.restore(cluster, { from: cluster, ...other, cause: restoring, now: at }),
      );
      expect(await refusals(refused)).toEqual([
        'revision 4 has been compacted; the oldest readable is 5',
        'revision 99 is in the future; the newest is 12',
        'cluster nowhere does not exist',
      ]);
      await expect(admin.restore('nowhere', { from: cluster, cause: restoring, now: at })).rejects.toThrow(
        'cluster nowhere does not exist',
      );
      expect(await store.revision()).toBe(12);
    });

    test('a restoration is one transaction among concurrent writes', async () => {
      await store.write([create('/r/a', '1'), create('/r/b', '1')]);
      const cause2: Cause = { requestId: 'r2', user: 'ann' };
      const writes = Array.from({ length: 20 }, (_, n) => store.write([create(`/r/n${n}`), create(`/r/m${n}`)]));
      const restored = await admin.restore(cluster, { from: cluster, at: 2, cause: cause2, now: at });
      await Promise.all(writes);
      const log = await store.log({ after: 0 });
      expect(log.map(({ revision }) => revision)).toEqual(log.map((_, index) => index + 1));
      const own = log.filter((entry) => entry.cause.requestId === 'r2').map(({ revision }) => revision);
      expect(own).toEqual(own.map((_, index) => restored - own.length + 1 + index));
      expect((await store.list({ prefix: '/', at: restored })).items.map(({ key }) => key)).toEqual(['/r/a', '/r/b']);
      const standingKeys = new Set<string>();
      for (const { type, key } of log) type === 'put' ? standingKeys.add(key) : standingKeys.delete(key);
      expect((await store.list({ prefix: '/' })).items.map(({ key }) => key)).toEqual([...standingKeys].sort());
    });

    test('a copy starts at its revision, with the replacements made', async () => {
      await store.write([create('/r/a', JSON.stringify({ time: 'T0 "x" T0', $: '$&' }), at + 10), create('/r/b', '1')]);
      await store.write([remove('/r/b'), update('/r/a', 1, JSON.stringify({ time: 'T1 "x" T1' }))]);
      const { token } = await beginIn(store, 'scheduler');
      await store.endTurn('scheduler', { token, cursor: 4 });
      const names = [`${cluster}-now`, `${cluster}-then`, `${cluster}-never`] as const;
      await admin.copy(cluster, names[0], {
        replace: [
          { from: 'T1', to: 'now $& "quoted"' },
          { from: '"x"', to: 'é\n' },
        ],
      });
      await admin.copy(cluster, names[1], { at: 2 });
      const [now, then] = [admin.open(names[0]), admin.open(names[1])];
      expect((await now.list({ prefix: '/' })).items).toEqual([
        {
          key: '/r/a',
          value: JSON.stringify({ time: 'now $& "quoted" é\n now $& "quoted"' }),
          createRevision: 1,
          modRevision: 4,
          version: 2,
        },
      ]);
      expect((await then.list({ prefix: '/' })).items.map(standing)).toEqual([
        '/r/a={"time":"T0 \\"x\\" T0","$":"$&"} 1 c1 v1',
        '/r/b=1 2 c2 v1',
      ]);
      for (const [copy, revision] of [
        [now, 4],
        [then, 2],
      ] as const) {
        expect([await copy.revision(), await copy.compactRevision(), await copy.log({ after: revision })]).toEqual([
          revision,
          revision,
          [],
        ]);
        await expect(copy.log({ after: revision - 1 })).rejects.toThrow('has been compacted');
      }
      expect([await beginIn(now, 'scheduler'), await beginIn(then, 'scheduler')]).toEqual([
        { token: 2, cursor: 4 },
        { token: 1, cursor: 0 },
      ]);
      expect((await now.write([update('/r/a', 4, '2')])).map(brief)).toEqual(['5 put /r/a=2 v3 c1 (4)']);
      await expect(admin.copy(cluster, names[0])).rejects.toThrow(`cluster ${names[0]} exists already`);
      await expect(admin.copy('nowhere', names[2])).rejects.toThrow('cluster nowhere does not exist');
      await expect(admin.copy(cluster, names[2], { at: 9 })).rejects.toThrow('revision 9 is in the future');
      expect(await admin.exists(names[2])).toBe(false);
    });

    test('a destroyed cluster is removed with everything in it', async () => {
      await fill();
      await beginIn(store, 'scheduler');
      await admin.destroy(cluster);
      expect(await admin.exists(cluster)).toBe(false);
      const calls = [
        store.write([create('/r/a')]),
        store.get(['/r/a']),
        store.list({ prefix: '/' }),
        store.log({ after: 0 }),
        store.history('/r/a'),
        store.revision(),
        store.compact(0),
        store.expired(at, 1),
        store.nextExpiry(),
        beginIn(store, 'scheduler'),
        store.endTurn('scheduler', { token: 1, cursor: 0 }),
        store.skipTurns([{ component: 'scheduler', cursor: 0 }], 1),
        store.clock(),
        store.askClock({ id: 'x', from: 0, by: 1 }),
        store.stepClock(1, { now: 1 }),
      ];
      expect(await refusals(calls)).toEqual(calls.map(() => `cluster ${cluster} does not exist`));
      await admin.create(cluster);
      expect([await store.revision(), await store.history('/r/a'), await beginIn(store, 'scheduler')]).toEqual([
        0,
        [],
        { token: 1, cursor: 0 },
      ]);
    });
  });
}
