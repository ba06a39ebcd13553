import { deepEqual } from '../equality.js';
import type { KubeObject, ManagedFieldsEntry } from '../object.js';
import type { SchemaStruct } from '../schema.js';
import { compareObjects } from './compare.js';
import { setOf, sortEntries, unionOf, withManagersCapped, withSet } from './entries.js';
import { treeOf } from './field-tree.js';
import { difference, differenceBelow, type FieldSet, intersection, isEmptySet, LEAF, union } from './fieldset.js';
import { mergeTyped } from './merge-typed.js';
import { trackUpdate, UNOWNED_METADATA } from './track.js';
import { fieldSetOf, type Item, withNamedFields, withoutItems } from './typed.js';

/** Server-side apply (managedfields/internal and structured-merge-diff merge/update.go). Nothing is modified. */

export interface Apply {
  /** The current object, in the request's version; unset: it will be created. */
  live: KubeObject | undefined;
  /** The applied configuration, which has been validated (validateTyped). */
  configuration: Item;
  manager: string;
  apiVersion: string;
  subresource?: string;
  force: boolean;
  /** metav1.Time. */
  time: string;
  schema: SchemaStruct;
  /** Fields that the strategy will reset, with everything below them. */
  resetFields?: FieldSet;
}

/** Fields that would change and that another manager owns. */
export interface ApplyConflict {
  entry: ManagedFieldsEntry;
  fields: FieldSet;
}

/** Fields of other managers would change, and the apply is not forced. */
export class ApplyConflicts extends Error {
  constructor(readonly conflicts: readonly ApplyConflict[]) {
    super(`${conflicts.length} managers own what would change`);
  }

  /** The conflicts about other fields than these. */
  without(fields: FieldSet): ApplyConflicts {
    const left = this.conflicts.map(({ entry, fields: own }) => ({ entry, fields: difference(own, fields) }));
    return new ApplyConflicts(left.filter((conflict) => !isEmptySet(conflict.fields)));
  }
}

export interface Applied {
  /** The merged object without defaults; the live one if nothing changed. */
  object: Item;
  changed: boolean;
  managedFields: ManagedFieldsEntry[];
}

/** Fields that nobody owns (managedfields/internal/stripmeta.go). */
const STRIPPED: FieldSet = {
  'f:apiVersion': LEAF,
  'f:kind': LEAF,
  'f:metadata': { '.': LEAF, ...Object.fromEntries(UNOWNED_METADATA.map((name) => [`f:${name}`, LEAF])) },
};

const BEFORE_FIRST_APPLY = 'before-first-apply';

/** The entries so far; those of an object that was never tracked are attributed to `before-first-apply` (skipnonapplied.go). */
function entriesBefore({ live, schema, apiVersion, time, subresource, resetFields }: Apply): readonly ManagedFieldsEntry[] {
  const entries = live?.metadata.managedFields ?? [];
  if (live === undefined || entries.length > 0) return entries;
  const { managedFields: _, uid: _uid, ...metadata } = live.metadata;
  const update = { old: undefined, new: { ...live, metadata }, manager: BEFORE_FIRST_APPLY, operation: 'Update' } as const;
  return (
    trackUpdate({
      ...update,
      apiVersion,
      time,
      schema,
      ...(subresource ? { subresource } : {}),
      ...(resetFields ? { resetFields } : {}),
    }) ?? []
  );
}

const isApplier = (entry: ManagedFieldsEntry, { manager, subresource }: Apply): boolean =>
  entry.operation === 'Apply' && entry.manager === manager && (entry.subresource ?? '') === (subresource ?? '');

/** Removes what the manager applied last time, and neither this time nor anybody else owns (prune). */
function pruned(apply: Apply, merged: Item, { last, owned }: { last: FieldSet; owned: FieldSet }): Item {
  if (isEmptySet(last)) return merged;
  const tree = treeOf(apply.schema);
  const named = (set: FieldSet): FieldSet => withNamedFields(tree, set);
  const remove = (set: FieldSet): Item => (withoutItems(tree, merged, set) ?? {}) as Item;
  const all = named(fieldSetOf(tree, merged));
  const withoutLast = named(fieldSetOf(tree, remove(named(last))));
  const withOwned = named(fieldSetOf(tree, remove(difference(all, union(withoutLast, named(owned))))));
  return remove(intersection(difference(all, withOwned), named(last)));
}

const conflictsOf = (entries: readonly ManagedFieldsEntry[], changed: FieldSet): ApplyConflict[] =>
  entries.flatMap((entry) => {
    const fields = intersection(setOf(entry), changed);
    return isEmptySet(fields) ? [] : [{ entry, fields }];
  });

/** Applies a configuration. Throws ApplyConflicts. */
export function applyConfiguration(apply: Apply): Applied {
  const { live, configuration, schema, force, manager, apiVersion, subresource, time } = apply;
  const tree = treeOf(schema);
  const reset = apply.resetFields ?? LEAF;
  const before = (live ?? {}) as Item;
  const entries = entriesBefore(apply);
  const own = entries.find((entry) => isApplier(entry, apply));
  const others = entries.filter((entry) => entry !== own);
  const set = differenceBelow(fieldSetOf(tree, configuration), reset);
  const merged = (mergeTyped(tree, before, configuration) ?? {}) as Item;
  const owned = unionOf([set, ...others.map(setOf)]);
  const object = pruned(apply, merged, { last: own ? setOf(own) : LEAF, owned });
  const compared = compareObjects(tree, before, object);
  const changedFields = differenceBelow(compared.changed, reset);
  const removed = differenceBelow(compared.removed, reset);
  const conflicts = conflictsOf(others, changedFields);
  if (conflicts.length > 0 && !force) throw new ApplyConflicts(conflicts);
  const left = others.flatMap((entry) => {
    const rest = difference(difference(setOf(entry), changedFields), removed);
    return isEmptySet(rest) ? [] : [withSet(entry, rest)];
  });
  const changed = !deepEqual(before, object);
  const mine = difference(set, STRIPPED);
  const entry: ManagedFieldsEntry = {
    manager,
    operation: 'Apply',
    apiVersion,
    ...(changed ? { time } : own?.time === undefined ? {} : { time: own.time }),
    fieldsType: 'FieldsV1',
    ...(subresource ? { subresource } : {}),
  };
  const all = isEmptySet(mine) ? left : [...left, withSet(entry, mine)];
  return { object, changed, managedFields: sortEntries(withManagersCapped(all)) };
}

/** The fields in which two objects of a kind differ. */
export function differingFields(schema: SchemaStruct, a: object, b: object): FieldSet {
  const { changed, removed } = compareObjects(treeOf(schema), a, b);
  return union(changed, removed);
}
