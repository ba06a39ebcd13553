import { groupVersionOf, kindSchema, type SchemaLookup, type Served, scheme } from '#api';
import { failureStatus, type GroupResource, StatusError } from '#apimachinery';
import type { AnyResource } from './custom-resources/add-ons.js';
import {
  type APIResource,
  type APIResourceDraft,
  apiResource,
  type Conversion,
  storedAs,
  storedVersionOf,
  subresourceShape,
} from './rest/api-resource.js';
import { converting } from './rest/converting.js';
import { getObject } from './rest/get.js';
import { reviewStorage } from './rest/review.js';
import { scaleRules, scaleShape, scaleStorage } from './rest/scale.js';
import { viewOf } from './rest/status.js';
import type { Capabilities, RestStorage, StorageProvider } from './rest/storage.js';
import { storeStorage, viewStorage } from './rest/store-storage.js';
import type { ResourceStrategy } from './rest/strategy.js';

/** What a cluster serves: group/version/resource[/subresource] → storage. */
export interface StorageMap {
  /** Undefined if nothing is served under that path. */
  find(group: string, version: string, resource: string, subresource?: string): RestStorage | undefined;
  /** The resource in its stored version. */
  stored(group: string, resource: string): APIResource | undefined;
  /** Whether a group version is served at all. */
  serves(group: string, version: string): boolean;
  /** What answers for any resource of a group version of an add-on. */
  any?(group: string, version: string): AnyResource | undefined;
  /** The discovery documents; the same object until something changes. */
  served(): Served;
  schemaFor: SchemaLookup;
  /** Whether a group version has built-in kinds. */
  isBuiltIn(group: string, version: string): boolean;
  /** Brings the cluster's own kinds up to date with its CustomResourceDefinitions as of now. */
  refresh(): Promise<void>;
  /** The same as of what is cached, for callers that have just brought the cache up to now. Undefined if nothing has to be read. */
  catchUp(): Promise<void> | undefined;
  /**
   * The same before a resource is looked for, if there is need: for one that is not known, which may have been established a moment ago by
   * another process, and while definitions are not cached. Undefined if there is none.
   */
  prepare(group: string, version: string, resource: string): Promise<void> | undefined;
  /**
   * Calls `end` once the resource is no longer served, or is served by another storage; returns a function that cancels this. Undefined if
   * that never happens.
   */
  whileServed(resource: GroupResource, end: () => void): (() => void) | undefined;
}

/** The parts of the built-in map; the lists are shared by all clusters. */
export interface StorageSources {
  strategies: readonly ResourceStrategy[];
  conversions?: readonly Conversion[];
  providers?: readonly StorageProvider[];
}

/** The key of a storage, or of a kind, in a map. */
export const pathOf = (group: string, version: string, resource: string, subresource: string): string =>
  `${group}/${version}/${resource}/${subresource}`;

/** 501 for a subresource that discovery lists but no storage serves yet. */
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
    return converting({ ...generic, ...provider?.capabilities(resource) }, resource);
  }
  if (provider) return provider.capabilities(resource);
  if (subresource === 'scale' && scaleRules(resource)) return scaleStorage(resource);
  const view = viewOf(resource, subresource);
  return view ? converting(viewStorage(view), resource) : unserved(resource.resource, subresource);
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

/** Lookups over a list of resources and their storages. */
export class Entries {
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

/** Combines the schema's resources with their strategies, conversions and providers. Throws if they do not match. */
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
    isBuiltIn: (group, version) => entries.groupVersions.has(groupVersionOf(group, version)),
    refresh: () => Promise.resolve(),
    catchUp: () => undefined,
    prepare: () => undefined,
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
