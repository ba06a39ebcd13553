import { conflict, formatTime, type KubeObject, notFound, type Status, storedText } from '#apimachinery';
import type { CachedObject } from '#cacher';
import type { WriteOp } from '#storage';
import { objectKey } from '../catalog.js';
import type { DeleteOptions } from '../request/options.js';
import { companionOps, companionTerms } from './companions.js';
import type { Written } from './create.js';
import { checkPreconditions, deletionFinalizers, planDeletion } from './deletion.js';
import { garbageCollected, isNamespace, returnsDeletedObject } from './peculiarities.js';
import { admissionAttributes, admissionContext, causeOf, type RestScope, strategyContext } from './scope.js';

/** What a delete answers: the object as it was left (or went), or a Status where the resource does not show what is gone. */
export type Deleted = { written: Written; gone: boolean } | { status: Status; gone: true };

type Outcome = Deleted | 'again';

/** Deletes an object, or marks it as being deleted (generic/registry/store.go Delete). Throws StatusError. */
export async function deleteObject(scope: RestScope, options: DeleteOptions): Promise<Deleted> {
  const { store, limits } = scope.cluster;
  const { endpoint } = scope;
  const { strategy } = endpoint.storage;
  for (const text of strategy.deleteWarnings?.(propagationOf(options)) ?? []) scope.warnings.add(text);
  const key = objectKey(endpoint.storage, scope.namespace, scope.name);
  let validated = false;
  for (let tried = 0; tried < limits.updateAttempts; tried++) {
    const standing = await store.get(key);
    if (standing === undefined) throw notFound(endpoint.groupResource, scope.name);
    const { object } = standing;
    if (isNamespace(endpoint)) checkNamespacePreconditions(object, options);
    else checkPreconditions(object, options.preconditions, endpoint.group);
    if (!validated) await validate(scope, object, options);
    validated = true;
    const outcome = await attempt(scope, standing, options);
    if (outcome !== 'again') return outcome;
  }
  throw conflict(endpoint.groupResource, scope.name);
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
  await admission.admit(attributes, admissionContext(cluster));
  await admission.validate(attributes, admissionContext(cluster));
}

async function attempt(scope: RestScope, standing: CachedObject, options: DeleteOptions): Promise<Outcome> {
  const { endpoint, cluster } = scope;
  const { object } = standing;
  if (isNamespace(endpoint)) {
    const outcome = await markNamespace(scope, standing, options);
    if (outcome !== undefined) return outcome;
  }
  const { gracePeriod, defaultPropagation } = endpoint.storage.strategy;
  const plan = planDeletion(object, options, {
    now: cluster.clock.now(),
    garbageCollected: garbageCollected(endpoint),
    ...(gracePeriod ? { gracePeriod } : {}),
    ...(defaultPropagation ? { defaultPropagation } : {}),
  });
  if (plan.action === 'pending') return answer(scope, { value: standing.value, revision: standing.revision }, object, false);
  if (plan.action === 'remove') return remove(scope, standing, object, options);
  const marked = { ...object, metadata: plan.meta };
  // Upstream stores the mark and deletes in a second step; one step is enough, only the answer shows the mark.
  if (plan.removes) return remove(scope, standing, marked, options);
  if (options.dryRun) return { written: { value: storedText(marked), revision: standing.revision }, gone: false };
  const written = await rewrite(scope, standing, marked);
  return written === 'again' ? 'again' : { written, gone: false };
}

async function rewrite(scope: RestScope, standing: CachedObject, object: KubeObject): Promise<Written | 'again'> {
  const { store, clock } = scope.cluster;
  const value = storedText(object);
  if (value === standing.value) return { value, revision: standing.revision };
  const op: WriteOp = { type: 'update', key: standing.key, value, expected: standing.revision, cause: causeOf(scope), at: clock.now() };
  const [result] = await store.write([op], scope.fence ? { fence: scope.fence } : {});
  return result?.ok ? { value, revision: result.entry.revision } : 'again';
}

async function remove(scope: RestScope, standing: CachedObject, object: KubeObject, options: DeleteOptions): Promise<Outcome> {
  const { cluster, endpoint } = scope;
  const value = object === standing.object ? standing.value : storedText(object);
  if (options.dryRun) return answer(scope, { value, revision: standing.revision }, object, true);
  const at = cluster.clock.now();
  const released = (await endpoint.storage.strategy.release?.(object, strategyContext(scope, false))) ?? [];
  const op: WriteOp = { type: 'delete', key: standing.key, expected: standing.revision, cause: causeOf(scope), at };
  const [result] = await cluster.store.write([op, ...companionOps(scope, released, at)], companionTerms(scope, released));
  if (result?.ok) return answer(scope, { value, revision: result.entry.revision }, object, true);
  return 'again';
}

/** The object, or a Status that names it; the resource stands where its kind should: upstream's own (store.go finalizeDelete). */
function answer(scope: RestScope, written: Written, object: KubeObject, gone: boolean): Deleted {
  const { endpoint } = scope;
  if (returnsDeletedObject(endpoint)) return { written, gone };
  const { name, uid = '' } = object.metadata;
  const details = { name, ...(endpoint.group ? { group: endpoint.group } : {}), kind: endpoint.resource, uid };
  return { status: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details } as unknown as Status, gone: true };
}

function checkNamespacePreconditions({ metadata }: KubeObject, { preconditions }: DeleteOptions): void {
  const resource = { group: '', resource: 'namespaces' };
  for (const [field, label] of [
    ['uid', 'UID'],
    ['resourceVersion', 'ResourceVersion'],
  ] as const) {
    const wanted = preconditions?.[field];
    if (wanted === undefined || wanted === metadata[field]) continue;
    const text = `Precondition failed: ${label} in precondition: ${wanted}, ${label} in object meta: ${metadata[field] ?? ''}`;
    throw conflict(resource, metadata.name, text);
  }
}

interface NamespaceObject extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: string };
}

/** A namespace terminates first and goes when its spec's finalizers have (pkg/registry/core/namespace/storage). Undefined: now delete it. */
async function markNamespace(scope: RestScope, standing: CachedObject, options: DeleteOptions): Promise<Outcome | undefined> {
  const namespace = standing.object as NamespaceObject;
  const { metadata } = namespace;
  if (metadata.deletionTimestamp !== undefined) {
    if ((namespace.spec?.finalizers ?? []).length === 0) return undefined;
    return { written: { value: standing.value, revision: standing.revision }, gone: false };
  }
  const finalizers = deletionFinalizers(metadata, options);
  const { finalizers: _old, ...rest } = metadata;
  const marked: NamespaceObject = {
    ...namespace,
    metadata: {
      ...rest,
      deletionTimestamp: formatTime(scope.cluster.clock.now()),
      ...(finalizers.length > 0 ? { finalizers } : {}),
    },
    status: { ...namespace.status, phase: 'Terminating' },
  };
  if (options.dryRun) return { written: { value: storedText(marked), revision: standing.revision }, gone: false };
  const written = await rewrite(scope, standing, marked);
  return written === 'again' ? 'again' : { written, gone: false };
}
