import { randomId } from './ids.js';
import type { Organization, PlatformRecords } from './records.js';

export interface Organizations {
  list(): Promise<Organization[]>;
  /** By id or by name. */
  get(idOrName: string): Promise<Organization | undefined>;
  /** Throws NameTaken. */
  create(name: string): Promise<Organization>;
}

/** The platform's organizations. `now` is the machine's time. */
export function createOrganizations({ records, now }: { records: PlatformRecords; now: () => number }): Organizations {
  return {
    list: () => records.organizations(),
    get: (idOrName) => records.organization(idOrName),
    async create(name) {
      const organization = { id: randomId(), name, createdAt: new Date(now()) };
      await records.addOrganization(organization);
      return organization;
    },
  };
}
