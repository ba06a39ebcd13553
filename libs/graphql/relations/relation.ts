import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';

/** A field that REST lacks: from an object to others of the same cluster. */
export interface Relation<T extends KubeObject = KubeObject> {
  /** The kind it stands on; none: on every kind. */
  readonly on?: Resource<T>;
  readonly field: string;
  readonly description: string;
  /** The kind it leads to; none: to any kind (the interface KubernetesObject). */
  readonly to?: Resource;
  readonly list: boolean;
  resolve(object: T, context: GraphContext): Promise<KubeObject | readonly KubeObject[] | undefined>;
}

/** A relation with the types of its ends forgotten, so that all can stand in one list. */
export function defineRelation<T extends KubeObject>(relation: Relation<T>): Relation {
  return relation as unknown as Relation;
}
