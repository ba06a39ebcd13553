import { isJsonObject } from '#apimachinery';
import type { Schema } from './schema-node.js';

/** What occurs in a schema, at a node or below it: where nothing of a sort occurs, objects are not looked through for it. */
export interface Occurrences {
  /** x-kubernetes-embedded-resource. */
  readonly embedded: boolean;
  readonly defaults: boolean;
  /** Lists of type set or map. */
  readonly uniqueLists: boolean;
}

const NONE: Occurrences = { embedded: false, defaults: false, uniqueLists: false };

const known = new WeakMap<Schema, Occurrences>();

/** Worked out once a schema. */
export function occurrencesOf(schema: Schema): Occurrences {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const { properties, items, additionalProperties, 'x-kubernetes-list-type': listType } = schema;
  let embedded = schema['x-kubernetes-embedded-resource'] === true;
  let defaults = (schema.default ?? null) !== null;
  let uniqueLists = listType === 'set' || listType === 'map';
  for (const one of [items, additionalProperties, ...Object.values(properties ?? {})]) {
    const below = isJsonObject(one) ? occurrencesOf(one as Schema) : NONE;
    embedded ||= below.embedded;
    defaults ||= below.defaults;
    uniqueLists ||= below.uniqueLists;
  }
  const made = { embedded, defaults, uniqueLists };
  known.set(schema, made);
  return made;
}
