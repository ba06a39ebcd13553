import { memoized } from '../memo.js';
import type { KubeObject, ManagedFieldsEntry } from '../object.js';
import type { SchemaStruct } from '../schema.js';
import { compareObjects } from './compare.js';
import { createdFields } from './created.js';
import { emptyObject } from './empty-object.js';
import { setOf, sortEntries, withManagersCapped, withSet } from './entries.js';
import { type FieldTree, treeWithout } from './field-tree.js';
import { difference, differenceBelow, type FieldSet, isEmptySet, isFieldSet, LEAF, union } from './fieldset.js';
import { isSharedFields, sharedSet } from './shared-sets.js';

/** A create, update or patch to be tracked. */
export interface TrackedUpdate {
  /** The current object; unset for a creation. */
  old: KubeObject | undefined;
  /** The requested object, decoded and defaulted, before admission and the strategy. */
  new: KubeObject;
  /** The manager's name: the fieldManager parameter, or the user agent up to the first '/'. */
  manager: string;
  operation: 'Update';
  /** The version of the request. */
  apiVersion: string;
  subresource?: string;
  /** metav1.Time. */
  time: string;
  /** The kind's definition. */
  schema: SchemaStruct;
  /**
   * Fields that the strategy will reset, with everything below them, e.g. `{ 'f:status': {} }`: they cannot be owned through this request.
   */
  resetFields?: FieldSet;
}

/** Metadata that nobody owns (managedfields/internal/stripmeta.go). */
export const UNOWNED_METADATA = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'clusterName',
  'generation',
  'managedFields',
  'resourceVersion',
];

/** The trees of a kind, by the fields that are reset: of most kinds there is one for the resource and one for its status. */
const ownableTrees = memoized((schema: SchemaStruct) => memoized((reset: FieldSet) => ownable(schema, reset)));

/** A kind without fields that nobody owns, or that will be reset, so that they are not compared. */
function ownable(schema: SchemaStruct, reset: FieldSet): FieldTree {
  const names = Object.keys(reset).filter((element) => isEmptySet(reset[element] ?? LEAF));
  return treeWithout(schema, ['apiVersion', 'kind', ...names.map((element) => element.slice('f:'.length))], UNOWNED_METADATA);
}

/**
 * The managers before the request as upstream determines them: those sent, or the stored ones if none were sent (or for a subresource);
 * `[]` and `[{}]` reset them.
 */
function managersSoFar({ old, new: object, subresource }: TrackedUpdate): readonly ManagedFieldsEntry[] {
  const standing = old?.metadata.managedFields ?? [];
  const sent = object.metadata.managedFields;
  if (subresource || sent === undefined) return standing;
  const [first] = sent;
  if (!first || (sent.length === 1 && Object.keys(first).length === 0)) return [];
  return sent.every((entry) => entry.fieldsType === 'FieldsV1' && hasSet(entry)) ? sent : standing;
}

function hasSet({ fieldsV1 }: ManagedFieldsEntry): boolean {
  return isSharedFields('fieldsV1', fieldsV1) || isFieldSet(fieldsV1);
}

function isSame(entry: ManagedFieldsEntry, { manager, apiVersion, subresource }: TrackedUpdate): boolean {
  return (
    entry.manager === manager &&
    entry.operation === 'Update' &&
    entry.apiVersion === apiVersion &&
    (entry.subresource ?? '') === (subresource ?? '')
  );
}

function newEntry({ manager, apiVersion, subresource, time }: TrackedUpdate, fields: FieldSet): ManagedFieldsEntry {
  const entry = { manager, operation: 'Update', apiVersion, time, fieldsType: 'FieldsV1', fieldsV1: fields as Record<string, unknown> };
  return subresource ? { ...entry, subresource } : entry;
}

/**
 * metadata.managedFields after a create, update or patch: the manager gets the fields it changed, other managers lose them, and removed
 * fields are dropped from all. Undefined: no managers (an object from before tracking stays untracked until its first apply).
 */
export function trackUpdate(update: TrackedUpdate): ManagedFieldsEntry[] | undefined {
  const entries = managersSoFar(update);
  if (entries.length === 0 && update.old?.metadata.uid) return undefined;
  const reset = update.resetFields ?? LEAF;
  const tree = ownableTrees(update.schema)(reset);
  if (update.old === undefined && entries.length === 0) {
    const fields = createdFields(tree, emptyObject(update.schema), update.new, reset);
    return isEmptySet(fields) ? undefined : [newEntry(update, sharedSet(fields))];
  }
  const { changed, removed } = compareObjects(tree, update.old ?? emptyObject(update.schema), update.new);
  const gained = differenceBelow(changed, reset);
  const lost = differenceBelow(removed, reset);
  const gains = !isEmptySet(gained);
  if (!gains && isEmptySet(lost)) return entries.length > 0 ? [...entries] : undefined;
  return settle(update, entries, { gained, lost, gains });
}

function settle(
  update: TrackedUpdate,
  entries: readonly ManagedFieldsEntry[],
  { gained, lost, gains }: { gained: FieldSet; lost: FieldSet; gains: boolean },
): ManagedFieldsEntry[] | undefined {
  const result: ManagedFieldsEntry[] = [];
  let own: FieldSet = LEAF;
  for (const entry of entries) {
    const left = difference(setOf(entry), lost);
    if (isSame(entry, update) && gains) {
      own = left;
      continue;
    }
    const kept = difference(left, gained);
    if (!isEmptySet(kept)) result.push(withSet(entry, sharedSet(kept)));
  }
  if (gains) result.push(newEntry(update, sharedSet(union(own, gained))));
  return result.length > 0 ? sortEntries(withManagersCapped(result)) : undefined;
}
