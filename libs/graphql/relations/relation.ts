import type { GraphQLFieldConfigArgumentMap } from 'graphql';
import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import type { Reading } from '../loaders.js';

interface Field<T extends KubeObject> {
  /** The kind that has it; unset: every kind. */
  readonly on?: Resource<T>;
  readonly field: string;
  readonly description: string;
}

/** A field that leads from an object to one other object. */
export interface ToOne<T extends KubeObject = KubeObject> extends Field<T> {
  readonly list: false;
  /** The kind it leads to; unset: any kind (the interface KubernetesObject). */
  readonly to?: Resource;
  resolve(object: T, context: GraphContext): Promise<KubeObject | undefined>;
}

/** The client's selection of a relation's objects; passed to the loaders, which request only these from the server. */
export type Selectors = Pick<Reading, 'labelSelector' | 'fieldSelector'>;

/** A field that leads from an object to several others, ordered by namespace and name unless the description says otherwise. */
export interface ToMany<T extends KubeObject = KubeObject, A extends object = object> extends Field<T> {
  readonly list: true;
  /** The kind they are of; unset: any kind, and the field takes no selectors. */
  readonly to?: Resource;
  /** Its arguments beside `limit` and the selectors. */
  readonly args?: GraphQLFieldConfigArgumentMap;
  /** The objects, and an error for each kind of them that could not be read. */
  resolve(object: T, context: GraphContext, selection: Selectors & A): Promise<ReadonlyArray<KubeObject | Error>>;
}

/** A field that REST does not have: from an object to others of the same cluster. */
export type Relation = ToOne | ToMany;

/** A relation without the types of its ends, so that all can be in one list. */
export function defineRelation<T extends KubeObject, A extends object = object>(relation: ToOne<T> | ToMany<T, A>): Relation {
  return relation as unknown as Relation;
}
