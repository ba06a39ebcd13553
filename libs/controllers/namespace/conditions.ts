import type { corev1, Resource } from '#api';
import { deepEqual, formatTime, type Instant, type KubeObject } from '#apimachinery';
import { setCondition } from '#component-helpers';

/** The remaining objects of one kind in a namespace. */
export interface Remaining {
  resource: Resource;
  objects: readonly KubeObject[];
}

/** Types in upstream's order, with their messages for success (status_condition_utils.go). */
const WELL: ReadonlyArray<{ type: string; reason: string; message: string }> = [
  { type: 'NamespaceDeletionDiscoveryFailure', reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    reason: 'ParsedGroupVersions',
    message: 'All legacy kube types successfully parsed',
  },
  {
    type: 'NamespaceDeletionContentFailure',
    reason: 'ContentDeleted',
    message: 'All content successfully deleted, may be waiting on finalization',
  },
  { type: 'NamespaceContentRemaining', reason: 'ContentRemoved', message: 'All content successfully removed' },
  { type: 'NamespaceFinalizersRemaining', reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
];

function contentRemaining(remaining: readonly Remaining[]): { reason: string; message: string } | undefined {
  const texts = remaining.map(({ resource, objects }) => `${resource.resource}.${resource.group} has ${objects.length} resource instances`);
  if (texts.length === 0) return undefined;
  return { reason: 'SomeResourcesRemain', message: `Some resources are remaining: ${texts.sort().join(', ')}` };
}

function finalizersRemaining(remaining: readonly Remaining[]): { reason: string; message: string } | undefined {
  const counts = new Map<string, number>();
  for (const { objects } of remaining) {
    for (const { metadata } of objects) for (const name of metadata.finalizers ?? []) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  const texts = [...counts].map(([name, count]) => `${name} in ${count} resource instances`);
  return {
    reason: 'SomeFinalizersRemain',
    message: `Some content in the namespace has finalizers remaining: ${texts.sort().join(', ')}`,
  };
}

function contentFailure(failures: readonly string[]): { reason: string; message: string } | undefined {
  if (failures.length === 0) return undefined;
  const list = [...failures].sort().join(', ');
  return { reason: 'ContentDeletionFailed', message: `Failed to delete all resource types, ${failures.length} remaining: ${list}` };
}

/**
 * The conditions of a namespace that is being deleted; the same array if nothing changes. `podsOnly`: only pods have been deleted so far,
 * so nothing is said about other kinds (namespaced_resources_deleter.go deleteAllContent).
 */
export function deletionConditions(
  present: readonly corev1.NamespaceCondition[],
  found: { remaining: readonly Remaining[]; failures: readonly string[]; podsOnly: boolean },
  now: Instant,
): readonly corev1.NamespaceCondition[] {
  const trouble: Record<string, { reason: string; message: string } | undefined> = {
    NamespaceDeletionContentFailure: contentFailure(found.failures),
    ...(found.podsOnly
      ? {}
      : {
          NamespaceContentRemaining: contentRemaining(found.remaining),
          NamespaceFinalizersRemaining: finalizersRemaining(found.remaining),
        }),
  };
  const merged = WELL.reduce<readonly corev1.NamespaceCondition[]>((conditions, { type, reason, message }) => {
    const wrong = trouble[type];
    return setCondition(conditions, { type, status: wrong ? 'True' : 'False', ...(wrong ?? { reason, message }) }, formatTime(now));
  }, present);
  return deepEqual(merged, present) ? present : merged;
}
