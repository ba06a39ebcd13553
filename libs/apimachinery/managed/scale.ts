import type { ManagedFieldsEntry } from '../object.js';
import { setOf, sortEntries, withSet } from './entries.js';
import { difference, type FieldSet, isEmptySet, LEAF } from './fieldset.js';

/** Managed fields of the scale subresource and of its parent (apimachinery/pkg/util/managedfields/scalehandler.go). */

const SCALE_VERSION = 'autoscaling/v1';
/** Where a Scale and the built-in workloads have their replicas. */
const PATH: readonly string[] = ['spec', 'replicas'];
const REPLICAS = setAt(PATH);

function setAt(path: readonly string[]): FieldSet {
  return path.reduceRight<FieldSet>((below, name) => ({ [`f:${name}`]: below }), LEAF);
}

function hasReplicas(entry: ManagedFieldsEntry, path: readonly string[]): boolean {
  let set: FieldSet | undefined = setOf(entry);
  for (const name of path) set = set?.[`f:${name}`];
  return set !== undefined;
}

/** The manager's identifier: an updater's includes the version (managedfields.go BuildManagerIdentifier). */
const idOf = ({ manager, operation, subresource, apiVersion }: ManagedFieldsEntry): string =>
  JSON.stringify([manager, operation, subresource ?? '', operation === 'Apply' ? '' : apiVersion]);

/** The managers of a Scale: those of the parent that own its replicas. `path`: where the parent has them. */
export function scaleManagers(parent: readonly ManagedFieldsEntry[], path = PATH): ManagedFieldsEntry[] {
  return parent.filter((entry) => hasReplicas(entry, path)).map((entry) => ({ ...withSet(entry, REPLICAS), apiVersion: SCALE_VERSION }));
}

/** The managers of the parent after those of its Scale have changed; `apiVersion` is the parent's, and `path` where it has its replicas. */
export function managersAfterScale(
  parent: readonly ManagedFieldsEntry[],
  scale: readonly ManagedFieldsEntry[],
  { apiVersion, path = PATH }: { apiVersion: string; path?: readonly string[] | undefined },
): ManagedFieldsEntry[] {
  const replicas = setAt(path);
  const left = new Map(scale.map((entry) => [idOf(entry), entry]));
  const result: ManagedFieldsEntry[] = [];
  for (const entry of parent) {
    if (!hasReplicas(entry, path) || left.delete(idOf(entry))) {
      result.push(entry);
      continue;
    }
    const rest = difference(setOf(entry), replicas);
    if (!isEmptySet(rest)) result.push(withSet(entry, rest));
  }
  for (const entry of left.values()) if (hasReplicas(entry, PATH)) result.push({ ...withSet(entry, replicas), apiVersion });
  return sortEntries(result);
}
