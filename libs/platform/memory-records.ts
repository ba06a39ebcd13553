import {
  type Cluster,
  type ClusterRecords,
  checkInstant,
  type KeyName,
  type KeyRecords,
  NameTaken,
  type Organization,
  OrganizationGone,
  type OrganizationRecords,
  type PlatformRecords,
  type Snapshot,
  type SnapshotRecords,
  type Template,
  type TemplateRecords,
  type TokenRecord,
  type TokenRecords,
  TooManyClusters,
  TooManySnapshots,
  TooManyTemplates,
} from './records.js';

/** The rows of all tables. */
class Tables {
  readonly organizations = new Map<string, Organization>();
  /** Organizations whose removal has begun. */
  readonly leaving = new Set<string>();
  readonly clusters = new Map<string, Cluster>();
  readonly ready = new Set<string>();
  readonly removing = new Set<string>();
  readonly tokens = new Map<string, TokenRecord>();
  readonly snapshots = new Map<string, { snapshot: Snapshot; ready: boolean }>();
  readonly templates = new Map<string, { template: Template; retired?: true }>();
  readonly keys = new Map<string, Partial<Record<KeyName, string>>>();

  /** Organizations that are not being removed. */
  present(): Organization[] {
    return [...this.organizations.values()].filter(({ id }) => !this.leaving.has(id));
  }

  clustersOf(organizationId: string): Cluster[] {
    return [...this.clusters.values()].filter((cluster) => cluster.organizationId === organizationId);
  }

  tokensOf(clusterId: string | undefined): TokenRecord[] {
    return [...this.tokens.values()].filter((token) => token.clusterId === clusterId);
  }

  snapshotsOf(clusterId: string): Array<{ snapshot: Snapshot; ready: boolean }> {
    return [...this.snapshots.values()].filter(({ snapshot }) => snapshot.clusterId === clusterId);
  }

  makeDefault(chosen: string | undefined): void {
    for (const [id, organization] of this.organizations) this.organizations.set(id, { ...organization, isDefault: id === chosen });
  }
}

/** The platform's tables in the memory of this process, for tests and one-process use; the same contract as those in PostgreSQL. */
export function memoryRecords(): PlatformRecords {
  const tables = new Tables();
  return {
    ...organizationRecords(tables),
    ...clusterRecords(tables),
    ...snapshotRecords(tables),
    ...templateRecords(tables),
    ...tokenRecords(tables),
    ...keyRecords(tables),
  };
}

function organizationRecords(tables: Tables): OrganizationRecords {
  const { organizations, leaving } = tables;
  return {
    organizations: async () => tables.present().sort((a, b) => (a.name < b.name ? -1 : 1)),
    organization: async (wanted) => tables.present().find(({ id, name }) => id === wanted || name === wanted),
    defaultOrganization: async () => tables.present().find(({ isDefault }) => isDefault),
    async addOrganization(organization) {
      if ([...organizations.values()].some(({ name }) => name === organization.name)) throw new NameTaken(organization.name);
      const added = { ...organization, isDefault: !tables.present().some(({ isDefault }) => isDefault) };
      organizations.set(organization.id, added);
      return added;
    },
    async setQuotas(id, quotas) {
      const organization = organizations.get(id);
      if (organization) organizations.set(id, { ...organization, quotas });
    },
    async setDefaultOrganization(id) {
      tables.makeDefault(id);
    },
    async beginOrganizationRemoval(id) {
      const organization = tables.present().find((one) => one.id === id);
      if (!organization) return false;
      leaving.add(id);
      const [oldest] = tables.present().sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
      if (organization.isDefault) tables.makeDefault(oldest?.id);
      return true;
    },
    async removeOrganization(id) {
      if (tables.clustersOf(id).length > 0) return;
      organizations.delete(id);
      leaving.delete(id);
    },
    unfinishedOrganizations: async () => [...leaving],
    clusterIds: async (organizationId) => tables.clustersOf(organizationId).map(({ id }) => id),
  };
}

function clusterRecords(tables: Tables): ClusterRecords {
  const { clusters, ready, removing, tokens } = tables;
  return {
    clusters: async ({ organizationId }) =>
      [...clusters.values()].filter(
        (cluster) => ready.has(cluster.id) && (organizationId === undefined || cluster.organizationId === organizationId),
      ),
    cluster: async (id) => (ready.has(id) ? clusters.get(id) : undefined),
    async addCluster(cluster, token, most) {
      if (!tables.present().some(({ id }) => id === cluster.organizationId)) throw new OrganizationGone(cluster.organizationId);
      const owned = tables.clustersOf(cluster.organizationId);
      if (owned.length >= most) throw new TooManyClusters(most);
      if (owned.some(({ name }) => name === cluster.name)) throw new NameTaken(cluster.name);
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
      const gone = tables.tokensOf(id);
      for (const token of gone) tokens.delete(token.id);
      return gone.map(({ hash }) => hash);
    },
    async removeCluster(id) {
      removing.delete(id);
      clusters.delete(id);
      tables.keys.delete(id);
      for (const { snapshot } of tables.snapshotsOf(id)) tables.snapshots.delete(snapshot.id);
    },
    unfinished: async (madeBefore) =>
      [...clusters.values()].filter((c) => !ready.has(c.id) && c.createdAt < madeBefore).map(({ id }) => id),
    async setClock(id, now) {
      checkInstant(now);
      const cluster = clusters.get(id);
      if (cluster?.clock.mode === 'stepped') clusters.set(id, { ...cluster, clock: { mode: 'stepped', now } });
    },
    async changeClock(id, clock) {
      const cluster = clusters.get(id);
      if (cluster) clusters.set(id, { ...cluster, clock });
    },
  };
}

function snapshotRecords(tables: Tables): SnapshotRecords {
  const { snapshots, ready } = tables;
  const visible = (clusterId: string) => tables.snapshotsOf(clusterId).flatMap((one) => (one.ready ? [one.snapshot] : []));
  return {
    snapshots: async (clusterId) => visible(clusterId),
    snapshot: async (clusterId, wanted) => visible(clusterId).find(({ name }) => name === wanted),
    async addSnapshot(snapshot, most) {
      const present = tables.snapshotsOf(snapshot.clusterId);
      if (present.some((one) => one.snapshot.name === snapshot.name)) throw new NameTaken(snapshot.name);
      if (present.length >= most) throw new TooManySnapshots(most);
      snapshots.set(snapshot.id, { snapshot, ready: false });
    },
    async snapshotReady(id) {
      const found = snapshots.get(id);
      if (found === undefined || !ready.has(found.snapshot.clusterId)) return false;
      found.ready = true;
      return true;
    },
    removeSnapshot: async (id) => void snapshots.delete(id),
    snapshotIds: async (clusterId) => tables.snapshotsOf(clusterId).map(({ snapshot }) => snapshot.id),
    unfinishedSnapshots: async (madeBefore) =>
      [...snapshots.values()].filter((one) => !one.ready && one.snapshot.createdAt < madeBefore).map(({ snapshot }) => snapshot.id),
  };
}

function templateRecords(tables: Tables): TemplateRecords {
  const { templates } = tables;
  const named = (organizationId: string) =>
    [...templates.values()].filter(({ template, retired }) => !retired && template.organizationId === organizationId);
  const find = (organizationId: string, name: string) => named(organizationId).find(({ template }) => template.name === name);
  const retire = (organizationId: string, name: string): boolean => {
    const found = find(organizationId, name);
    if (found) found.retired = true;
    return found !== undefined;
  };
  return {
    templates: async (organizationId) =>
      named(organizationId)
        .map(({ template: { start, ...template } }) => {
          const { manifests: _, ...listed } = start;
          return { ...template, start: listed };
        })
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    templateNamed: async (organizationId, name) => find(organizationId, name)?.template,
    template: async (id) => templates.get(id)?.template,
    async addTemplate(template, most) {
      const { id, organizationId, name } = template;
      if (!tables.present().some((organization) => organization.id === organizationId)) throw new OrganizationGone(organizationId);
      if (find(organizationId, name)) throw new NameTaken(name);
      if (named(organizationId).length >= most) throw new TooManyTemplates(most);
      templates.set(id, { template });
    },
    async replaceTemplate(template) {
      const found = retire(template.organizationId, template.name);
      if (found) templates.set(template.id, { template });
      return found;
    },
    removeTemplate: async (organizationId, name) => retire(organizationId, name),
    async removeFormerTemplates() {
      const used = new Set([...tables.clusters.values()].map(({ templateId }) => templateId));
      for (const [id, { retired }] of templates) if (retired && !used.has(id)) templates.delete(id);
    },
  };
}

function tokenRecords(tables: Tables): TokenRecords {
  const { tokens } = tables;
  return {
    tokenOfCluster: async (clusterId) => tables.tokensOf(clusterId)[0],
    tokenByHash: async (hash) => [...tokens.values()].find((token) => token.hash === hash),
    async replaceToken(token) {
      const replaced = tables.tokensOf(token.clusterId);
      for (const { id } of replaced) tokens.delete(id);
      tokens.set(token.id, token);
      return replaced.map(({ hash }) => hash);
    },
  };
}

function keyRecords({ clusters, keys }: Tables): KeyRecords {
  return {
    clusterKey: async (clusterId, name) => keys.get(clusterId)?.[name],
    async keepClusterKey(clusterId, name, { sealed, instead }) {
      const present = keys.get(clusterId);
      if (clusters.has(clusterId) && present?.[name] === instead) keys.set(clusterId, { ...present, [name]: sealed });
      return keys.get(clusterId)?.[name];
    },
  };
}
