import { deepEqual, type KubeObject, type ObjectMeta } from '#apimachinery';

/** The first generation, for strategies that count generations. */
export function firstGeneration(object: KubeObject): void {
  object.metadata.generation = 1;
}

/** Increments the generation if the counted part has changed. Before, the object has the old generation. */
export function countGeneration(object: KubeObject, old: KubeObject, changed: boolean): void {
  if (changed) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

/** The same for a strategy that counts changes of one part. */
export function nextGeneration<T extends KubeObject>(object: T, old: T, part: (object: T) => unknown): void {
  countGeneration(object, old, !deepEqual(part(object), part(old)));
}

/** Restores the stored status: a write to the main resource may not change it. */
export function keepStatus<T extends { status?: unknown }>(object: T, old: T): void {
  if (old.status === undefined) delete object.status;
  else object.status = old.status;
}

/** Restores everything except the status. `resetMeta`: also labels, annotations, finalizers and owner references. */
export function keepSpec<T extends KubeObject & { spec?: unknown }>(object: T, old: T, resetMeta = false): void {
  object.spec = old.spec;
  if (!resetMeta) return;
  const { managedFields } = object.metadata;
  object.metadata = { ...old.metadata, ...(managedFields ? { managedFields } : {}) };
}

/** Keeps the metadata that a status update may not change (meta/v1 ResetObjectMetaForStatus). */
export function resetMetadataForStatus(metadata: ObjectMeta, old: ObjectMeta): void {
  for (const field of ['deletionTimestamp', 'generation', 'selfLink', 'labels', 'annotations', 'finalizers', 'ownerReferences'] as const) {
    const target = metadata as unknown as Record<string, unknown>;
    const source = old as unknown as Record<string, unknown>;
    if (source[field] === undefined) delete target[field];
    else target[field] = source[field];
  }
}
