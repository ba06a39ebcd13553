import { isJsonObject } from '../json-object.js';
import type { SchemaField, SchemaStruct, SchemaType } from '../schema.js';

/**
 * A schema compiled for field tracking: how each value is traversed. Compiled once per struct; a struct's fields are compiled on first use,
 * because types may be recursive (JSONSchemaProps).
 */
export type FieldTree =
  | { readonly of: 'leaf' }
  | StructTree
  | { readonly of: 'map'; readonly values: FieldTree }
  /** Traversed as the value is: an object as a map, everything else as a leaf (the deduced type of structured-merge-diff). */
  | { readonly of: 'untyped' }
  | { readonly of: 'set' }
  | { readonly of: 'list'; readonly keys: readonly ListKey[]; readonly items: FieldTree };

/** A struct; its fields are compiled on first use (fieldsOf). */
export interface StructTree {
  readonly of: 'struct';
  readonly definition: SchemaStruct;
  /** By name, in the order of their names. */
  fields?: ReadonlyMap<string, TreeField>;
  /** Fields that are not traversed. */
  readonly omitted?: ReadonlySet<string>;
}

/** A field of a struct: its path element and its subtree. */
interface TreeField {
  readonly name: string;
  readonly element: string;
  readonly tree: FieldTree;
}

/** One of the keys that identify an element of a list, with the value for elements that omit it. */
export interface ListKey {
  readonly name: string;
  readonly default: unknown;
}

const LEAF_TREE: FieldTree = { of: 'leaf' };
const SET_TREE: FieldTree = { of: 'set' };
const UNTYPED_TREE: FieldTree = { of: 'untyped' };
const UNTYPED_MAP: FieldTree = { of: 'map', values: UNTYPED_TREE };
const structs = new WeakMap<SchemaStruct, FieldTree>();

/** The tree of a struct. Atomic structs and those with a custom encoding are leaves. */
export function treeOf(definition: SchemaStruct): FieldTree {
  const known = structs.get(definition);
  if (known) return known;
  const atomic = definition.special !== undefined || definition.source?.mapType === 'atomic';
  const tree: FieldTree = atomic ? LEAF_TREE : { of: 'struct', definition };
  structs.set(definition, tree);
  return tree;
}

/** The fields of a struct sorted by name, as in sets. */
function fieldsOf(tree: StructTree): ReadonlyMap<string, TreeField> {
  tree.fields ??= new Map(
    [...tree.definition.byName.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((field) => [field.name, { name: field.name, element: `f:${field.name}`, tree: treeOfField(field) }]),
  );
  return tree.fields;
}

/** A member of a struct's object; undefined if it is not traversed. */
export function memberOf(tree: StructTree, name: string): Omit<TreeField, 'name'> | undefined {
  const field = fieldsOf(tree).get(name);
  if (tree.omitted?.has(name)) return undefined;
  if (field !== undefined) return field;
  const others = othersOf(tree);
  return others && { element: `f:${name}`, tree: others };
}

/** A struct without some of its fields, and without some of those of its metadata. */
export function treeWithout(definition: SchemaStruct, names: Iterable<string>, ofMetadata: Iterable<string>): FieldTree {
  const tree = treeOf(definition);
  if (tree.of !== 'struct') return tree;
  const fields = new Map(fieldsOf(tree));
  const metadata = fields.get('metadata');
  if (metadata?.tree.of === 'struct') fields.set('metadata', { ...metadata, tree: { ...metadata.tree, omitted: new Set(ofMetadata) } });
  return { ...tree, fields, omitted: new Set(names) };
}

/** The tree by which a value is traversed: an untyped one by what it is. `other` is the value that it is compared or merged with. */
export function treeFor(tree: FieldTree, value: unknown, other: unknown = value): FieldTree {
  if (tree.of !== 'untyped') return tree;
  return isJsonObject(value) && isJsonObject(other) ? UNTYPED_MAP : LEAF_TREE;
}

/** The tree of a struct's fields that are not declared; undefined if there may be none. */
function othersOf({ definition: { others } }: StructTree): FieldTree | undefined {
  return others && treeOfType(others);
}

function treeOfType(type: SchemaType): FieldTree {
  if (type.of === 'untyped') return UNTYPED_TREE;
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
  return { of: 'list', keys: listKeys(listMapKeys, type.items), items: treeOfType(type.items) };
}

/** The keys of an associative list, sorted; a key that is always encoded has Go's zero value as its default. */
export function listKeys(names: readonly string[], items: SchemaType): ListKey[] {
  const struct = items.of === 'struct' ? items.definition : undefined;
  return [...names].sort().map((name) => {
    const field = struct?.byName.get(name);
    return { name, default: field?.default ?? (field?.keepZero && !field.pointer ? zeroOf(field.type) : undefined) };
  });
}

function zeroOf({ of }: SchemaType): unknown {
  if (of === 'string') return '';
  return of === 'int32' || of === 'int64' ? 0 : undefined;
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
