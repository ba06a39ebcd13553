import { conflict, formatTime, type GroupResource, type Instant, type KubeObject, type ObjectMeta, parseTime } from '#apimachinery';
import type { DeleteOptions } from '../request/options.js';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from './object-meta.js';

/** What a delete does to an object: nothing (it is being deleted already), mark it for others to act on, or remove it. */
export type Deletion =
  | { action: 'pending' }
  | { action: 'remove'; meta: ObjectMeta }
  /** `removes`: the marked object is removed immediately, because its grace period is 0 and it has no finalizers. */
  | { action: 'update'; meta: ObjectMeta; removes: boolean };

/** Graceful deletion of a strategy: the grace period in seconds; undefined or 0 to delete immediately. */
type GracePeriod = (object: KubeObject, requested: number | undefined) => number | undefined;

/**
 * Throws 409 if the preconditions are not met. As upstream, the message has the kind where the resource belongs (registry/rest/delete.go).
 */
export function checkPreconditions(object: KubeObject, preconditions: DeleteOptions['preconditions'], group: string): void {
  if (preconditions === undefined) return;
  const kind: GroupResource = { group, resource: object.kind };
  const { name, uid = '', resourceVersion = '' } = object.metadata;
  if (preconditions.uid !== undefined && preconditions.uid !== uid) {
    const text = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw conflict(kind, name, text);
  }
  if (preconditions.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    const text = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw conflict(kind, name, text);
  }
}

function wantsOrphans(meta: ObjectMeta, options: DeleteOptions, standard: 'Orphan' | 'Background' | undefined): boolean {
  if (options.orphanDependents !== undefined) return options.orphanDependents;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Orphan';
  for (const finalizer of meta.finalizers ?? []) {
    if (finalizer === ORPHAN_FINALIZER) return true;
    if (finalizer === FOREGROUND_FINALIZER) return false;
  }
  return standard === 'Orphan';
}

function wantsForeground(meta: ObjectMeta, options: DeleteOptions): boolean {
  if (options.orphanDependents !== undefined) return false;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === 'Foreground';
  for (const finalizer of meta.finalizers ?? []) {
    if (finalizer === FOREGROUND_FINALIZER) return true;
    if (finalizer === ORPHAN_FINALIZER) return false;
  }
  return false;
}

/** The finalizers that the garbage collector acts on (generic/registry/store.go deletionFinalizersForGarbageCollection). */
export function deletionFinalizers(meta: ObjectMeta, options: DeleteOptions, standard?: 'Orphan' | 'Background'): string[] {
  const finalizers = (meta.finalizers ?? []).filter((finalizer) => finalizer !== ORPHAN_FINALIZER && finalizer !== FOREGROUND_FINALIZER);
  if (wantsOrphans(meta, options, standard)) finalizers.push(ORPHAN_FINALIZER);
  if (wantsForeground(meta, options)) finalizers.push(FOREGROUND_FINALIZER);
  return finalizers;
}

const withGeneration = (meta: ObjectMeta): ObjectMeta =>
  meta.deletionTimestamp === undefined && (meta.generation ?? 0) > 0 ? { ...meta, generation: (meta.generation ?? 0) + 1 } : meta;

/**
 * Graceful deletion (registry/rest/delete.go BeforeDelete): the marked metadata, or that deletion is pending, or that it is not graceful.
 */
function graceful(
  object: KubeObject,
  requested: number | undefined,
  now: Instant,
  period: GracePeriod,
): ObjectMeta | 'pending' | undefined {
  const meta = object.metadata;
  if (meta.deletionTimestamp !== undefined) {
    const standing = meta.deletionGracePeriodSeconds;
    if (standing === undefined || standing === 0) return undefined;
    if (requested === undefined || requested >= standing) return 'pending';
    let seconds = requested;
    let at = (parseTime(meta.deletionTimestamp) ?? now) + (requested - standing) * 1000;
    if (at < now) {
      at = now;
      if (seconds !== 0) seconds = 1;
    }
    return { ...meta, deletionTimestamp: formatTime(at), deletionGracePeriodSeconds: seconds };
  }
  // An object that need not wait is marked all the same: the response shows a grace period of 0.
  const seconds = period(object, requested) ?? 0;
  return { ...withGeneration(meta), deletionTimestamp: formatTime(now + seconds * 1000), deletionGracePeriodSeconds: seconds };
}

/** The mark on an object without graceful deletion but with finalizers (generic/registry/store.go markAsDeleting). */
function markAsDeleting(meta: ObjectMeta, now: Instant): ObjectMeta {
  const standing = meta.deletionTimestamp === undefined ? undefined : parseTime(meta.deletionTimestamp);
  const deletionTimestamp = standing === undefined || standing > now ? formatTime(now) : meta.deletionTimestamp;
  return { ...withGeneration(meta), ...(deletionTimestamp ? { deletionTimestamp } : {}), deletionGracePeriodSeconds: 0 };
}

export interface DeletionRules {
  now: Instant;
  gracePeriod?: GracePeriod;
  defaultPropagation?: 'Orphan' | 'Background';
  /** Whether the garbage collector's finalizers may be set. Default true. */
  garbageCollected?: boolean;
}

/** Decides what a delete does (generic/registry/store.go Delete). Pure. */
export function planDeletion(object: KubeObject, options: DeleteOptions, rules: DeletionRules): Deletion {
  const asked = options.gracePeriodSeconds;
  const requested = asked !== undefined && asked < 0 ? 1 : asked;
  const marked = rules.gracePeriod ? graceful(object, requested, rules.now, rules.gracePeriod) : undefined;
  if (marked === 'pending') return { action: 'pending' };
  const finalizers =
    rules.garbageCollected === false
      ? (object.metadata.finalizers ?? [])
      : deletionFinalizers(object.metadata, options, rules.defaultPropagation);
  if (marked !== undefined) {
    const meta = withFinalizers(marked, finalizers);
    const removes = finalizers.length === 0 && meta.deletionGracePeriodSeconds === 0;
    return { action: 'update', meta, removes };
  }
  const meta = withFinalizers(object.metadata, finalizers);
  if (finalizers.length === 0) return { action: 'remove', meta };
  return { action: 'update', meta: markAsDeleting(meta, rules.now), removes: false };
}

function withFinalizers(meta: ObjectMeta, finalizers: string[]): ObjectMeta {
  if (finalizers.length > 0) return { ...meta, finalizers };
  const { finalizers: _gone, ...rest } = meta;
  return rest;
}

/** Whether an update completes a deletion that was waiting for finalizers (store.go ShouldDeleteDuringUpdate). */
export function deletesDuringUpdate(meta: ObjectMeta, old: ObjectMeta): boolean {
  if ((meta.finalizers ?? []).length > 0 || old.deletionTimestamp === undefined) return false;
  return old.deletionGracePeriodSeconds === undefined || old.deletionGracePeriodSeconds === 0;
}
