import { deepEqual, deepFreeze } from '../equality.js';
import { isJsonObject } from '../json-object.js';
import { Memo } from '../memo.js';
import type { KubeObject } from '../object.js';
import { getOwn } from '../own-key.js';
import { below, compareObjects, isEmptyContainer, itemsOf } from './compare.js';
import { type FieldTree, memberOf, treeFor } from './field-tree.js';
import { differenceBelow, type FieldSet, union } from './fieldset.js';

/**
 * The sets of creations. What a component creates again and again has the same fields each time: its set is made once, and in memory once.
 */
const sets = new Memo<FieldSet>({ longest: 4096 });

const numbers = new WeakMap<FieldTree, number>();
let numbered = 0;

/** Distinguishes the trees of this process. */
function numberOf(tree: FieldTree): number {
  const known = numbers.get(tree);
  if (known !== undefined) return known;
  numbers.set(tree, ++numbered);
  return numbered;
}

type Members = Readonly<Record<string, unknown>>;

const membersOf = (value: unknown): Members => (isJsonObject(value) ? value : {});

/** An element of a set with what is below it. The length says where the element ends, whatever is in it. */
const part = (element: string, shape: string): string => `${element.length}:${element}${shape}`;

/** Every path of a new value, as allPaths() of compare.ts. */
function shapeOf(typed: FieldTree, value: unknown): string {
  const tree = treeFor(typed, value);
  if (tree.of === 'leaf' || isEmptyContainer(value)) return '';
  let shape = '{';
  if (tree.of === 'struct' || tree.of === 'map') {
    const members = value as Members;
    for (const name in members) {
      if (tree.of === 'map') shape += part(name, shapeOf(tree.values, members[name]));
      else if (members[name] !== undefined) {
        const member = memberOf(tree, name);
        if (member !== undefined) shape += part(member.element, shapeOf(member.tree, members[name]));
      }
    }
  } else for (const [element, { item, shared }] of itemsOf(tree, value)) shape += part(element, shapeOf(below(tree, shared), item));
  return `${shape}}`;
}

/** What is new or other than in an empty object, as compareObjects(); undefined: nothing. */
function changeOf(typed: FieldTree, before: unknown, after: unknown): string | undefined {
  if (before === after) return undefined;
  const tree = treeFor(typed, before, after);
  if (tree.of === 'leaf' || (isEmptyContainer(before) && isEmptyContainer(after))) return deepEqual(before, after) ? undefined : '';
  let shape = '';
  if (tree.of === 'struct' || tree.of === 'map') {
    const old = membersOf(before);
    const members = membersOf(after);
    for (const name in members) {
      const member = tree.of === 'map' ? { element: name, tree: tree.values } : memberOf(tree, name);
      if (member === undefined || members[name] === undefined) continue;
      const zero = getOwn(old, name);
      const change = zero === undefined ? shapeOf(member.tree, members[name]) : changeOf(member.tree, zero, members[name]);
      if (change !== undefined) shape += part(member.element, change);
    }
  } else for (const [element, { item, shared }] of itemsOf(tree, after)) shape += part(element, shapeOf(below(tree, shared), item));
  return shape === '' ? undefined : `(${shape})`;
}

/**
 * The fields that the creator of an object gets: those that differ from the kind's empty object, without those below `reset`, which belongs
 * to the tree. Frozen or to be frozen, and shared by all objects with the same fields.
 */
export function createdFields(tree: FieldTree, empty: object, object: KubeObject, reset: FieldSet): FieldSet {
  const fieldsOf = (part: object) => differenceBelow(compareObjects(tree, empty, part).changed, reset);
  const sharedFieldsOf = (part: object) =>
    sets.of(`${numberOf(tree)}${changeOf(tree, empty, part) ?? ''}`, () => deepFreeze(fieldsOf(part)));
  if (object.metadata.ownerReferences === undefined) return sharedFieldsOf(object);
  // A path names the owner, which few objects have in common.
  const { metadata, ...rest } = object;
  return union(fieldsOf({ metadata }), sharedFieldsOf(rest));
}
