import type { Definition } from './definition.js';
import { loadDefinitions, readSchema } from './load-definitions.js';

/** A kind in a version of a group, as in `apiVersion` and `kind`. */
export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

/** A subresource in discovery: `pods/status`. Group and version are only set if the kind belongs to another one. */
export interface SubresourceInfo {
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly group?: string;
  readonly version?: string;
}

/** A resource in discovery; schema/resources.json has one per line. A CustomResourceDefinition is converted to one too. */
export interface ResourceInfo {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  /** The kind of its lists, if it is not the kind with `List`. */
  readonly listKind?: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: Readonly<Record<string, SubresourceInfo>>;
  /** The group version in which it is stored, if different (`v1`, `autoscaling/v2`). */
  readonly storedAs?: string;
  /** The group version in discovery's storageVersionHash, if different. */
  readonly hashedAs?: string;
  /** What clients of a custom kind's deprecated version are warned with. */
  readonly deprecation?: string;
}

/** The versions of a group, the preferred one first. */
export interface GroupVersions {
  readonly group: string;
  readonly versions: readonly string[];
}

/** `v1` or `apps/v1`. */
export const groupVersionOf = (group: string, version: string): string => (group ? `${group}/${version}` : version);

/** Splits an apiVersion: 'apps/v1' → apps, v1; 'v1' → '', v1. */
export function parseGroupVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

const definitions = loadDefinitions();
const resourceList = readSchema<readonly ResourceInfo[]>('resources.json');
const groupList = readSchema<readonly GroupVersions[]>('groups.json');

const kindKey = (group: string, version: string, kind: string): string => `${group}/${version}/${kind}`;
const byKind = new Map<string, Definition>();
const anyGroup = new Map<string, Definition>();
for (const definition of definitions.values()) {
  if (definition.gvk) byKind.set(kindKey(...definition.gvk), definition);
  if (definition.allGroups) anyGroup.set(definition.name, definition);
}
const byResource = new Map(resourceList.map((r) => [kindKey(r.group, r.version, r.resource), r]));

function storageVersionOf(group: string, resource: string): string | undefined {
  const [first] = groupList
    .filter((g) => g.group === group)
    .flatMap((g) => g.versions.map((v) => byResource.get(kindKey(group, v, resource))));
  const info = first ?? resourceList.find((r) => r.group === group && r.resource === resource);
  return info && (info.storedAs ?? groupVersionOf(info.group, info.version));
}

/** Lookups in the schema, all by exact name. */
export const scheme = {
  /**
   * The definition of a kind, e.g. {apps, v1, Deployment}; kinds of every group (DeleteOptions, WatchEvent) are found in any known group
   * version.
   */
  definitionFor({ group, version, kind }: GroupVersionKind): Definition | undefined {
    return byKind.get(kindKey(group, version, kind)) ?? anyGroup.get(kind);
  },
  /** A definition by its id in the schema: `core.v1.PodSpec`. Throws if there is none, since ids are constants in the code. */
  definition(id: string): Definition {
    const found = definitions.get(id);
    if (!found) throw new Error(`no definition ${id} in the schema`);
    return found;
  },
  definitions: (): Iterable<Definition> => definitions.values(),
  /** A resource by group, version and plural name, e.g. ('apps', 'v1', 'deployments'). */
  resourceFor: (group: string, version: string, resource: string): ResourceInfo | undefined =>
    byResource.get(kindKey(group, version, resource)),
  /** The resource whose objects are of a kind. */
  resourceOfKind: (gvk: GroupVersionKind): ResourceInfo | undefined =>
    resourceList.find((r) => r.kind === gvk.kind && r.group === gvk.group && r.version === gvk.version),
  /** All resources, in discovery's order within a group version. */
  resources: (): readonly ResourceInfo[] => resourceList,
  /** The groups in discovery's order (by priority), each with its versions, the preferred one first. The core group comes first. */
  groupVersions: (): readonly GroupVersions[] => groupList,
  /** The apiVersion in which objects of a resource are stored: `v1` for both kinds of events, `autoscaling/v2` for autoscalers. */
  storageVersionOf,
} as const;
