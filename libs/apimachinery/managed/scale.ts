import type { ManagedFieldsEntry } from '../object.js';
import { setOf, sortEntries, withSet } from './entries.js';
import { difference, type FieldSet, isEmptySet, LEAF } from './fieldset.js';

/** Managed fields of the scale subresource and of its parent (apimachinery/pkg/util/managedfields/scalehandler.go). */

const SCALE_VERSION = 'autoscaling/v1';
/** Where a Scale and the built-in workloads have their replicas. */
const REPLICAS: FieldSet = { 'f:spec': { 'f:replicas': LEAF } };

const hasReplicas = (entry: ManagedFieldsEntry): boolean => setOf(entry)['f:spec']?.['f:replicas'] !== undefined;

/** The manager's identifier: an updater's includes the version (managedfields.go BuildManagerIdentifier). */
const idOf = ({ manager, operation, subresource, apiVersion }: ManagedFieldsEntry): string =>
  JSON.stringify([manager, operation, subresource ?? '', operation === 'Apply' ? '' : apiVersion]);

/** The managers of a Scale: those of the parent that own its replicas. */
export function scaleManagers(parent: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  return parent.filter(hasReplicas).map((entry) => ({ ...withSet(entry, REPLICAS), apiVersion: SCALE_VERSION }));
}

/** The managers of the parent after those of its Scale have changed; `apiVersion` is the parent's. */
export function managersAfterScale(
  parent: readonly ManagedFieldsEntry[],
  scale: readonly ManagedFieldsEntry[],
  apiVersion: string,
): ManagedFieldsEntry[] {
  const left = new Map(scale.map((entry) => [idOf(entry), entry]));
  const result: ManagedFieldsEntry[] = [];
  for (const entry of parent) {
    if (!hasReplicas(entry) || left.delete(idOf(entry))) {
      result.push(entry);
      continue;
    }
    const rest = difference(setOf(entry), REPLICAS);
    if (!isEmptySet(rest)) result.push(withSet(entry, rest));
  }
  for (const entry of left.values()) if (hasReplicas(entry)) result.push({ ...withSet(entry, REPLICAS), apiVersion });
  return sortEntries(result);
}
