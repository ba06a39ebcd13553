import type { SchemaStruct, SchemaType } from '../schema.js';

/** Go's encoding of an empty struct: the fields without omitempty. Creations are compared with it. */

type Item = Record<string, unknown>;

const empties = new WeakMap<SchemaStruct, Item>();
const NUMBERS = ['int32', 'int64', 'double'];

function zeroOf(type: SchemaType): unknown {
  if (type.of === 'struct') return type.definition.special === undefined ? emptyObject(type.definition) : null;
  if (type.of === 'string' || type.of === 'quantity') return type.of === 'string' ? '' : '0';
  if (NUMBERS.includes(type.of) || type.of === 'intOrString') return 0;
  return type.of === 'boolean' ? false : null;
}

/** The empty object of a struct. Shared: must not be modified. */
export function emptyObject(definition: SchemaStruct): Item {
  const known = empties.get(definition);
  if (known) return known;
  const empty: Item = {};
  empties.set(definition, empty);
  for (const field of definition.byName.values()) if (field.keepZero) empty[field.name] = field.pointer ? null : zeroOf(field.type);
  return empty;
}
