import { type Cluster, NameTaken, type Organization, type PlatformRecords, type TokenRecord } from './records.js';

/** The platform's tables in this process' memory, for tests and one-process use; the same contract as the ones in PostgreSQL. */
export function memoryRecords(): PlatformRecords {
  const organizations = new Map<string, Organization>();
  const clusters = new Map<string, Cluster>();
  const ready = new Set<string>();
  const tokens = new Map<string, TokenRecord>();
  const tokensOf = (clusterId: string | undefined) => [...tokens.values()].filter((token) => token.clusterId === clusterId);
  return {
    organizations: async () => [...organizations.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    organization: async (wanted) => organizations.get(wanted) ?? [...organizations.values()].find(({ name }) => name === wanted),
    async addOrganization(organization) {
      if ([...organizations.values()].some(({ name }) => name === organization.name)) throw new NameTaken(organization.name);
      organizations.set(organization.id, organization);
    },
    clusters: async ({ organizationId }) =>
      [...clusters.values()].filter(
        (cluster) => ready.has(cluster.id) && (organizationId === undefined || cluster.organizationId === organizationId),
      ),
    cluster: async (id) => (ready.has(id) ? clusters.get(id) : undefined),
    async addCluster(cluster, token) {
      const same = (other: Cluster) => other.organizationId === cluster.organizationId && other.name === cluster.name;
      if ([...clusters.values()].some(same)) throw new NameTaken(cluster.name);
      clusters.set(cluster.id, cluster);
      tokens.set(token.id, token);
    },
    async clusterReady(id) {
      ready.add(id);
    },
    async beginRemoval(id) {
      if (!clusters.has(id)) return undefined;
      ready.delete(id);
      const gone = tokensOf(id);
      for (const token of gone) tokens.delete(token.id);
      return gone.map(({ hash }) => hash);
    },
    async removeCluster(id) {
      clusters.delete(id);
    },
    unfinished: async (madeBefore) =>
      [...clusters.values()].filter((c) => !ready.has(c.id) && c.createdAt < madeBefore).map(({ id }) => id),
    async setClock(id, now) {
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
