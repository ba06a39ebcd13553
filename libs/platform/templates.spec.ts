import { testDatabase } from '../../test/servers.js';
import type { ClusterTemplates } from './clusters.js';
import { memoryRecords } from './memory-records.js';
import { prismaRecords } from './prisma-records.js';
import { type Cluster, NameTaken, OrganizationGone, type PlatformRecords, TooManyTemplates } from './records.js';
import { createTemplates, startOf } from './templates.js';

const nodes = { count: 1, cpu: '4', memory: '8Gi', pods: 110 };
const exam = { start: { nodes, cloud: true, manifests: 'one' }, defaults: { profile: 'instant' as const } };
const changed = { start: { nodes, manifests: 'two', storage: 'local-path' as const }, defaults: {} };
const createdAt = new Date(5_000);
const LATER = new Date('2100-01-01');

async function opened(records: PlatformRecords) {
  const built: string[] = [];
  const templates: Pick<ClusterTemplates, 'of'> = {
    async of(start) {
      if (start.manifests === 'bad') throw new Error('refused');
      built.push(start.manifests ?? '');
      return { cluster: 'template', replacements: () => [] };
    },
  };
  for (const id of ['acme', 'other']) await records.addOrganization({ id, name: id, quotas: {}, createdAt });
  return { built, registry: createTemplates({ records, templates, now: () => 5_000 }) };
}

const cluster = (templateId: string): Cluster => ({
  ...{ id: 'c', organizationId: 'acme', name: 'c', nodes, profile: 'instant', clock: { mode: 'real' }, seed: 's', createdAt },
  templateId,
  features: { cloud: true, version: 'v1.35.0' },
});

describe.each([
  ['in memory', async () => ({ records: memoryRecords(), close: async () => undefined })],
  [
    'in PostgreSQL',
    async () => {
      const { pool, close } = await testDatabase();
      const records = prismaRecords(pool);
      return { records, close: () => records.close().then(close) };
    },
  ],
])('templates %s', (_place, open) => {
  test('are created, listed by name, replaced and removed by organization', async () => {
    const { records, close } = await open();
    const { registry, built } = await opened(records);
    const first = await registry.create('acme', 'exam', exam);
    expect(first).toEqual({ id: expect.any(String), organizationId: 'acme', name: 'exam', ...exam, createdAt });
    await registry.create('acme', 'base', changed);
    await registry.create('other', 'exam', changed);
    await expect(registry.create('acme', 'exam', changed)).rejects.toBeInstanceOf(NameTaken);
    await expect(registry.create('acme', 'bad', { start: { nodes, manifests: 'bad' }, defaults: {} })).rejects.toThrow('refused');
    await expect(registry.create('none', 'exam', exam)).rejects.toBeInstanceOf(OrganizationGone);
    await expect(records.addTemplate({ ...first, id: 'x', name: 'x' }, 2)).rejects.toBeInstanceOf(TooManyTemplates);
    expect((await registry.list('acme')).map(({ name }) => name)).toEqual(['base', 'exam']);
    expect(await registry.get('acme', 'exam')).toEqual(first);
    const second = await registry.replace('acme', 'exam', changed);
    expect(second).toEqual({ ...first, id: expect.any(String), ...changed });
    expect([await registry.get('acme', 'exam'), second?.id === first.id]).toEqual([second, false]);
    expect([await registry.replace('acme', 'none', changed), await registry.remove('acme', 'none')]).toEqual([undefined, false]);
    expect([await registry.remove('acme', 'exam'), await registry.get('acme', 'exam')]).toEqual([true, undefined]);
    expect((await registry.get('other', 'exam'))?.start).toEqual(changed.start);
    expect(built).toEqual(['one', 'two', 'two', 'two', 'one', 'two']);
    await close();
  });

  test('a cluster is reset to the template it was made from, whatever became of that since', async () => {
    const { records, close } = await open();
    const { registry } = await opened(records);
    const { id } = await registry.create('acme', 'exam', exam);
    const spare = await registry.create('acme', 'spare', exam);
    await records.addCluster(cluster(id), { id: 't', hash: 'h', clusterId: 'c' }, 10);
    await records.clusterReady('c');
    expect(await records.cluster('c')).toEqual(cluster(id));
    await registry.replace('acme', 'exam', changed);
    await registry.remove('acme', 'spare');
    await records.removeFormerTemplates(LATER);
    expect([await startOf(records, cluster(id)), await records.template(spare.id)]).toEqual([exam.start, undefined]);
    const { templateId: _, ...without } = cluster(id);
    expect(await startOf(records, without)).toEqual({ nodes, cloud: true, version: 'v1.35.0' });
    await records.beginRemoval('c');
    await records.removeCluster('c');
    await records.removeFormerTemplates(LATER);
    expect([await records.template(id), (await registry.list('acme')).length]).toEqual([undefined, 1]);
    await close();
  });
});
