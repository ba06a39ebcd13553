import { deepEqual, type KubeObject, type ObjectMeta } from '#apimachinery';

/** The first generation, as strategies that count them give it at creation. */
export function firstGeneration(object: KubeObject): void {
  object.metadata.generation = 1;
}

/** One generation more where what it counts has changed. Before it the object has the old one's generation. */
export function countGeneration(object: KubeObject, old: KubeObject, changed: boolean): void {
  if (changed) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
}

/** The same where it counts changes of a part. */
export function nextGeneration<T extends KubeObject>(object: T, old: T, part: (object: T) => unknown): void {
  countGeneration(object, old, !deepEqual(part(object), part(old)));
}

/** Puts the stored status back: a write to the main resource may not change it. */
export function keepStatus<T extends { status?: unknown }>(object: T, old: T): void {
  if (old.status === undefined) delete object.status;
  else object.status = old.status;
}

/** Puts back everything but the status: a write to the status may not change it. `resetMeta` also for labels, annotations, finalizers and owners. */
export function keepSpec<T extends KubeObject & { spec?: unknown }>(object: T, old: T, resetMeta = false): void {
  object.spec = old.spec;
  if (!resetMeta) return;
  const { managedFields } = object.metadata;
  object.metadata = { ...old.metadata, ...(managedFields ? { managedFields } : {}) };
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
