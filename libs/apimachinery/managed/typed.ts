import { isJsonObject } from '../json-object.js';
import { getOwn } from '../own-key.js';
import { type FieldTree, itemElement, memberOf, treeFor } from './field-tree.js';
import { type FieldSet, LEAF } from './fieldset.js';

/** Plain values as structured-merge-diff sees them: walked along the tree of their kind. */

export type Item = Record<string, unknown>;

const SELF = '.';
const LEAF_TREE: FieldTree = { of: 'leaf' };

/** The subtree of a member of a struct or map. */
export function memberTree(tree: FieldTree, name: string): FieldTree {
  if (tree.of === 'struct') return memberOf(tree, name)?.tree ?? LEAF_TREE;
  if (tree.of === 'untyped') return tree;
  return tree.of === 'map' ? tree.values : LEAF_TREE;
}

/** The subtree of the items of an associative list. */
export const itemTree = (tree: FieldTree): FieldTree => (tree.of === 'list' ? tree.items : LEAF_TREE);

/** The path element of an item of an associative list or set. */
export const elementOf = (tree: FieldTree, item: unknown): string =>
  tree.of === 'list' ? itemElement(tree.keys, item) : `v:${JSON.stringify(item)}`;

const isEmptyItem = (value: unknown): boolean => isJsonObject(value) && Object.keys(value).length === 0;

/** A node of a set under construction. */
function nodeOf(member: boolean, children: Record<string, FieldSet>): FieldSet | undefined {
  const names = Object.keys(children).sort();
  if (names.length === 0) return member ? LEAF : undefined;
  const node: Record<string, FieldSet> = member ? { [SELF]: LEAF } : {};
  for (const name of names) node[name] = children[name] ?? LEAF;
  return node;
}

function memberSets(tree: FieldTree, value: Item): Record<string, FieldSet> {
  const children: Record<string, FieldSet> = {};
  for (const name of Object.keys(value)) {
    const member = value[name];
    const { self, children: below } = parts(memberTree(tree, name), member);
    const declared = tree.of === 'struct' && memberOf(tree, name)?.tree !== undefined;
    const node = nodeOf(self || member === null || isEmptyItem(member) || !declared, below);
    if (node !== undefined) children[`f:${name}`] = node;
  }
  return children;
}

function itemSets(tree: FieldTree, items: readonly unknown[]): Record<string, FieldSet> {
  const children: Record<string, FieldSet> = {};
  const seen = new Set<string>();
  for (const item of items) {
    const element = elementOf(tree, item);
    // Items that share their keys are owned as one.
    children[element] = seen.has(element) ? LEAF : (nodeOf(true, parts(itemTree(tree), item).children) ?? LEAF);
    seen.add(element);
  }
  return children;
}

/** Whether a value is a member by itself, and the sets of what it contains. */
function parts(typed: FieldTree, value: unknown): { self: boolean; children: Record<string, FieldSet> } {
  const tree = treeFor(typed, value);
  if (tree.of === 'leaf') return { self: true, children: {} };
  if (tree.of === 'struct' || tree.of === 'map') return { self: false, children: isJsonObject(value) ? memberSets(tree, value) : {} };
  return { self: false, children: Array.isArray(value) ? itemSets(tree, value) : {} };
}

/** The fields that an object sets (typed/tofieldset.go): structs are no members, maps' entries and lists' items are. */
export function fieldSetOf(tree: FieldTree, object: Item): FieldSet {
  return nodeOf(false, parts(tree, object).children) ?? LEAF;
}

/** The set with every named field above a member (fieldpath/set.go EnsureNamedFieldsAreMembers). */
export function withNamedFields(tree: FieldTree, set: FieldSet): FieldSet {
  const result: Record<string, FieldSet> = {};
  for (const element of Object.keys(set)) {
    if (element === SELF) continue;
    const node = set[element] ?? LEAF;
    const isField = element.startsWith('f:');
    const name = element.slice(2);
    const below = isField ? memberTree(tree, name) : itemTree(tree);
    const children = withNamedFields(below, node) as Record<string, FieldSet>;
    const named = isField && tree.of === 'struct' && memberOf(tree, name)?.tree !== undefined;
    const member = named || Object.hasOwn(node, SELF) || Object.keys(node).length === 0;
    result[element] = nodeOf(member, children) ?? LEAF;
  }
  return result;
}

const hasMember = (node: FieldSet | undefined): boolean =>
  node !== undefined && (Object.hasOwn(node, SELF) || Object.keys(node).length === 0);

/** What is left of a container that became empty. */
const emptied = (value: unknown): unknown => (Array.isArray(value) ? [] : isJsonObject(value) ? {} : undefined);

/**
 * A copy of a value without the members of a set (typed/remove.go). A container that loses all its members stays, empty. Undefined if
 * nothing is left of the value itself.
 */
export function withoutItems(typed: FieldTree, value: unknown, set: FieldSet): unknown {
  const tree = treeFor(typed, value);
  if (tree.of === 'leaf') return isJsonObject(value) || Array.isArray(value) ? undefined : value;
  const rest = (below: FieldTree, member: unknown, node: FieldSet): unknown => withoutItems(below, member, node) ?? emptied(member);
  if (Array.isArray(value)) {
    const left: unknown[] = [];
    let matched = false;
    for (const item of value) {
      const node = getOwn(set, elementOf(tree, item));
      if (hasMember(node)) continue;
      if (node !== undefined) matched = true;
      left.push(node === undefined ? item : rest(itemTree(tree), item, node));
    }
    return left.length > 0 || matched ? left : undefined;
  }
  if (!isJsonObject(value)) return value;
  const left: Item = {};
  let matched = false;
  let count = 0;
  for (const name of Object.keys(value)) {
    const node = getOwn(set, `f:${name}`);
    if (hasMember(node)) continue;
    if (node !== undefined) matched = true;
    Object.defineProperty(left, name, {
      value: node === undefined ? value[name] : rest(memberTree(tree, name), value[name], node),
      writable: true,
      enumerable: true,
      configurable: true,
    });
    count += 1;
  }
  return count > 0 || matched ? left : undefined;
}

/** An error of a typed value: `.spec.ports: duplicate entries for key [port=80]`. */
export interface TypeErrorAt {
  path: string;
  message: string;
}

/** Errors in the format of ValidationErrors.Error() (typed/helpers.go). */
export function typeErrorsText(errors: readonly TypeErrorAt[]): string {
  const texts = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return texts.length === 1 ? (texts[0] ?? '') : ['errors:', ...texts.map((text) => `  ${text}`)].join('\n');
}
