import type { SchemaField, SchemaStruct, SchemaType } from '../schema.js';

/**
 * A schema made ready for tracking fields: how each value is looked into. Compiled once a struct and kept;
 * a struct's fields are compiled when first met, as types refer to themselves (JSONSchemaProps).
 */
export type FieldTree =
  | { readonly of: 'leaf' }
  | { readonly of: 'struct'; readonly definition: SchemaStruct; readonly fields: Map<string, TreeField> }
  | { readonly of: 'map'; readonly values: FieldTree }
  | { readonly of: 'set' }
  | { readonly of: 'list'; readonly keys: readonly ListKey[]; readonly items: FieldTree };

/** A field of a struct: its path element and what is below it. */
export interface TreeField {
  readonly element: string;
  readonly tree: FieldTree;
}

/** One of the keys that name an element of a list, with the value an element has that leaves it out. */
export interface ListKey {
  readonly name: string;
  readonly default: unknown;
}

const LEAF_TREE: FieldTree = { of: 'leaf' };
const SET_TREE: FieldTree = { of: 'set' };
const structs = new WeakMap<SchemaStruct, FieldTree>();

/** The tree of a struct. Atomic structs and those written as something else are leaves. */
export function treeOf(definition: SchemaStruct): FieldTree {
  const known = structs.get(definition);
  if (known) return known;
  const atomic = definition.special !== undefined || definition.source?.mapType === 'atomic';
  const tree: FieldTree = atomic ? LEAF_TREE : { of: 'struct', definition, fields: new Map() };
  structs.set(definition, tree);
  return tree;
}

/** A field that the schema does not know is a leaf, as nothing is known of its inside. */
export function fieldIn(tree: FieldTree & { of: 'struct' }, name: string): TreeField {
  const known = tree.fields.get(name);
  if (known) return known;
  const field = tree.definition.byName.get(name);
  const made = { element: `f:${name}`, tree: field ? treeOfField(field) : LEAF_TREE };
  if (field) tree.fields.set(name, made);
  return made;
}

function treeOfType(type: SchemaType): FieldTree {
  if (type.of === 'struct') return treeOf(type.definition);
  // Maps of maps are granular at each level; lists without a marker are atomic.
  return type.of === 'map' ? { of: 'map', values: treeOfType(type.values) } : LEAF_TREE;
}

function treeOfField(field: SchemaField): FieldTree {
  const { type, listType, listMapKeys = [], mapType } = field;
  if (mapType === 'atomic') return LEAF_TREE;
  if (type.of !== 'list') return treeOfType(type);
  if (listType === 'set') return SET_TREE;
  if (listType !== 'map') return LEAF_TREE;
  const struct = type.items.of === 'struct' ? type.items.definition : undefined;
  const keys = [...listMapKeys].sort().map((name) => ({ name, default: struct?.byName.get(name)?.default }));
  return { of: 'list', keys, items: treeOfType(type.items) };
}

/** The path element of a list's item: `k:{"containerPort":80,"protocol":"TCP"}`. */
export function itemElement(keys: readonly ListKey[], item: unknown): string {
  const values = (item ?? {}) as Record<string, unknown>;
  let text = '';
  for (const key of keys) {
    const value = values[key.name] ?? key.default;
    if (value !== undefined) text += `${text === '' ? '' : ','}"${key.name}":${JSON.stringify(value)}`;
  }
  return `k:{${text}}`;
}
