import type { Definition, Resource } from '#api';
import { groupVersionOf, parseGroupVersion, type ResourceInfo, scheme } from '#api';

/** What the kinds are taken from: the schema that a cluster serves. */
export type KindSource = Pick<typeof scheme, 'resources' | 'definitionFor' | 'resourceOfKind'>;

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

function graphKind(source: KindSource, info: ResourceInfo): GraphKind[] {
  const definition = source.definitionFor(info);
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

const namesOf = ({ kind, resource, singular, shortNames }: ResourceInfo): string[] => [
  ...new Set([kind.toLowerCase(), resource, singular, ...(shortNames ?? [])]),
];

/** The resource as the client takes it. */
export const resourceOf = (kind: GraphKind): Resource => kind.info;

/** The kinds that one cluster's graph shows. */
export class GraphKinds {
  /** Every kind that can be listed, in discovery's order. */
  readonly all: readonly GraphKind[];
  private readonly byKind: ReadonlyMap<string, GraphKind>;
  private readonly byName = new Map<string, GraphKind[]>();

  constructor(private readonly source: KindSource) {
    this.all = source.resources().flatMap((info) => graphKind(source, info));
    this.byKind = new Map(this.all.map((kind) => [`${groupVersionOf(kind.info.group, kind.info.version)} ${kind.info.kind}`, kind]));
    for (const kind of this.all) {
      for (const name of namesOf(kind.info)) this.byName.set(name, [...(this.byName.get(name) ?? []), kind]);
    }
  }

  /** The kind of an object's apiVersion and kind. */
  of(apiVersion: string, kind: string): GraphKind | undefined {
    return this.byKind.get(`${apiVersion} ${kind}`);
  }

  /** The kind of a resource. */
  ofResource(resource: Resource): GraphKind | undefined {
    return this.of(groupVersionOf(resource.group, resource.version), resource.kind);
  }

  /** The resource of an object's apiVersion and kind, also of those that cannot be read; undefined for what the cluster does not serve. */
  resource(apiVersion: string, kind: string): Resource | undefined {
    return this.source.resourceOfKind({ ...parseGroupVersion(apiVersion), kind });
  }

  /** A kind by what a person types: Pod, pods, po, deployments.apps. The stored version wins where several match. */
  named(name: string): GraphKind | undefined {
    const [word = '', ...rest] = name.toLowerCase().split('.');
    const group = rest.join('.');
    const matches = (this.byName.get(word) ?? []).filter(({ info }) => group === '' || info.group === group);
    return matches.find(({ info }) => isStored(info)) ?? matches[0];
  }
}

let builtIn: GraphKinds | undefined;

/** The kinds of a cluster: for now the same for all, those of the API's own schema. */
export function kindsOf(_cluster: string): GraphKinds {
  builtIn ??= new GraphKinds(scheme);
  return builtIn;
}
