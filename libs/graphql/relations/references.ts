import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import type { Grouping } from '../loaders.js';
import { defineRelation, type Relation, type Selectors } from './relation.js';

/** What all relations of one kind to another say. */
interface Ends<T extends KubeObject, U extends KubeObject> {
  readonly on: Resource<T>;
  readonly field: string;
  readonly description: string;
  readonly to: Resource<U>;
}

/** Where an object is; by default in the namespace of the object that refers to it. */
interface Place {
  name: string | undefined;
  namespace?: string;
}

/** The namespace of the objects of `to` that an object can refer to: its own one; undefined: all, or none. */
const homeOf = (to: Resource, { metadata }: KubeObject): string | undefined => (to.namespaced ? metadata.namespace : undefined);

/** Leads to the object that this one names. */
export function refersToOne<T extends KubeObject, U extends KubeObject>({
  at,
  ...ends
}: Ends<T, U> & { at(object: T): Place | undefined }): Relation {
  return defineRelation<T>({
    ...ends,
    list: false,
    resolve: async (object, { loaders }) => {
      const { name, namespace = homeOf(ends.to, object) } = at(object) ?? {};
      return name ? loaders.get(ends.to, name, namespace) : undefined;
    },
  });
}

/** Leads to the objects that this one names; those that do not exist are left out. */
export function refersToMany<T extends KubeObject, U extends KubeObject>({
  names,
  ...ends
}: Ends<T, U> & { names(object: T): Iterable<string> }): Relation {
  return defineRelation<T>({
    ...ends,
    list: true,
    resolve: (object, context, selectors) =>
      byNames({ resource: ends.to, namespace: homeOf(ends.to, object), names: names(object) }, context, selectors),
  });
}

/** Leads to the objects that name this one: their keys `by` the grouping contain one of its keys, by default its name. */
export function referredToBy<T extends KubeObject, U extends KubeObject>({
  by,
  keys = ({ metadata }) => [metadata.name],
  ...ends
}: Ends<T, U> & { by: Grouping<U>; keys?(object: T): readonly string[] }): Relation {
  return defineRelation<T>({
    ...ends,
    list: true,
    resolve: async (object, { loaders }, selectors) => {
      const groups = await loaders.grouped(ends.to, { namespace: homeOf(ends.to, object), ...selectors }, by);
      const own = keys(object);
      const found = own.flatMap((key) => groups.get(key) ?? []);
      return own.length > 1 ? ordered(found) : found;
    },
  });
}

const orderKey = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** The objects by namespace and name, each once. */
export function ordered<T extends KubeObject>(objects: readonly T[]): T[] {
  return [...new Set(objects)].sort((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1));
}

/** The existing objects with these names, by name. */
async function byNames<T extends KubeObject>(
  { resource, namespace, names }: { resource: Resource<T>; namespace: string | undefined; names: Iterable<string> },
  { loaders, meter }: GraphContext,
  selectors: Selectors,
): Promise<T[]> {
  const wanted = new Set(names);
  if (wanted.size === 0) return [];
  if (selectors.labelSelector || selectors.fieldSelector) {
    const selected = await loaders.list(resource, { namespace, ...selectors });
    return selected.filter(({ metadata }) => wanted.has(metadata.name));
  }
  const found: Array<Promise<T | undefined>> = [];
  for (const name of [...wanted].sort()) {
    const wait = meter.turn();
    if (wait) await wait;
    const loading = loaders.get(resource, name, namespace);
    // It may reject while this waits: the rejection is handled below.
    loading.catch(() => undefined);
    found.push(loading);
  }
  return (await Promise.all(found)).filter((object) => object !== undefined);
}
