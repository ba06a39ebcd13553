import type { SchemaStruct, SchemaType } from '../schema.js';

/** What Go writes for a struct nobody has filled in: the fields without omitempty. A creation is tracked against it. */

type Item = Record<string, unknown>;

const empties = new WeakMap<SchemaStruct, Item>();
const NUMBERS = ['int32', 'int64', 'double'];

function zeroOf(type: SchemaType): unknown {
  if (type.of === 'struct') return type.definition.special === undefined ? emptyObject(type.definition) : null;
  if (type.of === 'string' || type.of === 'quantity') return type.of === 'string' ? '' : '0';
  if (NUMBERS.includes(type.of) || type.of === 'intOrString') return 0;
  return type.of === 'boolean' ? false : null;
}

/** The empty object of a struct. Shared: not to be changed. */
export function emptyObject(definition: SchemaStruct): Item {
  const known = empties.get(definition);
  if (known) return known;
  const empty: Item = {};
  empties.set(definition, empty);
  for (const field of definition.byName.values()) if (field.keepZero) empty[field.name] = field.pointer ? null : zeroOf(field.type);
  return empty;
}
