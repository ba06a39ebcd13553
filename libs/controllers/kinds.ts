import type { Resource, ResourceInfo } from '#api';

const REMOVABLE = ['delete', 'list', 'watch'];

/** Whether a resource is events, in either of their groups. */
export function isEvents({ group, resource }: Pick<Resource, 'group' | 'resource'>): boolean {
  return resource === 'events' && (group === '' || group === 'events.k8s.io');
}

/**
 * Whether the garbage collector and the namespace controller handle a resource: it can be listed, watched and deleted (garbagecollector.go
 * GetDeletableResources). Events are excluded: they have no owners or dependents, and there are many (DefaultIgnoredResources).
 */
export function isTracked({ group, resource, verbs }: ResourceInfo): boolean {
  return !isEvents({ group, resource }) && REMOVABLE.every((verb) => verbs.includes(verb));
}

type Kinds = ReadonlyMap<string, Resource>;

const kindsOf = new WeakMap<readonly ResourceInfo[], Kinds>();

function byGroupKind(served: readonly ResourceInfo[]): Kinds {
  const known = kindsOf.get(served);
  if (known !== undefined) return known;
  const kinds = new Map<string, Resource>();
  for (const resource of served) if (resource.verbs.includes('get')) kinds.set(`${resource.group}/${resource.kind}`, resource);
  kindsOf.set(served, kinds);
  return kinds;
}

/** The resource of an owner reference; undefined if the kind is not served. */
export function resourceOf(
  { apiVersion, kind }: { apiVersion: string; kind: string },
  served: readonly ResourceInfo[],
): Resource | undefined {
  const slash = apiVersion.indexOf('/');
  return byGroupKind(served).get(`${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`);
}
