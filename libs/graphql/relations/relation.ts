import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import type { Reading } from '../loaders.js';

interface Field<T extends KubeObject> {
  /** The kind it stands on; none: on every kind. */
  readonly on?: Resource<T>;
  readonly field: string;
  readonly description: string;
}

/** A field that leads from an object to one other. */
export interface ToOne<T extends KubeObject = KubeObject> extends Field<T> {
  readonly list: false;
  /** The kind it leads to; none: to any kind (the interface KubernetesObject). */
  readonly to?: Resource;
  resolve(object: T, context: GraphContext): Promise<KubeObject | undefined>;
}

/** What the client selects of a relation's objects; handed on to the loaders, which ask the server for no others. */
export type Selectors = Pick<Reading, 'labelSelector' | 'fieldSelector'>;

/** A field that leads from an object to several others, ordered by namespace and name where the description says nothing else. */
export interface ToMany<T extends KubeObject = KubeObject> extends Field<T> {
  readonly list: true;
  readonly to: Resource;
  resolve(object: T, context: GraphContext, selectors: Selectors): Promise<readonly KubeObject[]>;
}

/** A field that REST lacks: from an object to others of the same cluster. */
export type Relation = ToOne | ToMany;

/** A relation with the types of its ends forgotten, so that all can stand in one list. */
export function defineRelation<T extends KubeObject>(relation: ToOne<T> | ToMany<T>): Relation {
  return relation as unknown as Relation;
}
