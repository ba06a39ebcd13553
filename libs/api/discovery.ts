import { createHash } from 'node:crypto';
import { notAcceptable } from '#apimachinery';
import { bodyMediaTypes } from './decode.js';
import type { KindSchema } from './kind-schema.js';
import { type GroupVersions, groupVersionOf, parseGroupVersion, type ResourceInfo, scheme } from './scheme.js';

/** A custom kind that one cluster serves, in one version. */
export interface OwnKind {
  readonly info: ResourceInfo;
  readonly schema: KindSchema;
}

/**
 * The discovery documents, legacy and aggregated (apiserver/pkg/endpoints/discovery, KEP-3352). Pure: the served resources are passed in as
 * lists, so that they can include those of CustomResourceDefinitions.
 */
export interface Served {
  /** In order of priority; versions with the preferred one first. The core group is ''. */
  groups: readonly GroupVersions[];
  resources: readonly ResourceInfo[];
  /** The cluster's custom resources among them, with their schemas. */
  own?: readonly OwnKind[];
}

/** What the schema serves. */
export const builtIn: Served = { groups: scheme.groupVersions(), resources: scheme.resources() };

export type AggregatedVersion = 'v2' | 'v2beta1';

/** The form of a discovery document: aggregated, or the plain list as JSON. */
export type DiscoveryForm = AggregatedVersion | 'plain';

const hash = (text: string): string => createHash('sha256').update(text).digest().subarray(0, 8).toString('base64');

/**
 * The hash by which clients notice that a resource's storage version has changed (apiserver/pkg/endpoints/discovery/storageversionhash.go).
 */
export function storageVersionHash({ group, version, kind, storedAs, hashedAs }: ResourceInfo): string {
  const stored = parseGroupVersion(hashedAs ?? storedAs ?? groupVersionOf(group, version));
  return hash(`${stored.group}/${stored.version}/${kind}`);
}

const isStored = (resource: ResourceInfo): boolean => resource.verbs.includes('create') && resource.verbs.includes('get');

const preferred = new WeakMap<Served, readonly ResourceInfo[]>();

/**
 * Every resource once, in the first version of its group that has it (client-go discovery ServerPreferredResources); the same array
 * for the same document.
 */
export function preferredResources(served: Served): readonly ResourceInfo[] {
  const known = preferred.get(served);
  if (known !== undefined) return known;
  const rank = new Map(
    served.groups.flatMap(({ group, versions }) => versions.map((version, index) => [groupVersionOf(group, version), index] as const)),
  );
  const rankOf = ({ group, version }: ResourceInfo): number => rank.get(groupVersionOf(group, version)) ?? rank.size;
  const first = new Map<string, ResourceInfo>();
  for (const info of served.resources) {
    const id = `${info.group}/${info.resource}`;
    const other = first.get(id);
    if (other === undefined || rankOf(info) < rankOf(other)) first.set(id, info);
  }
  const found = [...first.values()];
  preferred.set(served, found);
  return found;
}

/** GET /api. `serverAddress` is host:port as clients reach it. */
export function apiVersions(serverAddress: string): object {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] };
}

function groupBody({ group, versions }: GroupVersions): object {
  const listed = versions.map((version) => ({ groupVersion: groupVersionOf(group, version), version }));
  return { name: group, versions: listed, preferredVersion: listed[0] };
}

/** GET /apis. */
export function apiGroupList({ groups }: Served = builtIn): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.filter((g) => g.group !== '').map(groupBody) };
}

/** GET /apis/GROUP; undefined when the group is not served. */
export function apiGroup(group: string, { groups }: Served = builtIn): object | undefined {
  const found = group === '' ? undefined : groups.find((g) => g.group === group);
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(found) };
}

function resourceBodies(info: ResourceInfo): object[] {
  const { resource, singular, namespaced, kind, verbs, shortNames, categories, subresources } = info;
  const own = {
    name: resource,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
    ...(isStored(info) && { storageVersionHash: storageVersionHash(info) }),
  };
  const below = Object.entries(subresources).map(([name, sub]) => ({
    name: `${resource}/${name}`,
    singularName: '',
    namespaced,
    ...(sub.group !== undefined && { group: sub.group, version: sub.version }),
    kind: sub.kind,
    verbs: sub.verbs,
  }));
  return [own, ...below];
}

/** GET /api/v1 and /apis/GROUP/VERSION; undefined when the version is not served. */
export function apiResourceList(group: string, version: string, { groups, resources }: Served = builtIn): object | undefined {
  if (!groups.some((g) => g.group === group && g.versions.includes(version))) return undefined;
  return {
    kind: 'APIResourceList',
    // The core group's list has no apiVersion, as upstream's.
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: groupVersionOf(group, version),
    resources: resources.filter((r) => r.group === group && r.version === version).flatMap(resourceBodies),
  };
}

function discoveredSubresource([name, sub]: [string, ResourceInfo['subresources'][string]]): object {
  return { subresource: name, responseKind: { group: sub.group ?? '', version: sub.version ?? '', kind: sub.kind }, verbs: sub.verbs };
}

function discoveredResource({ resource, kind, namespaced, singular, verbs, shortNames, categories, subresources }: ResourceInfo): object {
  const below = Object.entries(subresources);
  return {
    resource,
    responseKind: { group: '', version: '', kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames && { shortNames }),
    ...(categories && { categories }),
    ...(below.length > 0 && { subresources: below.map(discoveredSubresource) }),
  };
}

/** GET /api (`legacy`) or /apis as one APIGroupDiscoveryList with all resources. */
export function aggregatedDiscovery(legacy: boolean, as: AggregatedVersion, { groups, resources }: Served = builtIn): object {
  const items = groups
    .filter(({ group }) => (group === '') === legacy)
    .map(({ group, versions }) => ({
      metadata: group ? { name: group } : {},
      versions: versions.map((version) => ({
        version,
        resources: resources.filter((r) => r.group === group && r.version === version).map(discoveredResource),
        freshness: 'Current',
      })),
    }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${as}`, metadata: {}, items };
}

/** The Content-Type of an aggregated document: clients read the version from it. */
export const aggregatedContentType = (as: AggregatedVersion): string =>
  `application/json;g=apidiscovery.k8s.io;v=${as};as=APIGroupDiscoveryList`;

/**
 * Chooses the document by the Accept header of /api and /apis. v1.36 itself supports only v2; v2beta1 is served to clients that would
 * otherwise use plain JSON (kubectl 1.27 to 1.29), which saves them one request per group. Throws StatusError 406 if nothing matches.
 */
export function discoveryForm(accept: string): DiscoveryForm {
  const clauses = accept.split(',').map((clause) => clause.replaceAll(/\s/g, ''));
  const wants = (version: string): boolean =>
    clauses.some(
      (c) =>
        c.startsWith('application/json;') &&
        c.includes('g=apidiscovery.k8s.io') &&
        c.includes(`;v=${version};`) &&
        c.includes('as=APIGroupDiscoveryList'),
    );
  if (wants('v2')) return 'v2';
  const plain = clauses.some((c) => {
    const [type, ...parameters] = c.split(';');
    const fits = ['', '*/*', 'application/*', ...bodyMediaTypes].includes(type ?? '');
    return fits && !parameters.some((p) => p.startsWith('as='));
  });
  if (!plain) throw notAcceptable(bodyMediaTypes);
  return wants('v2beta1') ? 'v2beta1' : 'plain';
}
