import { DEFAULT_QUOTAS, memoryRecords, type Quotas } from '#platform';
import { memoryStorage } from '#storage';
import { createLog } from '../logging.js';
import { Compaction } from './compaction.js';

const cause = { requestId: 'r', user: 'u' };
const log = createLog('test', 'silent');

/** For each name, an organization of that name with these quotas, and one cluster of the same name. */
async function clustersWith(quotas: Record<string, Partial<Quotas>>) {
  const admin = memoryStorage();
  const records = memoryRecords();
  for (const [name, set] of Object.entries(quotas)) {
    await admin.create(name);
    await records.addOrganization({ id: name, name, quotas: set, createdAt: new Date(0) });
    const nodes = { count: 1, cpu: '1', memory: '1Gi', pods: 110 };
    const about = { profile: 'instant' as const, clock: { mode: 'real' as const }, seed: '', createdAt: new Date(0) };
    const token = { id: name, hash: name, clusterId: name };
    await records.addCluster({ id: name, organizationId: name, name, nodes, ...about }, token, 1);
  }
  return {
    async write(key: string) {
      for (const name of Object.keys(quotas)) await admin.open(name).write([{ type: 'create', key, value: '{}', cause, at: 0 }]);
    },
    /** A round of a newly started worker; returns the revision to which each cluster is compacted. */
    async round(minute: number): Promise<number[]> {
      await new Compaction(admin, { records, now: () => minute * 60_000, log }).round();
      return Promise.all(Object.keys(quotas).map((name) => admin.open(name).compactRevision()));
    },
  };
}

test('revisions that are older than an hour and not among the newest are compacted, by whichever worker runs', async () => {
  const { write, round } = await clustersWith({ one: { logRevisions: 1 } });
  await write('/r/a');
  await write('/r/b');
  const seen = [await round(0)];
  await write('/r/c');
  for (const minute of [30, 59, 60, 90]) seen.push(await round(minute));
  expect(seen).toEqual([[0], [0], [0], [2], [2]]);
});

test("an organization sets how much of its clusters' logs is kept", async () => {
  expect(DEFAULT_QUOTAS).toMatchObject({ logMinutes: 60, logRevisions: 10_000 });
  const { write, round } = await clustersWith({
    usual: {},
    few: { logRevisions: 0 },
    long: { logMinutes: 120, logRevisions: 0 },
    none: { logMinutes: 0, logRevisions: 2 },
  });
  for (let n = 0; n < 5; n++) await write(`/r/${n}`);
  const seen: number[][] = [];
  for (const minute of [0, 1, 59, 60, 119, 120]) seen.push(await round(minute));
  expect(seen).toEqual([
    [0, 0, 0, 0],
    [0, 0, 0, 3],
    [0, 0, 0, 3],
    [0, 5, 0, 3],
    [0, 5, 0, 3],
    [0, 5, 5, 3],
  ]);
});
