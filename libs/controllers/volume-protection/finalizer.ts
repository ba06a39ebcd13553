import type { Resource } from '#api';
import { ignoreNotFound, type KubeObject } from '#apimachinery';
import type { ReconcileContext } from '#controller-runtime';

/** An object whose deletion waits until nobody uses it. */
export interface Protected<T extends KubeObject> {
  resource: Resource<T>;
  object: T;
  finalizer: string;
  isUsed(): boolean;
}

/** Whether a protection controller has to look at an object (protectionutil NeedToAddFinalizer, IsDeletionCandidate). */
export function needsProtection({ metadata }: KubeObject, finalizer: string): boolean {
  return (metadata.deletionTimestamp === undefined) !== (metadata.finalizers ?? []).includes(finalizer);
}

/** Puts the finalizer on an object, and takes it off one that is being deleted and not used any more. */
export async function protect<T extends KubeObject>(
  { resource, object, finalizer, isUsed }: Protected<T>,
  ctx: ReconcileContext,
): Promise<void> {
  if (!needsProtection(object, finalizer)) return;
  const { metadata } = object;
  const present = metadata.finalizers ?? [];
  const dying = metadata.deletionTimestamp !== undefined;
  if (dying && isUsed()) return;
  const finalizers = dying ? present.filter((name) => name !== finalizer) : [...present, finalizer];
  await ctx.client.update(resource, { ...object, metadata: { ...metadata, finalizers } }).catch(ignoreNotFound);
}
