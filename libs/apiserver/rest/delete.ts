import { conflict, type Instant, type KubeObject, notFound, type Status, storedState, storedText } from '#apimachinery';
import type { CachedObject, CachingWriteOp } from '#cacher';
import type { Revision, WriteOp } from '#storage';
import { Stage } from '../audit/audit-event.js';
import type { DeleteOptions } from '../request/options.js';
import { objectKey } from './api-resource.js';
import { companionOps, companionTerms } from './companions.js';
import { checkPreconditions, planDeletion } from './deletion.js';
import { admissionAttributes, admissionContext, causeOf, noteWrite, type RestScope, strategyContext } from './scope.js';
import type { Written } from './storage.js';

/** The result of a delete: the object as it is now (or as it was removed), or a Status if the resource does not return deleted objects. */
export type Deleted = { written: Written; gone: boolean } | { status: Status; gone: true };

type Outcome = Deleted | 'again';

/** What a storage with special deletion does differently. */
export interface DeletionHooks {
  /** Throws 409 if the preconditions are not met. */
  checkPreconditions(object: KubeObject, options: DeleteOptions): void;
  /** What is written instead of the generic deletion: the marked object; `pending`: nothing; undefined: the generic deletion proceeds. */
  mark(object: KubeObject, options: DeleteOptions, now: Instant): KubeObject | 'pending' | undefined;
}

/** Deletes an object, or marks it for deletion (generic/registry/store.go Delete). Throws StatusError. */
export async function deleteObject(scope: RestScope, options: DeleteOptions, hooks?: DeletionHooks): Promise<Deleted> {
  const { store, limits } = scope.cluster;
  const { resource } = scope;
  const { strategy } = resource.stored;
  for (const text of strategy.deleteWarnings?.(propagationOf(options)) ?? []) scope.warnings.add(text);
  const key = objectKey(resource.stored, scope.namespace, scope.name);
  let validated = false;
  for (let tried = 0; tried < limits.updateAttempts; tried++) {
    const standing = await store.get(key);
    if (standing === undefined) throw notFound(resource.groupResource, scope.name);
    const { object } = standing;
    if (hooks) hooks.checkPreconditions(object, options);
    else checkPreconditions(object, options.preconditions, resource.group);
    if (!validated) await validate(scope, object, options);
    validated = true;
    const outcome = await attempt(scope, standing, options, hooks);
    if (outcome !== 'again') return outcome;
  }
  throw conflict(resource.groupResource, scope.name);
}

function propagationOf(options: DeleteOptions): string | undefined {
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  return options.propagationPolicy;
}

async function validate(scope: RestScope, oldObject: KubeObject, options: DeleteOptions): Promise<void> {
  const { cluster } = scope;
  const { admission } = cluster;
  if (!admission.mutates('DELETE') && !admission.validates('DELETE')) return;
  const { dryRun, ...rest } = options;
  const attributes = admissionAttributes(scope, 'DELETE', dryRun, {
    oldObject,
    options: { ...rest, ...(dryRun ? { dryRun: ['All'] } : {}) },
  });
  scope.audit?.mark(Stage.request);
  await admission.admit(attributes, admissionContext(scope));
  scope.audit?.mark(Stage.mutating);
  await admission.validate(attributes, admissionContext(scope));
  scope.audit?.mark(Stage.validating);
}

async function attempt(scope: RestScope, standing: CachedObject, options: DeleteOptions, hooks?: DeletionHooks): Promise<Outcome> {
  const { resource, cluster } = scope;
  const { object } = standing;
  const marking = hooks?.mark(object, options, cluster.clock.now());
  if (marking === 'pending') return { written: { value: standing.value, revision: standing.revision }, gone: false };
  if (marking !== undefined) return rewrite(scope, standing, marking, options);
  const { gracePeriod, defaultPropagation, garbageCollected } = resource.stored.strategy;
  const plan = planDeletion(object, options, {
    now: cluster.clock.now(),
    ...(garbageCollected === undefined ? {} : { garbageCollected }),
    ...(gracePeriod ? { gracePeriod } : {}),
    ...(defaultPropagation ? { defaultPropagation } : {}),
  });
  if (plan.action === 'pending') return answer(scope, { value: standing.value, revision: standing.revision }, object, false);
  if (plan.action === 'remove') return remove(scope, standing, object, options);
  const marked = { ...object, metadata: plan.meta };
  // Upstream stores the mark and deletes in a second step; here one step is enough, because only the response shows the mark.
  if (plan.removes) return remove(scope, standing, marked, options);
  return rewrite(scope, standing, marked, options);
}

/** Stores the mark of a deletion that other components complete. */
async function rewrite(scope: RestScope, standing: CachedObject, object: KubeObject, { dryRun }: DeleteOptions): Promise<Outcome> {
  const { store, clock } = scope.cluster;
  const state = storedState(object);
  const { value } = state;
  const { key, revision } = standing;
  if (dryRun || value === standing.value) return { written: { value, revision }, gone: false };
  const op: CachingWriteOp = { type: 'update', key, ...state, expected: revision, cause: causeOf(scope), at: clock.now() };
  const [result] = await store.write([op], scope.fence ? { fence: scope.fence } : {});
  noteWrite(scope, result);
  return result?.ok ? { written: { ...state, revision: result.entry.revision }, gone: false } : 'again';
}

async function remove(scope: RestScope, standing: CachedObject, object: KubeObject, options: DeleteOptions): Promise<Outcome> {
  const { cluster, resource } = scope;
  if (options.dryRun) return answer(scope, lastState(object, standing, standing.revision), object, true);
  const at = cluster.clock.now();
  const released = (await resource.stored.strategy.release?.(object, strategyContext(scope, false))) ?? [];
  const op: WriteOp = { type: 'delete', key: standing.key, expected: standing.revision, cause: causeOf(scope), at };
  const [result] = await cluster.store.write([op, ...companionOps(scope, released, at)], companionTerms(scope, released));
  noteWrite(scope, result);
  if (result?.ok) return answer(scope, lastState(object, standing, result.entry.revision), object, true);
  return 'again';
}

/** The last state of a removed object; text and object are made when they are read, which most callers do not. */
function lastState(object: KubeObject, standing: CachedObject, revision: Revision): Written {
  return {
    get value() {
      return object === standing.object ? standing.value : storedText(object);
    },
    get object() {
      return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    },
    revision,
  };
}

/** The object, or a Status that names it; upstream puts the resource where the kind belongs (store.go finalizeDelete). */
function answer(scope: RestScope, written: Written, object: KubeObject, gone: boolean): Deleted {
  const { resource } = scope;
  if (resource.stored.strategy.returnsDeletedObject) return { written, gone };
  const { name, uid = '' } = object.metadata;
  const details = { name, ...(resource.group ? { group: resource.group } : {}), kind: resource.resource, uid };
  return { status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } as unknown as Status, gone: true };
}
