import { deepEqual, type KubeObject } from '#apimachinery';

/** The first generation, as strategies that count them give it at creation. */
export function firstGeneration(object: KubeObject): void {
  object.metadata.generation = 1;
}

/** One generation more when what the user asks for has changed. */
export function nextGeneration<T extends KubeObject>(object: T, old: T, part: (object: T) => unknown): void {
  if (!deepEqual(part(object), part(old))) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
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
