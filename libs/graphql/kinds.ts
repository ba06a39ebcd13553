import type { Definition, Resource } from '#api';
import { groupVersionOf, parseGroupVersion, type ResourceInfo, scheme } from '#api';

/** A kind of the graph: a resource whose objects can be read. */
export interface GraphKind {
  readonly info: ResourceInfo;
  readonly definition: Definition;
  /** Name of the GraphQL type: the kind's, with group and version before it where another kind has it already. */
  readonly typeName: string;
  /** Name of the root field for one object. */
  readonly one: string;
  /** Name of the root field for a list. */
  readonly many: string;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const small = (text: string): string => text.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/, (head) => head.toLowerCase());

/** `AppsV1` for apps.v1. */
export const packagePrefix = (pkg: string): string => pkg.split('.').map(capital).join('');

/** Takes the kind's capitals over to the plural: ReplicaSet, replicasets → replicaSets; NetworkPolicy, networkpolicies → networkPolicies. */
export function pluralName(kind: string, resource: string): string {
  const lower = kind.toLowerCase();
  let same = 0;
  while (same < lower.length && lower[same] === resource[same]) same += 1;
  return small(kind.slice(0, same) + resource.slice(same));
}

/** Whether the resource is the one its objects are stored as, of those that serve the same objects in several versions. */
const isStored = (info: ResourceInfo): boolean =>
  (info.storedAs ?? groupVersionOf(info.group, info.version)) === groupVersionOf(info.group, info.version);

function graphKind(info: ResourceInfo): GraphKind[] {
  const definition = scheme.definitionFor(info);
  if (!definition || !info.verbs.includes('list')) return [];
  const main = isStored(info);
  const prefix = main ? '' : packagePrefix(definition.package);
  const plural = pluralName(info.kind, info.resource);
  const singular = small(info.kind) === plural ? `${plural}Object` : small(info.kind);
  return [
    {
      info,
      definition,
      typeName: prefix + info.kind,
      one: main ? singular : small(prefix) + capital(singular),
      many: main ? plural : small(prefix) + capital(plural),
    },
  ];
}

/** Every kind that can be listed, in discovery's order. */
export const kinds: readonly GraphKind[] = scheme.resources().flatMap(graphKind);

/** The resource as the client takes it. */
export const resourceOf = (kind: GraphKind): Resource => kind.info;

/** The resource of an object's apiVersion and kind; undefined for a kind the cluster does not serve. */
export function resourceOfKind(apiVersion: string, kind: string): Resource | undefined {
  return scheme.resourceOfKind({ ...parseGroupVersion(apiVersion), kind });
}

/** The graph's kind for an apiVersion and kind. */
export function kindOf(apiVersion: string, kind: string): GraphKind | undefined {
  return kinds.find((k) => k.info.kind === kind && groupVersionOf(k.info.group, k.info.version) === apiVersion);
}

/**
 * A kind by what a person types: Pod, pods, po, deployments.apps. The stored version wins where several match.
 */
export function kindNamed(name: string): GraphKind | undefined {
  const [word = '', ...rest] = name.toLowerCase().split('.');
  const group = rest.join('.');
  const matches = kinds.filter(
    ({ info }) =>
      (info.kind.toLowerCase() === word || info.resource === word || info.singular === word || info.shortNames?.includes(word)) &&
      (group === '' || info.group === group),
  );
  return matches.find(({ info }) => isStored(info)) ?? matches[0];
}
