import type { Clusters, PlatformEvent } from './clusters.js';
import { randomId } from './ids.js';
import { LARGEST_QUOTAS, QUOTA_NAMES, type Quotas } from './quotas.js';
import type { Organization, PlatformRecords } from './records.js';

/** What may be changed about an organization. A quota of null restores the default. */
export interface OrganizationChange {
  default?: true;
  quotas?: { [Name in keyof Quotas]?: number | null };
}

export interface Organizations {
  list(): Promise<Organization[]>;
  /** By id or by name. */
  get(idOrName: string): Promise<Organization | undefined>;
  /** The organization to use if none is given; undefined if there are none. */
  default(): Promise<Organization | undefined>;
  /** The first one becomes the default. Throws NameTaken. */
  create(name: string): Promise<Organization>;
  /** Undefined if it does not exist. */
  change(idOrName: string, change: OrganizationChange): Promise<Organization | undefined>;
  /**
   * Removes it with its clusters and all their tokens. If it was the default, the oldest other one becomes the default. Returns whether it
   * existed.
   */
  remove(idOrName: string): Promise<boolean>;
  /** Completes interrupted removals. */
  sweep(): Promise<void>;
}

export interface OrganizationsOptions {
  records: PlatformRecords;
  clusters: Pick<Clusters, 'remove'>;
  /** The machine's time. */
  now: () => number;
  notify(event: PlatformEvent): void;
}

function changedQuotas(standing: Partial<Quotas>, change: OrganizationChange['quotas'] = {}): Partial<Quotas> {
  const quotas = { ...standing };
  for (const name of QUOTA_NAMES) {
    const wanted = change[name];
    if (wanted === null) delete quotas[name];
    else if (wanted !== undefined) quotas[name] = Math.min(wanted, LARGEST_QUOTAS[name]);
  }
  return quotas;
}

/** Creates, changes and deletes the platform's organizations. */
export function createOrganizations({ records, clusters, now, notify }: OrganizationsOptions): Organizations {
  const finish = async (id: string): Promise<void> => {
    for (const cluster of await records.clusterIds(id)) await clusters.remove(cluster);
    await records.removeOrganization(id);
    notify({ type: 'quotas', organization: id });
  };
  return {
    list: () => records.organizations(),
    get: (idOrName) => records.organization(idOrName),
    default: () => records.defaultOrganization(),
    async create(name) {
      const organization = { id: randomId(), name, quotas: {}, createdAt: new Date(now()) };
      return records.addOrganization(organization);
    },
    async change(idOrName, change) {
      const found = await records.organization(idOrName);
      if (!found) return undefined;
      if (change.quotas) {
        await records.setQuotas(found.id, changedQuotas(found.quotas, change.quotas));
        notify({ type: 'quotas', organization: found.id });
      }
      if (change.default) await records.setDefaultOrganization(found.id);
      return records.organization(found.id);
    },
    async remove(idOrName) {
      const found = await records.organization(idOrName);
      if (!found || !(await records.beginOrganizationRemoval(found.id))) return false;
      await finish(found.id);
      return true;
    },
    async sweep() {
      for (const id of await records.unfinishedOrganizations()) await finish(id);
    },
  };
}
