import type { WriteOp } from '#storage';
import { postgresStorage } from '#storage/postgres';
import { type TestDatabase, testDatabase } from '../servers.js';
import { cutConnections } from './chaos.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ connections: 8 });
});
afterAll(() => database.close());

const cause = { requestId: 'r', user: 'u' };

test('when its connections are cut again and again, every write returns its outcome and happens once', async () => {
  // Reconnecting takes long on a busy machine: the timeout is not what is tested here.
  const admin = postgresStorage(database.pool, { total: 120_000, first: 5, longest: 250 });
  await admin.create('cut');
  const store = admin.open('cut');
  const chaos = cutConnections(database, { every: 30 });
  const answers = new Map<string, number>();
  const writer = async (name: string) => {
    let last: number | undefined;
    for (let n = 0; n < 100; n++) {
      const own: WriteOp = { type: 'create', key: `/w/${name}/${n}`, value: `${n}`, cause, at: n };
      const shared: WriteOp =
        last === undefined
          ? { type: 'create', key: `/s/${name}`, value: '0', cause, at: n }
          : { type: 'update', key: `/s/${name}`, value: `${n}`, expected: last, cause, at: n };
      for (const result of await store.write([own, shared])) {
        // Nobody else writes these keys: a conflict could only be with a write of our own that was reported as lost.
        if (!result.ok) throw new Error(`${name} ${n}: ${result.reason}`);
        answers.set(`${result.entry.key} ${result.entry.value}`, result.entry.revision);
        last = result.entry.revision;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: 6 }, (_, n) => writer(`w${n}`)));
  } finally {
    await chaos.stop();
  }
  const log = await store.log({ after: 0 });
  expect(log.map((entry) => entry.revision)).toEqual(Array.from({ length: 1200 }, (_, n) => n + 1));
  expect(new Map(log.map((entry) => [`${entry.key} ${entry.value}`, entry.revision]))).toEqual(answers);
  expect(chaos.cuts).toBeGreaterThan(20);
});
