import type { ManagedFieldsEntry } from '../object.js';
import { type FieldSet, LEAF, union } from './fieldset.js';

const compareTexts = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

/** Entries in the order the API shows them (sortEncodedManagedFields): applies first, then by time, manager, version, subresource. */
export function sortEntries(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  return [...entries].sort(
    (a, b) =>
      compareTexts(a.operation, b.operation) ||
      compareTexts(a.time, b.time) ||
      compareTexts(a.manager, b.manager) ||
      compareTexts(a.apiVersion, b.apiVersion) ||
      compareTexts(a.subresource, b.subresource),
  );
}

const MAX_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

const setOf = (entry: ManagedFieldsEntry): FieldSet => (entry.fieldsV1 ?? LEAF) as FieldSet;

function merged(older: ManagedFieldsEntry, newer: ManagedFieldsEntry): ManagedFieldsEntry {
  const fieldsV1 = union(setOf(older), setOf(newer)) as Record<string, unknown>;
  const { apiVersion, time } = newer;
  return { manager: ANCIENT, operation: 'Update', apiVersion, time, fieldsType: 'FieldsV1', fieldsV1 };
}

/** At most ten updaters: the oldest of a version become one, `ancient-changes` (managedfields/internal/capmanagers.go). */
export function withManagersCapped(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  let left = entries.filter((entry) => entry.operation === 'Update').length;
  if (left <= MAX_UPDATERS) return entries;
  const result = sortEntries(entries);
  const bucketAt = new Map<string, number>();
  for (let i = 0; i < result.length && left > MAX_UPDATERS; i++) {
    const entry = result[i];
    if (entry?.operation !== 'Update') continue;
    const version = entry.apiVersion ?? '';
    const at = bucketAt.get(version);
    const bucket = at === undefined ? undefined : result[at];
    if (at === undefined || !bucket) {
      bucketAt.set(version, i);
      continue;
    }
    result[at] = merged(bucket, entry);
    result.splice(i, 1);
    i--;
    left--;
  }
  return result;
}
