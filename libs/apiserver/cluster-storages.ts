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
import { type AddOn, AddOns, type AnyResource } from './custom-resources/add-ons.js';
import { type BuiltKind, builtKind, type CustomKind } from './custom-resources/custom-kind.js';
import { type DefinitionSource, Definitions } from './custom-resources/definitions.js';
import type { APIResource } from './rest/api-resource.js';
import type { RestStorage } from './rest/storage.js';
import { pathOf, type StorageMap } from './storage-map.js';

const idOf = (group: string, name: string): string => `${group}/${name}`;

/**
 * The storages of one cluster: its own kinds on top of the shared ones. They are added and removed with the objects that define them, and
 * are kept nowhere else: dropping the map drops them.
 */
export class ClusterStorages implements StorageMap {
  private readonly kinds = new Map<string, BuiltKind>();
  private byResource = new Map<string, BuiltKind>();
  private byKind = new Map<string, BuiltKind>();
  private groupVersions = new Set<string>();
  private document: Served | undefined;
  private readonly definitions: Definitions | undefined;
  private readonly addOns: AddOns | undefined;
  /** Callbacks to call when a custom resource is removed, by group and resource. */
  private readonly standing = new Map<string, Set<() => void>>();

  /** `source`: the store whose CustomResourceDefinitions and add-ons are served; unset: kinds are only installed by calls. */
  constructor(
    private readonly builtIn: StorageMap,
    source?: DefinitionSource,
    addOns: readonly AddOn[] = [],
  ) {
    const target = { install: (kinds: ReadonlyMap<string, CustomKind | undefined>) => this.change(kinds) };
    this.definitions = source && new Definitions(source, target);
    if (source && addOns.length > 0) this.addOns = new AddOns(addOns, source.store, target);
  }

  /** Serves a kind, replacing the previous definition; `id` is `<plural>.<group>`. Built-in resources take precedence over custom ones. */
  install(id: string, kind: CustomKind): void {
    this.change(new Map([[id, kind]]));
  }

  /** Stops serving a kind. */
  remove(id: string): void {
    if (this.kinds.has(id)) this.change(new Map([[id, undefined]]));
  }

  prepare(group: string, version: string, resource: string): Promise<void> | undefined {
    if (this.definitions === undefined || this.builtIn.serves(group, version)) return undefined;
    if (this.addOns?.has(group)) return this.addOns.refresh();
    const cached = this.definitions.readCache();
    return cached && this.byResource.get(idOf(group, resource))?.groupVersions.includes(groupVersionOf(group, version))
      ? undefined
      : this.definitions.refresh();
  }

  catchUp(): Promise<void> | undefined {
    return this.definitions?.readCache() === false ? this.refresh() : this.addOns?.refresh();
  }

  async refresh(): Promise<void> {
    await Promise.all([this.definitions?.refresh(), this.addOns?.refresh()]);
  }

  find(group: string, version: string, resource: string, subresource = ''): RestStorage | undefined {
    const shared = this.builtIn.find(group, version, resource, subresource);
    if (shared !== undefined) return shared;
    this.definitions?.readCache();
    const own = this.byResource.get(idOf(group, resource));
    return own
      ? own.entries.storages.get(pathOf(group, version, resource, subresource))
      : this.addOns?.any(group, version)?.storage(resource, subresource);
  }

  any(group: string, version: string): AnyResource | undefined {
    return this.addOns?.any(group, version);
  }

  stored(group: string, resource: string): APIResource | undefined {
    const shared = this.builtIn.stored(group, resource);
    if (shared !== undefined) return shared;
    this.definitions?.readCache();
    return this.byResource.get(idOf(group, resource))?.entries.byResource.get(idOf(group, resource));
  }

  serves(group: string, version: string): boolean {
    if (this.builtIn.serves(group, version)) return true;
    this.definitions?.readCache();
    return this.groupVersions.has(groupVersionOf(group, version));
  }

  isBuiltIn(group: string, version: string): boolean {
    return this.builtIn.isBuiltIn(group, version);
  }

  served(): Served {
    this.definitions?.readCache();
    const others = this.addOns?.anyGroupVersions() ?? [];
    if (this.kinds.size === 0 && others.length === 0) return this.builtIn.served();
    const own = [...this.kinds.values()].flatMap((kind) => kind.own);
    this.document ??= joined(this.builtIn.served(), own, others);
    return this.document;
  }

  readonly schemaFor: SchemaLookup = ({ group, version, kind }: GroupVersionKind): KindSchema | undefined => {
    const shared = this.builtIn.schemaFor({ group, version, kind });
    if (shared !== undefined) return shared;
    this.definitions?.readCache();
    return this.byKind.get(idOf(group, kind))?.schemas.get(version);
  };

  whileServed({ group, resource }: GroupResource, end: () => void): (() => void) | undefined {
    if (this.builtIn.stored(group, resource)) return undefined;
    const id = idOf(group, resource);
    if (!this.byResource.has(id)) {
      end();
      return undefined;
    }
    const ends = this.standing.get(id) ?? new Set();
    this.standing.set(id, ends.add(end));
    this.definitions?.follow();
    return () => {
      if (ends.delete(end) && ends.size === 0 && this.standing.get(id) === ends) this.forget(id);
    };
  }

  private forget(id: string): void {
    this.standing.delete(id);
    if (this.standing.size === 0) this.definitions?.unfollow();
  }

  private change(kinds: ReadonlyMap<string, CustomKind | undefined>): void {
    const former: BuiltKind[] = [];
    for (const [id, kind] of kinds) {
      const before = this.kinds.get(id);
      const made = kind && builtKind(kind);
      if (made === undefined) this.kinds.delete(id);
      else this.kinds.set(id, made);
      if (before) former.push(before);
    }
    this.rebuild();
    for (const kind of former) this.end(kind);
  }

  /** Watches end when the storage they were started on is removed (apiextensions-apiserver/pkg/apiserver/customresource_handler.go). */
  private end({ groupResource: { group, resource } }: BuiltKind): void {
    const id = idOf(group, resource);
    const ends = this.standing.get(id) ?? [];
    this.forget(id);
    for (const end of ends) end();
  }

  private rebuild(): void {
    this.byResource = new Map();
    this.byKind = new Map();
    this.groupVersions = new Set();
    this.document = undefined;
    for (const built of this.kinds.values()) {
      const { group, resource } = built.groupResource;
      this.byResource.set(idOf(group, resource), built);
      this.byKind.set(idOf(group, built.kind), built);
      for (const groupVersion of built.groupVersions) this.groupVersions.add(groupVersion);
    }
  }
}

/** Discovery of built-in and custom resources: groups of custom kinds come last, sorted by name (apiserver/pkg/endpoints/discovery). */
function joined(builtIn: Served, own: readonly OwnKind[], open: ReadonlyArray<Pick<AddOn, 'group' | 'version'>>): Served {
  const more = own.map(({ info }) => info);
  const groups = new Map<string, Set<string>>();
  for (const { group, version } of [...more, ...open]) groups.set(group, (groups.get(group) ?? new Set()).add(version));
  const known = builtIn.groups.map(({ group, versions }): GroupVersions => {
    const added = groups.get(group);
    groups.delete(group);
    return { group, versions: [...new Set([...versions, ...(added ?? [])])] };
  });
  const others = [...groups].map(([group, versions]): GroupVersions => ({ group, versions: [...versions].sort(byVersionPriority) }));
  others.sort((a, b) => (a.group < b.group ? -1 : 1));
  return { groups: [...known, ...others], resources: [...builtIn.resources, ...more], own };
}
