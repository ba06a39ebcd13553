import { deepEqual } from '../equality.js';
import { isJsonObject } from '../json-object.js';
import { getOwn } from '../own-key.js';
import { type FieldTree, itemElement, type ListKey, memberOf, type StructTree, treeFor } from './field-tree.js';
import { type FieldSet, LEAF } from './fieldset.js';
import { type Item } from './typed.js';

/**
 * The differences between two objects: paths that are new or have another value, and removed paths (structured-merge-diff's Comparison).
 */
export interface Comparison {
  changed: FieldSet;
  removed: FieldSet;
}

/** The same for a part of it; undefined if there are none. */
interface Part {
  changed?: FieldSet;
  removed?: FieldSet;
}

type Builder = Record<string, FieldSet>;

const SELF = '.';
const ALIKE: Part = Object.freeze({});

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

/** Whether a value has no members: also null. */
export function isEmptyContainer(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && (Array.isArray(value) ? value.length === 0 : isEmpty(value));
}

/** Sets are sorted by path element. */
function inOrder(names: string[]): string[] {
  for (let i = 1; i < names.length; i++) if ((names[i - 1] ?? '') > (names[i] ?? '')) return names.sort();
  return names;
}

/** Sets are sorted by path element. */
function sorted(set: Builder): Builder {
  const keys = Object.keys(set);
  const result: Builder = {};
  if (keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') <= key)) return set;
  for (const key of keys.sort()) result[key] = set[key] ?? LEAF;
  return result;
}

/** One element, or all that share a path element. */
interface Element {
  item: unknown;
  shared: boolean;
}

/** The elements of an associative list or a set by their path element. Elements with the same one are kept together, as a leaf. */
export function itemsOf(tree: FieldTree, value: unknown): Map<string, Element> {
  const items = new Map<string, Element>();
  if (!Array.isArray(value)) return items;
  const keys: readonly ListKey[] = tree.of === 'list' ? tree.keys : [];
  for (const item of value) {
    const element = tree.of === 'set' ? `v:${JSON.stringify(item)}` : itemElement(keys, item);
    const earlier = items.get(element);
    if (earlier === undefined) items.set(element, { item, shared: false });
    else if (earlier.shared) (earlier.item as unknown[]).push(item);
    else items.set(element, { item: [earlier.item, item], shared: true });
  }
  return items;
}

const LEAF_TREE: FieldTree = { of: 'leaf' };

/** The tree of a list's elements. */
export const below = (tree: FieldTree, shared: boolean): FieldTree => (tree.of === 'list' && !shared ? tree.items : LEAF_TREE);

/** Every path of a new value: containers are members themselves. */
function allPaths(typed: FieldTree, value: unknown): FieldSet {
  const tree = treeFor(typed, value);
  if (tree.of === 'map' && isJsonObject(value)) return mapPaths(tree.values, value);
  if (tree.of === 'leaf' || isEmptyContainer(value)) return LEAF;
  const set: Builder = { [SELF]: LEAF };
  if (tree.of === 'struct') {
    const object = value as Item;
    for (const name of inOrder(Object.keys(object))) {
      const member = memberOf(tree, name);
      if (member !== undefined && object[name] !== undefined) set[member.element] = allPaths(member.tree, object[name]);
    }
    return set;
  }
  for (const [element, { item, shared }] of itemsOf(tree, value)) set[element] = allPaths(below(tree, shared), item);
  return sorted(set);
}

/** The same for a map. Its keys are listed only once, because that is slow for an object with very many members. */
function mapPaths(values: FieldTree, map: Item): FieldSet {
  const names = Object.keys(map);
  if (names.length === 0) return LEAF;
  const set: Builder = { [SELF]: LEAF };
  for (const name of inOrder(names)) set[`f:${name}`] = allPaths(values, map[name]);
  return set;
}

/** Collects the differences of the members of a container. */
class Gathered {
  private changed: Builder | undefined;
  private removed: Builder | undefined;

  /** One member; undefined if it does not exist. */
  member(element: string, tree: FieldTree, before: unknown, after: unknown): void {
    if (before === after) return;
    if (before === undefined) this.add(element, allPaths(tree, after));
    else if (after === undefined) this.drop(element, allPaths(tree, before));
    else {
      const part = compareValues(tree, before, after);
      if (part.changed) this.add(element, part.changed);
      if (part.removed) this.drop(element, part.removed);
    }
  }

  private add(element: string, paths: FieldSet): void {
    this.changed ??= {};
    this.changed[element] = paths;
  }

  private drop(element: string, paths: FieldSet): void {
    this.removed ??= {};
    this.removed[element] = paths;
  }

  part(): Part {
    const { changed, removed } = this;
    if (!changed && !removed) return ALIKE;
    return { changed: changed && sorted(changed), removed: removed && sorted(removed) };
  }
}

/** Objects have few of the fields that their structs declare, so it is their members that are looked at, not the fields. */
function compareStructs(tree: StructTree, before: Item, after: Item): Part {
  const gathered = new Gathered();
  for (const name in after) {
    const old = getOwn(before, name);
    if (old === after[name]) continue;
    const member = memberOf(tree, name);
    if (member !== undefined) gathered.member(member.element, member.tree, old, after[name]);
  }
  for (const name in before) {
    const member = Object.hasOwn(after, name) ? undefined : memberOf(tree, name);
    if (member !== undefined) gathered.member(member.element, member.tree, before[name], undefined);
  }
  return gathered.part();
}

function compareMaps(values: FieldTree, before: Item, after: Item): Part {
  const gathered = new Gathered();
  for (const name in after) gathered.member(`f:${name}`, values, getOwn(before, name), after[name]);
  for (const name in before) if (!Object.hasOwn(after, name)) gathered.member(`f:${name}`, values, before[name], undefined);
  return gathered.part();
}

function compareLists(tree: FieldTree, before: unknown, after: unknown): Part {
  const gathered = new Gathered();
  const old = itemsOf(tree, before);
  for (const [element, { item, shared }] of itemsOf(tree, after)) {
    const match = old.get(element);
    gathered.member(element, below(tree, shared || match?.shared === true), match?.item, item);
    old.delete(element);
  }
  for (const [element, { item, shared }] of old) gathered.member(element, below(tree, shared), item, undefined);
  return gathered.part();
}

/** A pair of values that both exist. */
function compareValues(typed: FieldTree, before: unknown, after: unknown): Part {
  if (before === after) return ALIKE;
  const tree = treeFor(typed, before, after);
  if (tree.of === 'leaf' || (isEmptyContainer(before) && isEmptyContainer(after)))
    return deepEqual(before, after) ? ALIKE : { changed: LEAF };
  if (tree.of === 'struct') return compareStructs(tree, isJsonObject(before) ? before : {}, isJsonObject(after) ? after : {});
  if (tree.of === 'map') return compareMaps(tree.values, isJsonObject(before) ? before : {}, isJsonObject(after) ? after : {});
  return compareLists(tree, before, after);
}

/** Compares two objects of a struct. */
export function compareObjects(tree: FieldTree, before: object, after: object): Comparison {
  const { changed = LEAF, removed = LEAF } = compareValues(tree, before, after);
  return { changed, removed };
}
