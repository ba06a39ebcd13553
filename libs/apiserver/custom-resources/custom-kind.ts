import { groupVersionOf, type KindSchema, type OwnKind } from '#api';
import type { GroupResource } from '#apimachinery';
import { type APIResource, type APIResourceSource, apiResource, type Conversion, storedAs } from '../rest/api-resource.js';
import type { StorageProvider } from '../rest/storage.js';
import { Entries } from '../storage-map.js';

/** One version of a custom kind. */
export interface CustomVersion extends APIResourceSource {
  schema: KindSchema;
  /** False: it is only stored. Default true. */
  served?: boolean;
  /** How its objects are converted to and from the stored version; by default only their apiVersion differs. */
  conversion?: Omit<Conversion, 'group' | 'version' | 'resource'>;
}

/** A kind, in all its versions, that one cluster serves in addition to the built-in ones; the first version is the stored one. */
export interface CustomKind {
  versions: readonly CustomVersion[];
  providers?: readonly StorageProvider[];
}

/** Versions of a custom kind differ only in their apiVersion (apiextensions-apiserver/pkg/apiserver/conversion nop_converter.go). */
function renaming({ apiVersion }: APIResource, stored: APIResource): NonNullable<CustomVersion['conversion']> {
  return {
    toStorage: (object) => ({ ...object, apiVersion: stored.apiVersion }),
    fromStorage: (object) => ({ ...object, apiVersion }),
  };
}

/** The storages of a kind. Shared by all clusters that serve the same kind. */
export interface BuiltKind {
  readonly groupResource: GroupResource;
  readonly kind: string;
  readonly entries: Entries;
  /** The schemas of its served versions. */
  readonly schemas: ReadonlyMap<string, KindSchema>;
  readonly groupVersions: readonly string[];
  readonly own: readonly OwnKind[];
}

const built = new WeakMap<CustomKind, BuiltKind>();

/** The storages of a kind, made once. Undefined if it has no version. */
export function builtKind(kind: CustomKind): BuiltKind | undefined {
  const known = built.get(kind);
  if (known !== undefined) return known;
  const made = build(kind);
  if (made !== undefined) built.set(kind, made);
  return made;
}

function build({ versions, providers = [] }: CustomKind): BuiltKind | undefined {
  const drafts = versions.map((version) => ({ version, draft: apiResource(version) }));
  const stored = drafts[0]?.draft;
  if (stored === undefined) return undefined;
  const entries = new Entries();
  const served = drafts.filter(({ version }) => version.served !== false);
  for (const { version, draft } of drafts) {
    const { group, version: name, resource } = draft;
    const conversion = version.conversion ?? (draft === stored ? undefined : renaming(draft, stored));
    if (conversion) storedAs(draft, stored, { group, version: name, resource, ...conversion });
  }
  for (const { draft } of served) entries.add(draft, providers);
  return {
    groupResource: stored.groupResource,
    kind: stored.kind,
    entries,
    schemas: new Map(served.map(({ draft }) => [draft.version, draft.schema])),
    groupVersions: served.map(({ draft: { group, version } }) => groupVersionOf(group, version)),
    own: served.map(({ version: { info, schema } }) => ({ info, schema })),
  };
}
