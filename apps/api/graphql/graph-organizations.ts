import type { GraphOrganizations } from '#graphql';
import { type OpenApi, Problem } from '#hosting';
import type { Organizations } from '#platform';
import type { NewClusters } from '../platform/new-clusters.js';
import type { OrganizationTemplates } from '../platform/organization-templates.js';
import { ownerOf } from '../platform/owner.js';
import { type ClusterAddress, createdView, organizationView } from '../platform/views.js';
import { graphError } from './problem-errors.js';

/** What organizations are shown from, and their clusters made with. */
export interface GraphOrganizationParts {
  organizations: Organizations;
  organizationTemplates: OrganizationTemplates;
  newClusters: NewClusters;
  address: ClusterAddress;
}

/** The organizations for the graph of one cluster. `platform`: it is asked with the platform's token. */
export function graphOrganizations(
  parts: GraphOrganizationParts,
  { open, platform }: { open: OpenApi; platform: boolean },
): GraphOrganizations {
  const { organizations, organizationTemplates: templates, newClusters, address } = parts;
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      if (!platform) throw new Problem(403, 'organizations are shown and changed with the token of the platform');
      return await work();
    } catch (error) {
      throw graphError(error);
    }
  };
  return {
    show: (named = open.cluster.organizationId) => asked(async () => organizationView(await ownerOf(organizations, named))),
    // The manifests of a template are read if they are asked for.
    templates: (id) =>
      asked(async () =>
        (await templates.list(id)).map((template) => ({
          ...template,
          manifests: () => asked(async () => (await templates.get(id, template.name))?.manifests),
        })),
      ),
    template: (id, name) => asked(() => templates.get(id, name)),
    storeTemplate: (id, name, content) =>
      asked(async () => (await templates.replace(id, name, content)) ?? templates.create(id, { ...content, name })),
    deleteTemplate: (id, name) => asked(() => templates.remove(id, name)),
    createClusters: (request) => asked(async () => (await newClusters.create(request)).made.map((one) => createdView(one, address))),
  };
}
