import fc from 'fast-check';
import { Compacted, FencedError, FutureRevision, memoryStorage, type Storage, type StorageAdmin, type WriteOp } from '#storage';
import { postgresStorage } from '#storage/postgres';
import { type TestDatabase, testDatabase } from '../servers.js';

/** One call of a store, as small numbers: revisions are counted back from the newest, so that most of them exist. */
type Step =
  | {
      do: 'write';
      ops: Array<{ type: 'create' | 'update' | 'delete'; key: string; stale: number; expiresAt?: number }>;
      atomic: boolean;
      token?: number;
    }
  | { do: 'get'; back: number; keys: string[] }
  | { do: 'list'; prefix: string; after?: string; limit?: number; back?: number }
  | { do: 'log'; back: number; limit?: number; prefix?: string; previous: boolean }
  | { do: 'history'; key: string }
  | { do: 'compact'; back: number }
  | { do: 'expired'; now: number; limit: number }
  | { do: 'turn'; component: string; end: boolean; overtaken: boolean };

const key = fc.constantFrom('/r/a', '/r/a/b', '/r/b', '/r/ab', '/s/a', '/s/b', '/s/b/c', '/t');
const prefix = fc.constantFrom('/', '/r/', '/r/a/', '/s/', '/none/');
const back = fc.integer({ min: -1, max: 8 });
const limit = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      ops: fc.uniqueArray(
        fc.record({
          type: fc.constantFrom('create', 'update', 'delete'),
          key,
          stale: fc.constantFrom(0, 0, 0, 1),
          expiresAt: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
        }),
        { selector: (op) => op.key, minLength: 1, maxLength: 5 },
      ),
      atomic: fc.boolean(),
      token: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined, freq: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('get' as const), back, keys: fc.array(key, { maxLength: 4 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      prefix,
      after: fc.option(key, { nil: undefined }),
      limit,
      back: fc.option(back, { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('log' as const),
      back,
      limit,
      prefix: fc.option(prefix, { nil: undefined }),
      previous: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('history' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), back }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('expired' as const), now: fc.integer({ max: 9 }), limit: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('turn' as const),
      component: fc.constantFrom('x', 'y'),
      end: fc.boolean(),
      overtaken: fc.boolean(),
    }),
  },
);

/** The result of a step; errors of the interface are results too. */
async function take(store: Storage, step: Step, n: number): Promise<unknown> {
  try {
    return await run(store, step, n);
  } catch (error) {
    if (error instanceof Compacted || error instanceof FutureRevision || error instanceof FencedError) return error.message;
    throw error;
  }
}

async function run(store: Storage, step: Step, n: number): Promise<unknown> {
  const newest = await store.revision();
  const at = (steps: number) => Math.max(0, newest - steps);
  switch (step.do) {
    case 'write': {
      const fence = step.token === undefined ? undefined : { component: 'x', token: step.token };
      return store.write(await operations(store, step.ops, n), { atomic: step.atomic, fence });
    }
    case 'get':
      return store.get(step.keys, at(step.back));
    case 'list':
      return store.list({
        prefix: step.prefix,
        after: step.after,
        limit: step.limit,
        ...(step.back !== undefined && { at: at(step.back) }),
      });
    case 'log':
      return store.log({ after: at(step.back), limit: step.limit, prefix: step.prefix, previous: step.previous });
    case 'history':
      return store.history(step.key);
    case 'compact':
      await store.compact(at(step.back));
      return store.compactRevision();
    case 'expired':
      return [await store.expired(step.now, step.limit), await store.nextExpiry()];
    case 'turn': {
      const turn = await store.beginTurn(step.component);
      if (step.end)
        await store.endTurn(step.component, { ...turn, token: turn.token - (step.overtaken ? 1 : 0), cursor: newest, nextAt: n });
      return turn;
    }
  }
}

async function operations(store: Storage, ops: Extract<Step, { do: 'write' }>['ops'], n: number): Promise<WriteOp[]> {
  const standing = await store.get(ops.map((op) => op.key));
  return ops.map(({ type, key, stale, expiresAt }, index) => {
    const common = { key, cause: { requestId: `r${n}`, user: 'u', ...(n % 2 === 1 && { wokenBy: n }) }, at: n };
    const expected = (standing[index]?.modRevision ?? 1) - stale;
    if (type === 'delete') return { ...common, type, ...(stale > 0 && { expected }) };
    const value = `{"n":${n},"i":${index}}`;
    return type === 'create' ? { ...common, type, value, expiresAt } : { ...common, type, value, expected, expiresAt };
  });
}

let database: TestDatabase;
let postgres: StorageAdmin;
beforeAll(async () => {
  database = await testDatabase();
  postgres = postgresStorage(database.pool);
});
afterAll(() => database.close());

test('for any sequence of calls, the stores in memory and in PostgreSQL return the same results', async () => {
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), fc.integer({ min: 0, max: 6 }), async (steps, copyBack) => {
      const cluster = `model-${runs++}`;
      const memory = memoryStorage();
      const stores = [memory, postgres].map((admin) => ({ admin, store: admin.open(cluster) }));
      for (const { admin } of stores) await admin.create(cluster);
      for (const [n, step] of steps.entries()) {
        const [expected, answer] = await Promise.all(stores.map(({ store }) => take(store, step, n)));
        expect(answer).toEqual(expected);
      }
      const copies = await Promise.all(stores.map(({ admin, store }) => copied(admin, store, copyBack)));
      expect(copies[1]).toEqual(copies[0]);
      await postgres.destroy(cluster);
      await postgres.destroy(`${cluster}-copy`);
    }),
    { numRuns: 60 },
  );
});

async function copied(admin: StorageAdmin, store: Storage, back: number): Promise<unknown> {
  const name = `${store.cluster}-copy`;
  const at = (await store.revision()) - back;
  try {
    await admin.copy(store.cluster, name, {
      ...(back > 0 && { at: Math.max(0, at) }),
      replace: [
        { from: '"i":', to: '"was":' },
        { from: 'n', to: 'm' },
      ],
    });
  } catch (error) {
    return (error as Error).message;
  }
  const copy = admin.open(name);
  return [
    await copy.list({ prefix: '/' }),
    await copy.compactRevision(),
    await copy.nextExpiry(),
    await copy.beginTurn('x'),
    await copy.history('/r/a'),
  ];
}
