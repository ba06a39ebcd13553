import { PrismaPg } from '@prisma/adapter-pg';
import type { Organization as OrganizationRow, Prisma, PrismaClient } from '@prisma/client';
import prisma from '@prisma/client';
import type pg from 'pg';
import type { ClusterClock } from './cluster-clock.js';
import { naming } from './naming.js';
import {
  boundedInstant,
  type Cluster,
  type ClusterFeatures,
  checkInstant,
  type KeyName,
  type KeyRecords,
  type Organization,
  OrganizationGone,
  type OrganizationRecords,
  type PlatformRecords,
  type Snapshot,
  type SnapshotRecords,
  type TimingProfileName,
  type TokenRecord,
  TooManyClusters,
  TooManySnapshots,
} from './records.js';
import { templateRecords } from './template-rows.js';
import { inTransaction } from './transaction.js';

const clockOf = (stored: unknown): ClusterClock => {
  const { mode, now, rate, since } = (stored ?? {}) as { mode?: unknown; now?: unknown; rate?: unknown; since?: unknown };
  if (mode === 'stepped' || mode === 'frozen') return { mode, now: boundedInstant(now) };
  return mode === 'scaled' ? { mode, rate: Number(rate), now: boundedInstant(now), since: boundedInstant(since) } : { mode: 'real' };
};

const organizationOf = ({ id, name, isDefault, quotas, createdAt }: OrganizationRow): Organization => ({
  id,
  name,
  isDefault,
  quotas: quotas as Organization['quotas'],
  createdAt,
});

interface ClusterRow {
  id: string;
  organization_id: string;
  name: string;
  node_count: number;
  node_cpu: string;
  node_memory: string;
  node_pods: number;
  control_planes: number | null;
  profile: string;
  clock: unknown;
  seed: string;
  template_id: string | null;
  features: ClusterFeatures;
  created_at: Date;
}

const clusterOf = (row: ClusterRow): Cluster => ({
  id: row.id,
  organizationId: row.organization_id,
  name: row.name,
  nodes: {
    count: row.node_count,
    ...(row.control_planes === null ? {} : { controlPlanes: row.control_planes }),
    cpu: row.node_cpu,
    memory: row.node_memory,
    pods: row.node_pods,
  },
  profile: row.profile as TimingProfileName,
  clock: clockOf(row.clock),
  seed: row.seed,
  ...(row.template_id !== null && { templateId: row.template_id }),
  ...(Object.keys(row.features).length > 0 && { features: row.features }),
  createdAt: row.created_at,
});

const CLUSTERS = `SELECT id, organization_id, name, node_count, node_cpu, node_memory, node_pods, control_planes, profile, clock, seed, template_id,
  features, created_at FROM clusters WHERE state = 'ready'`;

/** The columns of a cluster's row, by name. */
const rowOf = ({ id, organizationId, name, nodes, profile, clock, seed, templateId, features = {}, createdAt }: Cluster) => ({
  id,
  organization_id: organizationId,
  name,
  node_count: nodes.count,
  node_cpu: nodes.cpu,
  node_memory: nodes.memory,
  node_pods: nodes.pods,
  control_planes: nodes.controlPlanes ?? null,
  profile,
  clock,
  seed,
  template_id: templateId ?? null,
  features,
  created_at: createdAt.toISOString(),
});

const tokenOf = ({ id, hash, clusterId }: { id: string; hash: string; clusterId: string | null }): TokenRecord =>
  clusterId === null ? { id, hash } : { id, hash, clusterId };

const kindOf = ({ clusterId }: TokenRecord) => (clusterId === undefined ? 'platform' : 'cluster');

const readyOnly = { state: 'ready' } as const;

function organizationRecords(db: PrismaClient): OrganizationRecords {
  const first = async (where: Prisma.OrganizationWhereInput) => {
    const row = await db.organization.findFirst({ where: { ...where, ...readyOnly } });
    return row ? organizationOf(row) : undefined;
  };
  const makeDefault = (id: string) =>
    db.$transaction([
      db.organization.updateMany({ where: { isDefault: true }, data: { isDefault: false } }),
      db.organization.updateMany({ where: { id, ...readyOnly }, data: { isDefault: true } }),
    ]);
  return {
    organizations: async () => (await db.organization.findMany({ where: readyOnly, orderBy: { name: 'asc' } })).map(organizationOf),
    organization: (wanted) => first({ OR: [{ id: wanted }, { name: wanted }] }),
    defaultOrganization: () => first({ isDefault: true }),
    async addOrganization({ quotas, ...organization }) {
      const data = {
        ...organization,
        quotas: { ...quotas },
        isDefault: (await db.organization.count({ where: { isDefault: true } })) === 0,
      };
      await naming(organization.name, db.organization.create({ data }));
      return organizationOf({ ...data, state: 'ready' });
    },
    setQuotas: async (id, quotas) => void (await db.organization.updateMany({ where: { id }, data: { quotas: { ...quotas } } })),
    setDefaultOrganization: async (id) => void (await makeDefault(id)),
    async beginOrganizationRemoval(id) {
      const found = await first({ id });
      const { count } = await db.organization.updateMany({ where: { id, ...readyOnly }, data: { state: 'deleting', isDefault: false } });
      if (count === 0) return false;
      const oldest = await db.organization.findFirst({ where: readyOnly, orderBy: { createdAt: 'asc' } });
      if (found?.isDefault && oldest) await makeDefault(oldest.id);
      return true;
    },
    removeOrganization: async (id) => void (await db.organization.deleteMany({ where: { id, clusters: { none: {} } } })),
    unfinishedOrganizations: async () =>
      (await db.organization.findMany({ where: { state: 'deleting' }, select: { id: true } })).map(({ id }) => id),
    clusterIds: async (organizationId) =>
      (await db.cluster.findMany({ where: { organizationId }, select: { id: true } })).map(({ id }) => id),
  };
}

function keyRecords(pool: pg.Pool): KeyRecords {
  const clusterKey = async (clusterId: string, name: KeyName) => {
    const query = { name: `cluster_key_${name}`, text: `SELECT ${name} AS key FROM cluster_keys WHERE cluster_id = $1` };
    const { rows } = await pool.query<{ key: string | null }>({ ...query, values: [clusterId] });
    return rows[0]?.key ?? undefined;
  };
  return {
    clusterKey,
    async keepClusterKey(clusterId, name, { sealed, instead }) {
      // Nothing is inserted for a cluster that does not exist.
      const text =
        `INSERT INTO cluster_keys AS k (cluster_id, ${name}) SELECT c.id, $2 FROM clusters c WHERE c.id = $1 ` +
        `ON CONFLICT (cluster_id) DO UPDATE SET ${name} = $2 WHERE k.${name} IS NOT DISTINCT FROM $3`;
      await pool.query({ name: `keep_cluster_key_${name}`, text, values: [clusterId, sealed, instead ?? null] });
      return clusterKey(clusterId, name);
    },
  };
}

interface SnapshotRow {
  id: string;
  cluster_id: string;
  name: string;
  revision: string;
  at: string;
  created_at: Date;
}

const snapshotOf = ({ id, cluster_id, name, revision, at, created_at }: SnapshotRow): Snapshot => ({
  id,
  clusterId: cluster_id,
  name,
  revision: Number(revision),
  at: Number(at),
  createdAt: created_at,
});

function snapshotRecords(pool: pg.Pool): SnapshotRecords {
  const COLUMNS = 'id, cluster_id, name, revision, at, created_at';
  const ids = async (text: string, value: unknown) => (await pool.query<{ id: string }>(text, [value])).rows.map(({ id }) => id);
  return {
    async snapshots(clusterId) {
      const text = `SELECT ${COLUMNS} FROM snapshots WHERE cluster_id = $1 AND ready ORDER BY created_at, id`;
      return (await pool.query<SnapshotRow>(text, [clusterId])).rows.map(snapshotOf);
    },
    async snapshot(clusterId, name) {
      const text = `SELECT ${COLUMNS} FROM snapshots WHERE cluster_id = $1 AND name = $2 AND ready`;
      const [row] = (await pool.query<SnapshotRow>(text, [clusterId, name])).rows;
      return row && snapshotOf(row);
    },
    addSnapshot: ({ id, clusterId, name, revision, at, createdAt }, most) =>
      inTransaction(pool, async (client) => {
        await client.query('SELECT FROM clusters WHERE id = $1 FOR UPDATE', [clusterId]);
        const text = `INSERT INTO snapshots (${COLUMNS}) SELECT $1, c.id, $3, $4, $5, $6 FROM clusters c
          WHERE c.id = $2 AND (SELECT count(*) FROM snapshots s WHERE s.cluster_id = $2) < $7`;
        const { rowCount } = await naming(name, client.query(text, [id, clusterId, name, revision, at, createdAt, most]));
        if (rowCount === 0) throw new TooManySnapshots(most);
      }),
    async snapshotReady(id) {
      const text = `UPDATE snapshots s SET ready = true FROM clusters c WHERE s.id = $1 AND c.id = s.cluster_id AND c.state = 'ready'`;
      return (await pool.query(text, [id])).rowCount !== 0;
    },
    removeSnapshot: async (id) => void (await pool.query('DELETE FROM snapshots WHERE id = $1', [id])),
    snapshotIds: (clusterId) => ids('SELECT id FROM snapshots WHERE cluster_id = $1', clusterId),
    unfinishedSnapshots: (madeBefore) => ids('SELECT id FROM snapshots WHERE NOT ready AND created_at < $1', madeBefore),
  };
}

/** The platform's tables in PostgreSQL, through Prisma's client on the process's own connection pool. */
export function prismaRecords(pool: pg.Pool): PlatformRecords & { close(): Promise<void> } {
  const db: PrismaClient = new prisma.PrismaClient({ adapter: new PrismaPg(pool) });
  return {
    ...organizationRecords(db),
    async clusters({ organizationId }) {
      const text = `${CLUSTERS} AND ($1::text IS NULL OR organization_id = $1) ORDER BY created_at`;
      return (await pool.query<ClusterRow>(text, [organizationId ?? null])).rows.map(clusterOf);
    },
    async cluster(id) {
      const [row] = (await pool.query<ClusterRow>({ name: 'cluster', text: `${CLUSTERS} AND id = $1`, values: [id] })).rows;
      return row && clusterOf(row);
    },
    async addCluster(cluster, { id, hash }, most) {
      // A single round trip, for which Prisma has no call: creating a cluster should take milliseconds.
      const query = { name: 'add_cluster', text: 'SELECT add_cluster($1, $2, $3, $4) AS outcome' };
      const values = [JSON.stringify(rowOf(cluster)), id, hash, most];
      const { rows } = await naming(cluster.name, pool.query<{ outcome: string }>({ ...query, values }));
      if (rows[0]?.outcome === 'gone') throw new OrganizationGone(cluster.organizationId);
      if (rows[0]?.outcome === 'full') throw new TooManyClusters(most);
    },
    async clusterReady(id) {
      return (await db.cluster.updateMany({ where: { id, state: 'creating' }, data: { state: 'ready' } })).count > 0;
    },
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
    async setClock(id, now) {
      checkInstant(now);
      // The mode may have been changed meanwhile.
      const where = { id, clock: { path: ['mode'], equals: 'stepped' } };
      await db.cluster.updateMany({ where, data: { clock: { mode: 'stepped', now } } });
    },
    changeClock: async (id, clock) => void (await db.cluster.updateMany({ where: { id }, data: { clock } })),
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
    ...keyRecords(pool),
    ...snapshotRecords(pool),
    ...templateRecords(pool),
    close: () => db.$disconnect(),
  };
}
