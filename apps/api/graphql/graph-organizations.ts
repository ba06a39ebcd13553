import type { ClusterSelection, GraphCluster, GraphOrganizations, GraphSession } from '#graphql';
import { type OpenApi, Problem } from '#hosting';
import type { Cluster, Clusters, Organizations } from '#platform';
import type { NewClusters } from '../platform/new-clusters.js';
import type { OrganizationTemplates } from '../platform/organization-templates.js';
import { ownerOf } from '../platform/owner.js';
import type { Past } from '../platform/past.js';
import { type ClusterAddress, clusterView, createdView, organizationView } from '../platform/views.js';
import { graphError } from './problem-errors.js';

/** What organizations are shown from, and their clusters made with. */
export interface GraphOrganizationParts {
  organizations: Organizations;
  organizationTemplates: OrganizationTemplates;
  newClusters: NewClusters;
  clusters: Pick<Clusters, 'list'>;
  past: Past;
  address: ClusterAddress;
}

/** Who asks for organizations. */
interface OrganizationCaller {
  open: OpenApi;
  /** Whether it is the platform's token. */
  platform: boolean;
  /** Opens another cluster as its administrator; undefined if there is none of the id. */
  openOther(id: string): Promise<GraphSession | undefined>;
}

const byName = (a: Cluster, b: Cluster): number => (a.name === b.name ? (a.id < b.id ? -1 : 1) : a.name < b.name ? -1 : 1);

/** A page of clusters, by name. Throws a Problem for names of none, and for a page behind none. */
function pageOf(all: readonly Cluster[], { named, after, limit }: ClusterSelection): Cluster[] {
  const sorted = [...all].sort(byName);
  const known = new Set(sorted.flatMap(({ id, name }) => [id, name]));
  const unknown = named?.find((one) => !known.has(one));
  if (unknown !== undefined) throw new Problem(404, `there is no cluster ${JSON.stringify(unknown.slice(0, 100))} in the organization`);
  const start = after === undefined ? 0 : sorted.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) throw new Problem(422, `after: there is no cluster ${JSON.stringify(after.slice(0, 100))}`);
  const wanted = named && new Set(named);
  const selected = sorted.slice(start).filter(({ id, name }) => !wanted || wanted.has(id) || wanted.has(name));
  return selected.slice(0, limit);
}

/** The organizations for the graph of one cluster. `platform`: it is asked with the platform's token. */
export function graphOrganizations(parts: GraphOrganizationParts, { open, platform, openOther }: OrganizationCaller): GraphOrganizations {
  const { organizations, organizationTemplates: templates, newClusters, clusters, past, address } = parts;
  const asked = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      if (!platform) throw new Problem(403, 'organizations are shown and changed with the token of the platform');
      return await work();
    } catch (error) {
      throw graphError(error);
    }
  };
  // One after the other: each may have to be read from the store.
  let opened: Promise<unknown> = Promise.resolve();
  const opening = (id: string): Promise<GraphSession> =>
    asked(async () => {
      const next = opened.then(() => openOther(id));
      opened = next.catch(() => undefined);
      const session = await next;
      if (!session) throw new Problem(404, `there is no cluster ${id}`);
      return session;
    });
  const clusterOf = (cluster: Cluster): GraphCluster => ({
    ...clusterView(cluster, address),
    revision: async () => (await past.revisions(cluster.id)).revision,
    open: () => opening(cluster.id),
  });
  return {
    clusters: (organizationId, selection) => asked(async () => pageOf(await clusters.list({ organizationId }), selection).map(clusterOf)),
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
