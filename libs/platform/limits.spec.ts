import { testDatabase } from '../../test/servers.js';
import { prismaRecords } from './prisma-records.js';
import { type Cluster, type Snapshot, type Template, TooManySnapshots, TooManyTemplates } from './records.js';

const createdAt = new Date(5_000);
const nodes = { count: 1, cpu: '4', memory: '8Gi', pods: 110 };
const cluster: Cluster = {
  ...{ id: 'c', organizationId: 'acme', name: 'c', nodes, profile: 'instant', clock: { mode: 'real' }, seed: 's', createdAt },
};
const snapshot = (name: string): Snapshot => ({ id: name, clusterId: 'c', name, revision: 1, at: 5_000, createdAt });
const template = (name: string): Template => ({ id: name, organizationId: 'acme', name, start: { nodes }, defaults: {}, createdAt });

/** What came of adding twelve at once. */
const addedAtOnce = async (add: (name: string) => Promise<void>): Promise<unknown[]> => {
  const names = Array.from({ length: 12 }, (_, n) => `n${n}`);
  return Promise.all(
    names.map((name) =>
      add(name).then(
        () => 'added',
        (error: Error) => error.constructor,
      ),
    ),
  );
};

test('a limit holds however many are added at once', async () => {
  const { pool, close } = await testDatabase();
  const records = prismaRecords(pool);
  try {
    await records.addOrganization({ id: 'acme', name: 'acme', quotas: {}, createdAt });
    await records.addCluster(cluster, { id: 't', hash: 'h', clusterId: 'c' }, 1);
    const snapshots = await addedAtOnce((name) => records.addSnapshot(snapshot(name), 3));
    const templates = await addedAtOnce((name) => records.addTemplate(template(name), 3));
    expect([snapshots.filter((came) => came === 'added'), templates.filter((came) => came === 'added')]).toEqual([
      ['added', 'added', 'added'],
      ['added', 'added', 'added'],
    ]);
    expect([snapshots.includes(TooManySnapshots), templates.includes(TooManyTemplates)]).toEqual([true, true]);
  } finally {
    await records.close().then(close);
  }
});
