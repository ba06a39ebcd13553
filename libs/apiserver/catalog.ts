import { groupVersionOf, type ResourceInfo, scheme } from '#api';
import { type GroupKind, type GroupResource, type KubeObject, type NameRule, nameIsDNSSubdomain } from '#apimachinery';
import { keyRoot } from './rest/keys.js';
import { nameRule } from './rest/object-meta.js';
import type { ResourceStrategy } from './rest/strategy.js';

/** How objects of one version of a kind become the version that is stored, and back. Pure; both return new objects. */
export interface Conversion {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  toStorage(object: KubeObject): KubeObject;
  fromStorage(object: KubeObject): KubeObject;
}

/** What discovery says of a subresource, with the kind of its bodies. */
export interface Subresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: ReadonlySet<string>;
}

/** One resource in one version, with all that the pipeline needs to know of it. Immutable and shared by all clusters. */
export interface Endpoint {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly apiVersion: string;
  readonly namespaced: boolean;
  readonly verbs: ReadonlySet<string>;
  readonly subresources: ReadonlyMap<string, Subresource>;
  readonly groupResource: GroupResource;
  readonly groupKind: GroupKind;
  readonly strategy: ResourceStrategy;
  readonly nameRule: NameRule;
  /** Prefix of its keys, without a slash at the end. */
  readonly root: string;
  /** The endpoint of the version that is stored: itself, mostly. */
  readonly storage: Endpoint;
  readonly conversion?: Conversion;
  /** The stored text is what clients read, but for the resourceVersion. */
  readonly streamed: boolean;
}

/** All resources that a cluster serves. */
export interface Catalog {
  endpoint(group: string, version: string, resource: string): Endpoint | undefined;
  /** The endpoint of the version that is stored. */
  stored(group: string, resource: string): Endpoint | undefined;
  served(group: string, version: string): boolean;
}

type Draft = { -readonly [K in keyof Endpoint]: Endpoint[K] };

const NO_STRATEGY = (info: ResourceInfo): ResourceStrategy => ({ group: info.group, resource: info.resource });

function draft(info: ResourceInfo, strategies: ReadonlyMap<string, ResourceStrategy>): Draft {
  const { group, version, resource, kind, namespaced } = info;
  const strategy = strategies.get(`${group}/${resource}`) ?? NO_STRATEGY(info);
  const subresources = new Map<string, Subresource>();
  for (const [name, sub] of Object.entries(info.subresources)) {
    const own = sub.version === undefined;
    const verbs = new Set(sub.verbs);
    subresources.set(name, { name, group: own ? group : (sub.group ?? ''), version: sub.version ?? version, kind: sub.kind, verbs });
  }
  const endpoint: Omit<Draft, 'storage'> = {
    group,
    version,
    resource,
    kind,
    apiVersion: groupVersionOf(group, version),
    namespaced,
    verbs: new Set(info.verbs),
    subresources,
    groupResource: { group, resource },
    groupKind: { group, kind },
    strategy,
    nameRule: strategy.validateName ? nameRule(strategy.validateName) : nameIsDNSSubdomain,
    root: keyRoot(group, resource),
    streamed: strategy.decorate === undefined,
  };
  // An endpoint is stored as itself until linkStorage says otherwise.
  const made = endpoint as Draft;
  made.storage = made;
  return made;
}

/** Joins the schema's resources with their strategies and conversions. Throws where one is stored in a version that nothing serves. */
function buildCatalog(strategies: readonly ResourceStrategy[], conversions: readonly Conversion[] = []): Catalog {
  const byResource = new Map(strategies.map((strategy) => [`${strategy.group}/${strategy.resource}`, strategy]));
  const endpoints = new Map<string, Draft>();
  const groupVersions = new Set<string>();
  for (const info of scheme.resources()) {
    const endpoint = draft(info, byResource);
    endpoints.set(`${endpoint.apiVersion}/${info.resource}`, endpoint);
    groupVersions.add(endpoint.apiVersion);
  }
  const stored = new Map<string, Endpoint>();
  for (const endpoint of endpoints.values()) linkStorage(endpoint, endpoints, conversions);
  for (const endpoint of endpoints.values()) stored.set(`${endpoint.group}/${endpoint.resource}`, endpoint.storage);
  return {
    endpoint: (group, version, resource) => endpoints.get(`${groupVersionOf(group, version)}/${resource}`),
    stored: (group, resource) => stored.get(`${group}/${resource}`),
    served: (group, version) => groupVersions.has(groupVersionOf(group, version)),
  };
}

function linkStorage(endpoint: Draft, endpoints: ReadonlyMap<string, Draft>, conversions: readonly Conversion[]): void {
  const apiVersion = scheme.resourceFor(endpoint.group, endpoint.version, endpoint.resource)?.storedAs;
  if (apiVersion === undefined || apiVersion === endpoint.apiVersion) return;
  const storage = endpoints.get(`${apiVersion}/${endpoint.resource}`);
  if (!storage) throw new Error(`${endpoint.apiVersion} ${endpoint.resource} is stored as ${apiVersion}, which is not served`);
  endpoint.storage = storage;
  endpoint.root = storage.root;
  endpoint.streamed = false;
  const { group, version, resource } = endpoint;
  const conversion = conversions.find(
    (candidate) => candidate.group === group && candidate.version === version && candidate.resource === resource,
  );
  if (conversion) endpoint.conversion = conversion;
}

const catalogs = new WeakMap<readonly ResourceStrategy[], Catalog>();

/** The catalogue of a list of strategies, built once and shared by all clusters that use the list. */
export function catalogOf(strategies: readonly ResourceStrategy[], conversions: readonly Conversion[] = []): Catalog {
  let catalog = catalogs.get(strategies);
  if (catalog === undefined) {
    catalog = buildCatalog(strategies, conversions);
    catalogs.set(strategies, catalog);
  }
  return catalog;
}

/** An object's key. */
export function objectKey(endpoint: Endpoint, namespace: string, name: string): string {
  return endpoint.namespaced ? `${endpoint.root}/${namespace}/${name}` : `${endpoint.root}/${name}`;
}
