import { deepEqual, type KubeObject, type ObjectMeta } from '#apimachinery';

/** Sets metadata.generation of an updated object: one more than the old one's when what it counts has changed. */
export function countGeneration(object: KubeObject, old: KubeObject, changed: boolean): void {
  const generation = old.metadata.generation ?? 0;
  const next = changed ? generation + 1 : generation;
  if (next > 0) object.metadata.generation = next;
  else delete object.metadata.generation;
}

/** Keeps what a status update may not change of the metadata (meta/v1 ResetObjectMetaForStatus). */
export function resetMetadataForStatus(metadata: ObjectMeta, old: ObjectMeta): void {
  for (const field of ['deletionTimestamp', 'generation', 'selfLink', 'labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
    const target = metadata as unknown as Record<string, unknown>;
    const source = old as unknown as Record<string, unknown>;
    if (source[field] === undefined) delete target[field];
    else target[field] = source[field];
  }
}

/** Whether two values are the same to upstream's Semantic.DeepEqual: absent, null and empty are one. */
export function same(a: unknown, b: unknown): boolean {
  return a === b || deepEqual(a, b);
}
