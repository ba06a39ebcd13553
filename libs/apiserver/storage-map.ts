import {
  byVersionPriority,
  type GroupVersionKind,
  type GroupVersions,
  groupVersionOf,
  type KindSchema,
  kindSchema,
  type OwnKind,
  type SchemaLookup,
  type Served,
  scheme,
} from '#api';
import { failureStatus, type GroupResource, StatusError } from '#apimachinery';
import {
  type APIResource,
  type APIResourceDraft,
  type APIResourceSource,
  apiResource,
  type Conversion,
  storedAs,
  storedVersionOf,
  subresourceShape,
} from './rest/api-resource.js';
import { getObject } from './rest/get.js';
import { reviewStorage } from './rest/review.js';
import { scaleShape, scaleStorage } from './rest/scale.js';
import { viewOf } from './rest/status.js';
import type { Capabilities, RestStorage, StorageProvider } from './rest/storage.js';
import { storeStorage, viewStorage } from './rest/store-storage.js';
import type { ResourceStrategy } from './rest/strategy.js';

/** What a cluster serves: group/version/resource[/subresource] → storage. */
export interface StorageMap {
  /** Undefined where nothing is served under that path. */
  find(group: string, version: string, resource: string, subresource?: string): RestStorage | undefined;
  /** The resource in the version that is stored. */
  stored(group: string, resource: string): APIResource | undefined;
  /** Whether a group version is served at all. */
  serves(group: string, version: string): boolean;
  /** What discovery tells; the same object until something changes. */
  served(): Served;
  schemaFor: SchemaLookup;
  /** Calls `end` once a resource is served no more, or otherwise; returns what forgets it. Undefined where that never happens. */
  whileServed(resource: GroupResource, end: () => void): (() => void) | undefined;
}

/** The parts that the built-in map is made of; lists are shared by all clusters. */
export interface StorageSources {
  strategies: readonly ResourceStrategy[];
  conversions?: readonly Conversion[];
  providers?: readonly StorageProvider[];
}

const pathOf = (group: string, version: string, resource: string, subresource: string): string =>
  `${group}/${version}/${resource}/${subresource}`;

/** 501 of a subresource that discovery lists and no storage serves yet. */
function notServed(resource: string, subresource: string): StatusError {
  return new StatusError(failureStatus({ code: 501, message: `${resource}/${subresource} is not served by this cluster yet` }));
}

function unserved(resource: string, subresource: string): Capabilities {
  return {
    async connect(scope) {
      await getObject(scope);
      throw notServed(resource, subresource);
    },
  };
}

function capabilitiesOf(resource: APIResource, subresource: string, providers: readonly StorageProvider[]): Capabilities {
  const provider = providers.find(
    (one) => one.group === resource.group && one.resource === resource.resource && one.subresource === subresource,
  );
  if (subresource === '') {
    const { answer } = resource.strategy;
    const generic = answer ? reviewStorage(answer) : storeStorage(resource);
    return { ...generic, ...provider?.capabilities(resource) };
  }
  if (provider) return provider.capabilities(resource);
  if (subresource === 'scale' && resource.stored.strategy.scale) return scaleStorage(resource);
  const view = viewOf(resource, subresource);
  return view ? viewStorage(view) : unserved(resource.resource, subresource);
}

/** The storages of a resource and of its subresources. */
function storagesOf(resource: APIResource, providers: readonly StorageProvider[]): RestStorage[] {
  const { info } = resource;
  const own = { resource, subresource: '', shape: resource, verbs: new Set(info.verbs), ...capabilitiesOf(resource, '', providers) };
  const below = Object.entries(info.subresources).map(([subresource, sub]) => ({
    resource,
    subresource,
    shape: subresourceShape(resource, sub, subresource === 'scale' ? scaleShape : undefined),
    verbs: new Set(sub.verbs),
    ...capabilitiesOf(resource, subresource, providers),
  }));
  return [own, ...below];
}

/** Look-ups over a list of resources and their storages. */
class Entries {
  readonly storages = new Map<string, RestStorage>();
  readonly byResource = new Map<string, APIResource>();
  readonly groupVersions = new Set<string>();

  add(resource: APIResource, providers: readonly StorageProvider[]): void {
    const { group, version } = resource;
    this.groupVersions.add(groupVersionOf(group, version));
    this.byResource.set(`${group}/${resource.resource}`, resource.stored);
    for (const storage of storagesOf(resource, providers)) {
      this.storages.set(pathOf(group, version, resource.resource, storage.subresource), storage);
    }
  }
}

function linkStored(draft: APIResourceDraft, drafts: ReadonlyMap<string, APIResourceDraft>, conversions: readonly Conversion[]): void {
  const { group, version, resource } = draft;
  const stored = storedVersionOf(draft.info);
  if (stored.group === group && stored.version === version) return;
  const target = drafts.get(pathOf(stored.group, stored.version, resource, ''));
  if (!target) throw new Error(`${draft.apiVersion} ${resource} is stored as ${draft.info.storedAs}, which is not served`);
  storedAs(
    draft,
    target,
    conversions.find((one) => one.group === group && one.version === version && one.resource === resource),
  );
}

/** Joins the schema's resources with their strategies, conversions and providers. Throws where they do not fit. */
function buildMap({ strategies, conversions = [], providers = [] }: StorageSources): StorageMap {
  const strategyOf = new Map(strategies.map((strategy) => [`${strategy.group}/${strategy.resource}`, strategy]));
  const drafts = new Map<string, APIResourceDraft>();
  for (const info of scheme.resources()) {
    const strategy = strategyOf.get(`${info.group}/${info.resource}`);
    drafts.set(pathOf(info.group, info.version, info.resource, ''), apiResource({ info, ...(strategy ? { strategy } : {}) }));
  }
  const entries = new Entries();
  for (const draft of drafts.values()) linkStored(draft, drafts, conversions);
  for (const draft of drafts.values()) entries.add(draft, providers);
  const served: Served = { groups: scheme.groupVersions(), resources: scheme.resources() };
  return {
    find: (group, version, resource, subresource = '') => entries.storages.get(pathOf(group, version, resource, subresource)),
    stored: (group, resource) => entries.byResource.get(`${group}/${resource}`),
    serves: (group, version) => entries.groupVersions.has(groupVersionOf(group, version)),
    served: () => served,
    schemaFor: kindSchema,
    whileServed: () => undefined,
  };
}

const maps = new WeakMap<readonly ResourceStrategy[], StorageMap>();

/** The built-in map of a list of strategies, built once and shared by all clusters that use the list. Immutable. */
export function builtInStorages(sources: StorageSources): StorageMap {
  let map = maps.get(sources.strategies);
  if (map === undefined) {
    map = buildMap(sources);
    maps.set(sources.strategies, map);
  }
  return map;
}

/** A kind that one cluster serves beside the built-in ones, in all its versions; the first one is stored. */
export interface CustomKind {
  versions: ReadonlyArray<APIResourceSource & { schema: KindSchema }>;
  providers?: readonly StorageProvider[];
}

/** Versions of a custom kind differ in their name alone (apiextensions-apiserver/pkg/apiserver/conversion nop_converter.go). */
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
 * The map of one cluster: its own kinds lie over the shared ones. They come and go with the objects that define them; nothing of them
 * is kept anywhere else, so dropping the map drops them.
 */
export class ClusterStorages implements StorageMap {
  private custom = new Entries();
  private schemas = new Map<string, KindSchema>();
  private document: Served | undefined;
  private readonly kinds = new Map<string, CustomKind>();
  /** What ends with a custom resource, by group and resource. */
  private readonly standing = new Map<string, Set<() => void>>();

  constructor(private readonly builtIn: StorageMap) {}

  /** Serves a kind, or serves it anew; `id` is `<plural>.<group>`. Built-in resources win over custom ones. */
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

  /** Watches end with the storage that they were begun on (apiextensions-apiserver/pkg/apiserver/customresource_handler.go). */
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

/** Discovery of built-in and custom resources: groups of custom kinds come last, by name (apiserver/pkg/endpoints/discovery). */
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
