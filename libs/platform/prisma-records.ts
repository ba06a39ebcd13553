import { PrismaPg } from '@prisma/adapter-pg';
import type { Cluster as ClusterRow, Prisma, PrismaClient } from '@prisma/client';
import prisma from '@prisma/client';
import type pg from 'pg';
import { type Cluster, type ClusterClock, NameTaken, type PlatformRecords, type TimingProfileName, type TokenRecord } from './records.js';

const clusterOf = (row: ClusterRow): Cluster => ({
  id: row.id,
  organizationId: row.organizationId,
  name: row.name,
  nodes: { count: row.nodeCount, cpu: row.nodeCpu, memory: row.nodeMemory, pods: row.nodePods },
  profile: row.profile as TimingProfileName,
  clock: row.clock as ClusterClock,
  createdAt: row.createdAt,
});

const rowOf = ({ nodes, clock, ...cluster }: Cluster): Prisma.ClusterUncheckedCreateInput => ({
  ...cluster,
  nodeCount: nodes.count,
  nodeCpu: nodes.cpu,
  nodeMemory: nodes.memory,
  nodePods: nodes.pods,
  clock: { ...clock },
});

const tokenOf = ({ id, hash, clusterId }: { id: string; hash: string; clusterId: string | null }): TokenRecord =>
  clusterId === null ? { id, hash } : { id, hash, clusterId };

const kindOf = ({ clusterId }: TokenRecord) => (clusterId === undefined ? 'platform' : 'cluster');

/** Prisma's code for a unique violation. */
const isTaken = (error: unknown) => (error as { code?: string }).code === 'P2002';

async function naming(name: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw isTaken(error) ? new NameTaken(name) : error;
  }
}

/** The platform's tables in PostgreSQL, through Prisma's client on the process' own pool of connections. */
export function prismaRecords(pool: pg.Pool): PlatformRecords & { close(): Promise<void> } {
  const db: PrismaClient = new prisma.PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    organizations: () => db.organization.findMany({ orderBy: { name: 'asc' } }),
    organization: async (wanted) => (await db.organization.findFirst({ where: { OR: [{ id: wanted }, { name: wanted }] } })) ?? undefined,
    addOrganization: (organization) => naming(organization.name, db.organization.create({ data: organization })),
    async clusters({ organizationId }) {
      const where = { state: 'ready', ...(organizationId === undefined ? {} : { organizationId }) };
      return (await db.cluster.findMany({ where, orderBy: { createdAt: 'asc' } })).map(clusterOf);
    },
    async cluster(id) {
      const row = await db.cluster.findUnique({ where: { id, state: 'ready' } });
      return row ? clusterOf(row) : undefined;
    },
    addCluster: (cluster, { id, hash }) =>
      naming(
        cluster.name,
        db.$transaction([
          db.cluster.create({ data: { ...rowOf(cluster), state: 'creating' }, select: { id: true } }),
          db.token.create({ data: { id, hash, clusterId: cluster.id }, select: { id: true } }),
        ]),
      ),
    clusterReady: async (id) => void (await db.cluster.updateMany({ where: { id }, data: { state: 'ready' } })),
    async beginRemoval(id) {
      const [{ count }, tokens] = await db.$transaction([
        db.cluster.updateMany({ where: { id }, data: { state: 'deleting' } }),
        db.token.findMany({ where: { clusterId: id } }),
        db.token.deleteMany({ where: { clusterId: id } }),
      ]);
      return count === 0 ? undefined : tokens.map(({ hash }) => hash);
    },
    removeCluster: async (id) => void (await db.cluster.deleteMany({ where: { id } })),
    async unfinished(madeBefore) {
      const rows = await db.cluster.findMany({ where: { state: { not: 'ready' }, createdAt: { lt: madeBefore } }, select: { id: true } });
      return rows.map(({ id }) => id);
    },
    setClock: async (id, now) => void (await db.cluster.updateMany({ where: { id }, data: { clock: { mode: 'stepped', now } } })),
    async tokenOfCluster(clusterId) {
      const row = await db.token.findFirst({ where: { clusterId, revokedAt: null } });
      return row ? tokenOf(row) : undefined;
    },
    async tokenByHash(hash) {
      const row = await db.token.findUnique({ where: { hash, revokedAt: null } });
      return row ? tokenOf(row) : undefined;
    },
    async replaceToken(token) {
      const where = { clusterId: token.clusterId ?? null, kind: kindOf(token) };
      const [replaced] = await db.$transaction([
        db.token.findMany({ where }),
        db.token.deleteMany({ where }),
        db.token.create({ data: { ...token, kind: kindOf(token) } }),
      ]);
      return replaced.map(({ hash }) => hash);
    },
    close: () => db.$disconnect(),
  };
}
