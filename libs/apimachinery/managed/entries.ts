import type { ManagedFieldsEntry } from '../object.js';
import { type FieldSet, LEAF, union } from './fieldset.js';

const compareTexts = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);

/** Entries in the API's order (sortEncodedManagedFields): applies first, then by time, manager, version, subresource. */
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

/** The fields of an entry. */
export const setOf = (entry: ManagedFieldsEntry): FieldSet => (entry.fieldsV1 ?? LEAF) as FieldSet;

/** The entry with these fields; itself if it has them. */
export const withSet = (entry: ManagedFieldsEntry, set: FieldSet): ManagedFieldsEntry =>
  entry.fieldsV1 === set ? entry : { ...entry, fieldsV1: set as Record<string, unknown> };

/** The union of many sets by halving, so that each path is copied a logarithmic number of times. */
export function unionOf(sets: readonly FieldSet[]): FieldSet {
  if (sets.length <= 1) return sets[0] ?? LEAF;
  const middle = sets.length >> 1;
  return union(unionOf(sets.slice(0, middle)), unionOf(sets.slice(middle)));
}

function merged(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry | undefined {
  const newest = entries.at(-1);
  if (newest === undefined || entries.length === 1) return newest;
  const fieldsV1 = unionOf(entries.map(setOf)) as Record<string, unknown>;
  const { apiVersion, time } = newest;
  return { manager: ANCIENT, operation: 'Update', apiVersion, time, fieldsType: 'FieldsV1', fieldsV1 };
}

/** At most ten updaters: the oldest of a version are combined into one, `ancient-changes` (managedfields/internal/capmanagers.go). */
export function withManagersCapped(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  let left = entries.filter((entry) => entry.operation === 'Update').length;
  if (left <= MAX_UPDATERS) return entries;
  /** By version, in the order of their first entry; an entry that is not combined is a group of its own. */
  const groups: ManagedFieldsEntry[][] = [];
  const ancient = new Map<string, ManagedFieldsEntry[]>();
  for (const entry of sortEntries(entries)) {
    const version = entry.apiVersion ?? '';
    const group = ancient.get(version);
    const mayMerge = entry.operation === 'Update' && left > MAX_UPDATERS;
    if (mayMerge && group !== undefined) {
      group.push(entry);
      left--;
      continue;
    }
    const alone = [entry];
    if (mayMerge) ancient.set(version, alone);
    groups.push(alone);
  }
  return groups.map(merged).filter((entry) => entry !== undefined);
}
