import type { GroupVersions, ResourceInfo, Served, SubresourceInfo } from '#api';

interface ResponseKind {
  group: string;
  version: string;
  kind: string;
}

interface DiscoveredResource {
  resource: string;
  responseKind: ResponseKind;
  scope: 'Namespaced' | 'Cluster';
  singularResource: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: Array<{ subresource: string; responseKind: ResponseKind; verbs: string[] }>;
}

/** The parts of an APIGroupDiscoveryList (apidiscovery.k8s.io/v2) that clients read. */
export interface DiscoveryList {
  items: Array<{ metadata?: { name?: string }; versions: Array<{ version: string; resources: DiscoveredResource[] }> }>;
}

function subresourcesOf({ subresources = [] }: DiscoveredResource): Record<string, SubresourceInfo> {
  return Object.fromEntries(
    subresources.map(({ subresource, responseKind: { group, version, kind }, verbs }) => [
      subresource,
      { kind, verbs, ...(version === '' ? {} : { group, version }) },
    ]),
  );
}

function infoOf(group: string, version: string, found: DiscoveredResource): ResourceInfo {
  const { resource, responseKind, scope, singularResource, verbs, shortNames, categories } = found;
  return {
    group,
    version,
    resource,
    singular: singularResource,
    kind: responseKind.kind,
    namespaced: scope === 'Namespaced',
    verbs,
    subresources: subresourcesOf(found),
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
  };
}

/** Converts aggregated discovery to the lists it was made from. */
export function servedIn(lists: readonly DiscoveryList[]): Served {
  const groups: GroupVersions[] = [];
  const resources: ResourceInfo[] = [];
  for (const { metadata, versions } of lists.flatMap(({ items }) => items)) {
    const group = metadata?.name ?? '';
    groups.push({ group, versions: versions.map(({ version }) => version) });
    for (const { version, resources: found } of versions) resources.push(...found.map((one) => infoOf(group, version, one)));
  }
  return { groups, resources };
}
