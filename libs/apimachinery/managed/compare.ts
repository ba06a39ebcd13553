import { deepEqual } from '../equality.js';
import { type FieldTree, fieldIn, itemElement } from './field-tree.js';
import { type FieldSet, LEAF } from './fieldset.js';

/** What became of an object: paths that are new or have another value, and paths that are gone (structured-merge-diff's Comparison). */
export interface Comparison {
  changed: FieldSet;
  removed: FieldSet;
}

type Item = Record<string, unknown>;
type Builder = Record<string, FieldSet>;

const isObject = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value);

function isEmptyContainer(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object') return false;
  for (const _ in value) return false;
  return true;
}

/** Calls back with the path element, the tree and the value of everything in a container. */
function each(tree: FieldTree, value: unknown, visit: (element: string, below: FieldTree, item: unknown) => void): void {
  if (tree.of === 'struct' || tree.of === 'map') {
    if (!isObject(value)) return;
    // In the order of the names: sets are shown sorted.
    for (const name of Object.keys(value).sort()) {
      if (value[name] === undefined) continue;
      if (tree.of === 'map') visit(`f:${name}`, tree.values, value[name]);
      else {
        const field = fieldIn(tree, name);
        visit(field.element, field.tree, value[name]);
      }
    }
  } else if (Array.isArray(value)) {
    if (tree.of === 'set') for (const item of value) visit(`v:${JSON.stringify(item)}`, LEAF_TREE, item);
    else if (tree.of === 'list') for (const item of value) visit(itemElement(tree.keys, item), tree.items, item);
  }
}

const LEAF_TREE: FieldTree = { of: 'leaf' };
const SELF = '.';

function sorted(set: Builder): Builder {
  const keys = Object.keys(set);
  for (let i = 1; i < keys.length; i++) {
    if ((keys[i - 1] ?? '') <= (keys[i] ?? '')) continue;
    const result: Builder = {};
    for (const key of keys.sort()) result[key] = set[key] ?? LEAF;
    return result;
  }
  return set;
}

/** Every path of a value that was not there before: containers are members themselves. */
export function allPaths(tree: FieldTree, value: unknown): FieldSet {
  if (tree.of === 'leaf' || isEmptyContainer(value)) return LEAF;
  const set: Builder = { [SELF]: LEAF };
  each(tree, value, (element, below, item) => {
    // Items that share a key can't be told apart: the key alone is a member.
    set[element] = element in set ? LEAF : allPaths(below, item);
  });
  return tree.of === 'set' || tree.of === 'list' ? sorted(set) : set;
}

/** Items of a list or members of a map by path element; a repeated list key holds all its items. */
function entriesOf(tree: FieldTree, value: unknown): Map<string, { below: FieldTree; item: unknown }> {
  const entries = new Map<string, { below: FieldTree; item: unknown }>();
  each(tree, value, (element, below, item) => {
    const earlier = entries.get(element);
    entries.set(element, earlier ? { below: LEAF_TREE, item: [earlier.item, item] } : { below, item });
  });
  return entries;
}

function hasPaths(set: Builder): boolean {
  for (const _ in set) return true;
  return false;
}

/** A pair of values that both are there. Undefined: alike. */
function compareValues(tree: FieldTree, before: unknown, after: unknown): { changed?: FieldSet; removed?: FieldSet } {
  if (before === after) return {};
  if (tree.of === 'leaf' || (isEmptyContainer(before) && isEmptyContainer(after))) return deepEqual(before, after) ? {} : { changed: LEAF };
  const changed: Builder = {};
  const removed: Builder = {};
  const old = entriesOf(tree, before);
  each(tree, after, (element, below, item) => {
    const match = old.get(element);
    if (!match) {
      changed[element] = allPaths(below, item);
      return;
    }
    old.delete(element);
    const inner = compareValues(match.below === LEAF_TREE ? LEAF_TREE : below, match.item, item);
    if (inner.changed) changed[element] = inner.changed;
    if (inner.removed) removed[element] = inner.removed;
  });
  for (const [element, { below, item }] of old) removed[element] = allPaths(below, item);
  return { changed: hasPaths(changed) ? sorted(changed) : undefined, removed: hasPaths(removed) ? sorted(removed) : undefined };
}

/** Compares two objects of a struct. */
export function compareObjects(tree: FieldTree, before: object, after: object): Comparison {
  const { changed = LEAF, removed = LEAF } = compareValues(tree, before, after);
  return { changed, removed };
}
