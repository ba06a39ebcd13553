import {
  byVersionPriority,
  type GroupVersionKind,
  type GroupVersions,
  groupVersionOf,
  type KindSchema,
  type OwnKind,
  type SchemaLookup,
  type Served,
} from '#api';
import type { GroupResource } from '#apimachinery';
import { type APIResource, type APIResourceSource, apiResource, type Conversion, storedAs } from './rest/api-resource.js';
import type { RestStorage, StorageProvider } from './rest/storage.js';
import { Entries, pathOf, type StorageMap } from './storage-map.js';

/** A kind, in all its versions, that one cluster serves in addition to the built-in ones; the first version is the stored one. */
export interface CustomKind {
  versions: ReadonlyArray<APIResourceSource & { schema: KindSchema }>;
  providers?: readonly StorageProvider[];
}

/** Versions of a custom kind differ only in their apiVersion (apiextensions-apiserver/pkg/apiserver/conversion nop_converter.go). */
function renaming({ group, version, resource, apiVersion }: APIResource, stored: APIResource): Conversion {
  return {
    group,
    version,
    resource,
    toStorage: (object) => ({ ...object, apiVersion: stored.apiVersion }),
    fromStorage: (object) => ({ ...object, apiVersion }),
  };
}

/**
 * The storages of one cluster: its own kinds on top of the shared ones. They are added and removed with the objects that define them, and
 * are kept nowhere else: dropping the map drops them.
 */
export class ClusterStorages implements StorageMap {
  private custom = new Entries();
  private schemas = new Map<string, KindSchema>();
  private document: Served | undefined;
  private readonly kinds = new Map<string, CustomKind>();
  /** Callbacks to call when a custom resource is removed, by group and resource. */
  private readonly standing = new Map<string, Set<() => void>>();

  constructor(private readonly builtIn: StorageMap) {}

  /** Serves a kind, replacing the previous definition; `id` is `<plural>.<group>`. Built-in resources take precedence over custom ones. */
  install(id: string, kind: CustomKind): void {
    const former = this.kinds.get(id);
    this.kinds.set(id, kind);
    this.rebuild();
    if (former) this.end(former);
  }

  /** Stops serving a kind. */
  remove(id: string): void {
    const former = this.kinds.get(id);
    if (former === undefined) return;
    this.kinds.delete(id);
    this.rebuild();
    this.end(former);
  }

  find(group: string, version: string, resource: string, subresource = ''): RestStorage | undefined {
    return (
      this.builtIn.find(group, version, resource, subresource) ?? this.custom.storages.get(pathOf(group, version, resource, subresource))
    );
  }

  stored(group: string, resource: string): APIResource | undefined {
    return this.builtIn.stored(group, resource) ?? this.custom.byResource.get(`${group}/${resource}`);
  }

  serves(group: string, version: string): boolean {
    return this.builtIn.serves(group, version) || this.custom.groupVersions.has(groupVersionOf(group, version));
  }

  served(): Served {
    if (this.kinds.size === 0) return this.builtIn.served();
    this.document ??= joined(
      this.builtIn.served(),
      [...this.kinds.values()].flatMap(({ versions }) => versions),
    );
    return this.document;
  }

  readonly schemaFor: SchemaLookup = (gvk: GroupVersionKind) =>
    this.builtIn.schemaFor(gvk) ?? this.schemas.get(pathOf(gvk.group, gvk.version, gvk.kind, ''));

  whileServed({ group, resource }: GroupResource, end: () => void): (() => void) | undefined {
    if (this.builtIn.stored(group, resource)) return undefined;
    const id = `${group}/${resource}`;
    if (!this.custom.byResource.has(id)) {
      end();
      return undefined;
    }
    const ends = this.standing.get(id) ?? new Set();
    this.standing.set(id, ends.add(end));
    return () => {
      if (ends.delete(end) && ends.size === 0 && this.standing.get(id) === ends) this.standing.delete(id);
    };
  }

  /** Watches end when the storage they were started on is removed (apiextensions-apiserver/pkg/apiserver/customresource_handler.go). */
  private end({ versions }: CustomKind): void {
    for (const { info } of versions) {
      const id = `${info.group}/${info.resource}`;
      const ends = this.standing.get(id) ?? [];
      this.standing.delete(id);
      for (const end of ends) end();
    }
  }

  private rebuild(): void {
    this.custom = new Entries();
    this.schemas = new Map();
    this.document = undefined;
    for (const { versions, providers = [] } of this.kinds.values()) {
      const drafts = versions.map(apiResource);
      const [stored] = drafts;
      for (const draft of drafts) {
        if (stored && draft !== stored) storedAs(draft, stored, renaming(draft, stored));
        this.custom.add(draft, providers);
        this.schemas.set(pathOf(draft.group, draft.version, draft.kind, ''), draft.schema);
      }
    }
  }
}

/** Discovery of built-in and custom resources: groups of custom kinds come last, sorted by name (apiserver/pkg/endpoints/discovery). */
function joined(builtIn: Served, own: readonly OwnKind[]): Served {
  const more = own.map(({ info }) => info);
  const groups = new Map<string, Set<string>>();
  for (const { group, version } of more) groups.set(group, (groups.get(group) ?? new Set()).add(version));
  const known = builtIn.groups.map(({ group, versions }): GroupVersions => {
    const added = groups.get(group);
    groups.delete(group);
    return { group, versions: [...new Set([...versions, ...(added ?? [])])] };
  });
  const others = [...groups].map(([group, versions]): GroupVersions => ({ group, versions: [...versions].sort(byVersionPriority) }));
  others.sort((a, b) => (a.group < b.group ? -1 : 1));
  return { groups: [...known, ...others], resources: [...builtIn.resources, ...more], own };
}
