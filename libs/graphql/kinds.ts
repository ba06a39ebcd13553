import type { Definition, Resource } from '#api';
import { builtIn, groupVersionOf, type KindSchema, preferredResources, type ResourceInfo, type Served, scheme } from '#api';
import { atOnce, type Pieces } from './execution/pieces.js';
import { limits } from './limits.js';
import { typedFields } from './shapes/typed-fields.js';

/** A kind in the graph: a resource whose objects can be read. */
export interface GraphKind {
  readonly info: ResourceInfo;
  /** What its type is built from; `own` for a custom kind of this cluster, of which what is below `spec` and the like is not typed if it is `plain`. */
  readonly source: { readonly definition: Definition } | { readonly own: KindSchema; readonly plain?: true };
  /** Name of the GraphQL type: the kind's, preceded by group and version if another kind has that name. */
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

/** Applies the kind's capitals to the plural: ReplicaSet, replicasets → replicaSets; NetworkPolicy, networkpolicies → networkPolicies. */
export function pluralName(kind: string, resource: string): string {
  const lower = kind.toLowerCase();
  let same = 0;
  while (same < lower.length && lower[same] === resource[same]) same += 1;
  return small(kind.slice(0, same) + resource.slice(same));
}

/** Whether this is the stored version, of resources that serve the same objects in several versions. */
const isStored = (info: ResourceInfo): boolean =>
  (info.storedAs ?? groupVersionOf(info.group, info.version)) === groupVersionOf(info.group, info.version);

type Names = Pick<GraphKind, 'typeName' | 'one' | 'many'>;

/** GraphQL names consist of letters, digits and underscores. */
const asName = (text: string): string => text.replaceAll(/[^A-Za-z0-9_]/g, '_');

/** `My-Kind` → MyKind: an underscore in the name of a type precedes what is within a custom kind (shapes/custom.ts). */
const asTypeName = (kind: string): string => kind.split('-').map(capital).join('');

function namesFor({ kind, resource }: ResourceInfo, prefix = ''): Names {
  const plural = pluralName(kind, resource);
  const singular = small(kind) === plural ? `${plural}Object` : small(kind);
  const field = (name: string): string => asName(prefix === '' ? name : small(prefix) + capital(name));
  return { typeName: prefix + asTypeName(kind), one: field(singular), many: field(plural) };
}

function builtInKind(info: ResourceInfo): GraphKind[] {
  const definition = scheme.definitionFor(info);
  if (!definition) return [];
  return [{ info, source: { definition }, ...namesFor(info, isStored(info) ? '' : packagePrefix(definition.package)) }];
}

/** The types of a kind: of its objects, their pages and what happens to them. */
const typeNames = (name: string): string[] => [name, `${name}List`, `${name}WatchEvent`];

/** What a kind is, whatever a graph calls it. */
export type ServedKind = Pick<GraphKind, 'info' | 'source'>;

/** The kinds that a cluster serves, found by what Kubernetes calls them: they are the same whatever its graph calls them. */
export interface ServedKinds<K extends ServedKind = ServedKind> {
  /** The kind for an object's apiVersion and kind. */
  of(apiVersion: string, kind: string): K | undefined;
  ofResource(resource: Resource): K | undefined;
  /** Those that cannot be read, too. */
  resource(apiVersion: string, kind: string): Resource | undefined;
  /** A kind as typed by a person. */
  named(name: string): K | undefined;
  /** What kinds can be called by. */
  names(): Iterable<string>;
}

/** Names that are in use in a graph. */
export interface TakenNames {
  types: ReadonlySet<string>;
  fields: ReadonlySet<string>;
}

/** For custom kinds: if another kind has the name, group and version are put before it, and if necessary a number after it. */
function* ownKinds({ own = [] }: Served, preferred: ReadonlySet<ResourceInfo>, { types, fields }: TakenNames): Generator<GraphKind> {
  const usedTypes = new Set(types);
  const usedFields = new Set(fields);
  const isFree = ({ typeName, one, many }: Names): boolean =>
    !typeNames(typeName).some((name) => usedTypes.has(name)) && !usedFields.has(one) && !usedFields.has(many);
  /** The last number used for a prefix, so that none is tried twice. */
  const numbers = new Map<string, number>();
  /** The fields that can be typed. */
  let left = limits.clusterFields;
  // The preferred versions come first, and so have the plain names.
  for (const { info, schema } of [...own.filter(({ info }) => preferred.has(info)), ...own.filter(({ info }) => !preferred.has(info))]) {
    if (!isReadable(info)) continue;
    const prefix = packagePrefix(`${info.group}.${info.version}`.replaceAll(/[^A-Za-z0-9_]/g, '.'));
    let names = namesFor(info);
    if (!isFree(names)) names = namesFor(info, prefix);
    while (!isFree(names)) {
      const number = (numbers.get(prefix) ?? 1) + 1;
      numbers.set(prefix, number);
      names = namesFor(info, `${prefix}_${number}_`);
    }
    for (const name of typeNames(names.typeName)) usedTypes.add(name);
    for (const name of [names.one, names.many]) usedFields.add(name);
    const count = typedFields(schema);
    const plain = count > left;
    if (!plain) left -= count;
    yield { info, source: { own: schema, ...(plain && { plain }) }, ...names };
  }
}

const isReadable = ({ verbs }: ResourceInfo): boolean => verbs.includes('list');

const namesOf = ({ kind, resource, singular, shortNames }: ResourceInfo): string[] => [
  ...new Set([kind.toLowerCase(), resource, singular, ...(shortNames ?? [])]),
];

/** The resource as used with the client. */
export const resourceOf = (kind: Pick<GraphKind, 'info'>): Resource => kind.info;

const kindKey = ({ group, version, kind }: ResourceInfo): string => `${groupVersionOf(group, version)} ${kind}`;

/** The kinds of a graph, and what they are found by. */
type Found = Pick<GraphKinds, 'all' | 'stored'> & {
  byKind: ReadonlyMap<string, GraphKind>;
  resources: ReadonlyMap<string, Resource>;
  byName: ReadonlyMap<string, readonly GraphKind[]>;
};

/** The kinds in one cluster's graph. */
export class GraphKinds implements ServedKinds<GraphKind> {
  /** Every kind that can be listed, in discovery's order. */
  readonly all: readonly GraphKind[];
  /** The same without those that show the objects of another one in another version. */
  readonly stored: readonly GraphKind[];
  private readonly byKind: Found['byKind'];
  private readonly resources: Found['resources'];
  private readonly byName: Found['byName'];

  constructor({ all, stored, byKind, resources, byName }: Found) {
    this.all = all;
    this.stored = stored;
    this.byKind = byKind;
    this.resources = resources;
    this.byName = byName;
  }

  /** The kind for an object's apiVersion and kind. */
  of(apiVersion: string, kind: string): GraphKind | undefined {
    return this.byKind.get(`${apiVersion} ${kind}`);
  }

  /** The kind of a resource. */
  ofResource(resource: Resource): GraphKind | undefined {
    return this.of(groupVersionOf(resource.group, resource.version), resource.kind);
  }

  /** The resource for an object's apiVersion and kind, including those that cannot be read; undefined if the cluster does not serve it. */
  resource(apiVersion: string, kind: string): Resource | undefined {
    return this.resources.get(`${apiVersion} ${kind}`);
  }

  /** What kinds can be called by, without their groups. */
  names(): Iterable<string> {
    return this.byName.keys();
  }

  /** The kinds of a category, as of kubectl's: `all`, `api-extensions`, those of custom kinds; undefined if no kind is in it. */
  ofCategory(category: string): readonly GraphKind[] | undefined {
    const found = this.stored.filter(({ info }) => info.categories?.includes(category));
    return found.length > 0 ? found : undefined;
  }

  /** A kind as typed by a person: Pod, pods, po, deployments.apps. If several match, the stored version is preferred. */
  named(name: string): GraphKind | undefined {
    const [word = '', ...rest] = name.toLowerCase().split('.');
    const group = rest.join('.');
    const matches = (this.byName.get(word) ?? []).filter(({ info }) => group === '' || info.group === group);
    return matches.find(({ info }) => isStored(info)) ?? matches[0];
  }
}

/** The kinds of what is served. The names of custom kinds differ from those in `taken`. */
export function* kindsOf(served: Served, taken: TakenNames = { types: new Set(), fields: new Set() }): Pieces<GraphKinds> {
  const own = new Set(served.own?.map(({ info }) => info));
  const preferred = new Set(own.size === 0 ? [] : preferredResources(served));
  yield;
  const shared = served.resources.filter((info) => !own.has(info) && isReadable(info));
  const all: GraphKind[] = shared.flatMap(builtInKind);
  for (const kind of ownKinds(served, preferred, taken)) {
    all.push(kind);
    yield;
  }
  const byKind = new Map<string, GraphKind>();
  const byName = new Map<string, GraphKind[]>();
  for (const kind of all) {
    byKind.set(kindKey(kind.info), kind);
    for (const name of namesOf(kind.info)) {
      const others = byName.get(name);
      if (others) others.push(kind);
      else byName.set(name, [kind]);
    }
    yield;
  }
  const resources = new Map<string, Resource>();
  for (const info of served.resources) {
    const key = kindKey(info);
    // Of several resources with the same kind the first one is used.
    if (!resources.has(key)) resources.set(key, info);
    yield;
  }
  const stored = all.filter(({ info }) => (own.has(info) ? preferred.has(info) : isStored(info)));
  return new GraphKinds({ all, stored, byKind, resources, byName });
}

/** The kinds that every cluster serves. */
export const builtInKinds: GraphKinds = atOnce(kindsOf(builtIn));
