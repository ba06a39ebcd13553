import type { KubeObject, ManagedFieldsEntry } from '../object.js';
import { getOwn, setOwn } from '../own-key.js';
import type { SchemaStruct } from '../schema.js';
import { compareObjects } from './compare.js';
import { emptyObject } from './empty-object.js';
import { setOf, sortEntries, withManagersCapped, withSet } from './entries.js';
import { treeOf } from './field-tree.js';
import { difference, differenceBelow, type FieldSet, isEmptySet, isFieldSet, LEAF, union } from './fieldset.js';

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

/** The object without fields that nobody owns, or that will be reset, so that they are not compared. */
function ownable(object: KubeObject, reset: FieldSet): Record<string, unknown> {
  const members = object as unknown as Record<string, unknown>;
  const compared: Record<string, unknown> = {};
  for (const name in members) {
    if (name === 'apiVersion' || name === 'kind' || isReset(reset, name)) continue;
    if (name !== 'metadata') setOwn(compared, name, members[name]);
    else compared.metadata = ownableMetadata(object.metadata);
  }
  return compared;
}

function isReset(reset: FieldSet, name: string): boolean {
  const below = getOwn(reset, `f:${name}`);
  return below !== undefined && isEmptySet(below);
}

function ownableMetadata(given: KubeObject['metadata']): Record<string, unknown> {
  const metadata: Record<string, unknown> = { ...given };
  for (const name of UNOWNED_METADATA) if (name in metadata) metadata[name] = undefined;
  return metadata;
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
  return sent.every((entry) => entry.fieldsType === 'FieldsV1' && isFieldSet(entry.fieldsV1)) ? sent : standing;
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
  const before = update.old ? ownable(update.old, reset) : emptyObject(update.schema);
  const { changed, removed } = compareObjects(treeOf(update.schema), before, ownable(update.new, reset));
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
    const left = difference(difference(setOf(entry), gained), lost);
    if (isSame(entry, update) && gains) own = left;
    else if (!isEmptySet(left)) result.push(left === entry.fieldsV1 ? entry : withSet(entry, left));
  }
  if (gains) result.push(newEntry(update, union(gained, own)));
  return result.length > 0 ? sortEntries(withManagersCapped(result)) : undefined;
}
