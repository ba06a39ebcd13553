import {
  type Cluster,
  checkInstant,
  NameTaken,
  type Organization,
  OrganizationGone,
  type PlatformRecords,
  type TokenRecord,
  TooManyClusters,
} from './records.js';

/** The platform's tables in this process' memory, for tests and one-process use; the same contract as the ones in PostgreSQL. */
export function memoryRecords(): PlatformRecords {
  const organizations = new Map<string, Organization>();
  const clusters = new Map<string, Cluster>();
  const ready = new Set<string>();
  const removing = new Set<string>();
  const tokens = new Map<string, TokenRecord>();
  const leaving = new Set<string>();
  const seen = () => [...organizations.values()].filter(({ id }) => !leaving.has(id));
  const makeDefault = (chosen: string | undefined) => {
    for (const [id, organization] of organizations) organizations.set(id, { ...organization, isDefault: id === chosen });
  };
  const tokensOf = (clusterId: string | undefined) => [...tokens.values()].filter((token) => token.clusterId === clusterId);
  return {
    organizations: async () => seen().sort((a, b) => (a.name < b.name ? -1 : 1)),
    organization: async (wanted) => seen().find(({ id, name }) => id === wanted || name === wanted),
    defaultOrganization: async () => seen().find(({ isDefault }) => isDefault),
    async addOrganization(organization) {
      if ([...organizations.values()].some(({ name }) => name === organization.name)) throw new NameTaken(organization.name);
      const added = { ...organization, isDefault: !seen().some(({ isDefault }) => isDefault) };
      organizations.set(organization.id, added);
      return added;
    },
    async setQuotas(id, quotas) {
      const organization = organizations.get(id);
      if (organization) organizations.set(id, { ...organization, quotas });
    },
    async setDefaultOrganization(id) {
      makeDefault(id);
    },
    async beginOrganizationRemoval(id) {
      const organization = seen().find((one) => one.id === id);
      if (!organization) return false;
      leaving.add(id);
      const [oldest] = seen().sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
      if (organization.isDefault) makeDefault(oldest?.id);
      return true;
    },
    async removeOrganization(id) {
      if ([...clusters.values()].some(({ organizationId }) => organizationId === id)) return;
      organizations.delete(id);
      leaving.delete(id);
    },
    unfinishedOrganizations: async () => [...leaving],
    clusterIds: async (organizationId) => [...clusters.values()].filter((c) => c.organizationId === organizationId).map(({ id }) => id),
    clusters: async ({ organizationId }) =>
      [...clusters.values()].filter(
        (cluster) => ready.has(cluster.id) && (organizationId === undefined || cluster.organizationId === organizationId),
      ),
    cluster: async (id) => (ready.has(id) ? clusters.get(id) : undefined),
    async addCluster(cluster, token, most) {
      if (!seen().some(({ id }) => id === cluster.organizationId)) throw new OrganizationGone(cluster.organizationId);
      const owned = [...clusters.values()].filter(({ organizationId }) => organizationId === cluster.organizationId);
      if (owned.length >= most) throw new TooManyClusters(most);
      const same = (other: Cluster) => other.organizationId === cluster.organizationId && other.name === cluster.name;
      if ([...clusters.values()].some(same)) throw new NameTaken(cluster.name);
      clusters.set(cluster.id, cluster);
      tokens.set(token.id, token);
    },
    async clusterReady(id) {
      if (!clusters.has(id) || removing.has(id)) return false;
      ready.add(id);
      return true;
    },
    async beginRemoval(id) {
      if (!clusters.has(id)) return undefined;
      ready.delete(id);
      removing.add(id);
      const gone = tokensOf(id);
      for (const token of gone) tokens.delete(token.id);
      return gone.map(({ hash }) => hash);
    },
    async removeCluster(id) {
      removing.delete(id);
      clusters.delete(id);
    },
    unfinished: async (madeBefore) =>
      [...clusters.values()].filter((c) => !ready.has(c.id) && c.createdAt < madeBefore).map(({ id }) => id),
    async setClock(id, now) {
      checkInstant(now);
      const cluster = clusters.get(id);
      if (cluster?.clock.mode === 'stepped') clusters.set(id, { ...cluster, clock: { mode: 'stepped', now } });
    },
    tokenOfCluster: async (clusterId) => tokensOf(clusterId)[0],
    tokenByHash: async (hash) => [...tokens.values()].find((token) => token.hash === hash),
    async replaceToken(token) {
      const replaced = tokensOf(token.clusterId);
      for (const { id } of replaced) tokens.delete(id);
      tokens.set(token.id, token);
      return replaced.map(({ hash }) => hash);
    },
  };
}
