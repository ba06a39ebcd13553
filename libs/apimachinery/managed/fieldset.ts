import { getOwn, setOwn } from '../own-key.js';

/**
 * Sets of field paths in the API's format (FieldsV1): a tree whose keys are path elements: `f:name`, `k:{"name":"c"}`, `v:"x"`. A node
 * without children is a member; one with children is a member if it contains `.`. Sets are immutable: what changes nothing returns the set.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** The empty set at the root; as a node, a single member. */
export const LEAF: FieldSet = Object.freeze({});

/** Whether a value is a set of field paths: nested objects only. */
export function isFieldSet(value: unknown): value is FieldSet {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(isFieldSet);
}

const SELF = '.';

function isEmpty(set: FieldSet): boolean {
  for (const _ in set) return false;
  return true;
}

const isMember = (node: FieldSet): boolean => Object.hasOwn(node, SELF) || isEmpty(node);

/** Path elements in upstream's order: `.`, fields, keys, values, each by name. */
function sortKeys(set: Record<string, FieldSet>): FieldSet {
  const keys = Object.keys(set);
  let sorted = true;
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] ?? '') > (keys[i] ?? '')) sorted = false;
  if (sorted) return set;
  const result: Record<string, FieldSet> = {};
  for (const key of keys.sort()) setOwn(result, key, set[key] ?? LEAF);
  return result;
}

/** Puts `.` first if the node is a member and has children. */
function node(member: boolean, children: Record<string, FieldSet>): FieldSet | undefined {
  if (isEmpty(children)) return member ? LEAF : undefined;
  return member ? { [SELF]: LEAF, ...children } : children;
}

/** The union of two sets. */
export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  if (isEmpty(a)) return b;
  let result: Record<string, FieldSet> | undefined;
  for (const key in b) {
    const left = getOwn(a, key);
    const right = b[key] ?? LEAF;
    const both = left === undefined ? right : unionNodes(left, right);
    if (both === left) continue;
    result ??= { ...a };
    setOwn(result, key, both);
  }
  return sortKeys(result ?? a);
}

function unionNodes(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  const member = isMember(a) || isMember(b);
  const below = withoutSelf(a);
  const children = union(below, withoutSelf(b));
  if (children === below && member === isMember(a)) return a;
  return node(member, children as Record<string, FieldSet>) ?? LEAF;
}

function withoutSelf(set: FieldSet): FieldSet {
  if (!Object.hasOwn(set, SELF)) return set;
  const { [SELF]: _, ...children } = set;
  return children;
}

type Combine = (a: FieldSet, b: FieldSet) => FieldSet | undefined;

/** Walks two sets and keeps or drops the nodes of `a` that are missing in `b`. Returns `a` itself if nothing of it is dropped. */
function combine(a: FieldSet, b: FieldSet, keepUnmatched: boolean, nodes: Combine): FieldSet {
  const result: Record<string, FieldSet> = {};
  let same = true;
  for (const key in a) {
    const left = a[key] ?? LEAF;
    const right = getOwn(b, key);
    const kept = key === SELF ? undefined : right === undefined ? (keepUnmatched ? left : undefined) : nodes(left, right);
    if (kept !== left) same = false;
    if (kept !== undefined) setOwn(result, key, kept);
  }
  return same ? a : result;
}

/** The members of `a` that are not in `b`: a container's children are kept if only the container is in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  return combine(a, b, true, (left, right) => {
    const member = isMember(left) && !isMember(right);
    const below = withoutSelf(left);
    const children = difference(below, withoutSelf(right));
    return children === below && member === isMember(left) ? left : node(member, children as Record<string, FieldSet>);
  });
}

/** The members of `a` that are neither in `b` nor below a member of `b` (RecursiveDifference). */
export function differenceBelow(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(b)) return a;
  return combine(a, b, true, (left, right) => {
    if (isMember(right)) return undefined;
    const below = withoutSelf(left);
    const children = differenceBelow(below, right);
    return children === below ? left : node(isMember(left), children as Record<string, FieldSet>);
  });
}

/** The intersection of two sets. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combine(a, b, false, (left, right) =>
    node(isMember(left) && isMember(right), intersection(withoutSelf(left), withoutSelf(right)) as Record<string, FieldSet>),
  );
}

/** Whether a set is empty. */
export function isEmptySet(set: FieldSet): boolean {
  return isEmpty(set);
}

/** Whether two sets contain the same paths. */
export function equalSets(a: FieldSet, b: FieldSet): boolean {
  for (const key in a) {
    const right = getOwn(b, key);
    if (right === undefined || !equalSets(a[key] ?? LEAF, right)) return false;
  }
  for (const key in b) if (!Object.hasOwn(a, key)) return false;
  return true;
}
