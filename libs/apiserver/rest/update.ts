import {
  bareError,
  conflict,
  deepEqual,
  type FieldError,
  invalid,
  invalidValue,
  type KubeObject,
  notFound,
  storedStateInSteps,
  storedText,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '#apimachinery';
import type { CachedObject, CachingWriteOp } from '#cacher';
import type { WriteOp } from '#storage';
import { Stage } from '../audit/audit-event.js';
import { forbiddenError } from '../authorization/authorization.js';
import type { WriteOptions } from '../request/options.js';
import { objectKey } from './api-resource.js';
import { companionOps, companionTerms } from './companions.js';
import { checksMetadata, insert } from './create.js';
import { deletesDuringUpdate } from './deletion.js';
import { parseUintError } from './get.js';
import { expiryOf } from './lease.js';
import { ignoreManagedFieldsTimestamps } from './managed-fields.js';
import { dedupOwnerReferences, ensureNamespace } from './object-meta.js';
import { checkRequestSize } from './request-size.js';
import {
  admissionAttributes,
  admissionContext,
  admissionOptions,
  causeOf,
  isOnlyTried,
  noteWrite,
  type RestScope,
  retried,
  strategyContext,
} from './scope.js';
import type { Updated } from './storage.js';
import type { Companion, SubresourceStrategy } from './strategy.js';

/**
 * Returns the new object for the current one (undefined if there is none), in the stored version, as a copy of its own. Throws StatusError.
 */
type Transform = (standing: KubeObject | undefined) => Promise<KubeObject> | KubeObject;

export interface UpdateRules {
  options: WriteOptions;
  transform: Transform;
  /** How a subresource is written; unset for the resource itself. */
  view?: SubresourceStrategy;
  /** What admission sees instead of the object, e.g. a Scale, and how the object takes over what it has changed. */
  admitted?: { of(object: KubeObject): KubeObject; take(object: KubeObject, admitted: KubeObject): void };
  /** The uid that the current object must have (from a PUT's object). */
  uid?: string;
  /** Create an object that does not exist (PUT, if the strategy allows it). */
  create?: boolean;
}

type Outcome = Updated | 'again';

/**
 * Changes an object with compare-and-swap (generic/registry/store.go Update, storage/etcd3 GuaranteedUpdate). It is tried on the cached
 * object first; a failure counts only if it also occurs on the object currently in the store.
 */
export async function updateObject(scope: RestScope, rules: UpdateRules): Promise<Updated> {
  const { store, limits } = scope.cluster;
  const key = objectKey(scope.resource.stored, scope.namespace, scope.name);
  const cached = store.peek(key);
  if (cached !== undefined) {
    const outcome = await attempt(scope, rules, cached, false).catch((error: unknown) => verdict(error, key, cached, scope));
    if (outcome !== 'again') return { ...outcome, previous: cached };
  }
  for (let tried = 0; tried < limits.updateAttempts; tried++) {
    const standing = await store.get(key);
    const outcome = await attempt(retried(scope, tried + 1), rules, standing, true);
    if (outcome !== 'again') return { ...outcome, ...(standing && { previous: standing }) };
  }
  throw conflict(scope.resource.groupResource, scope.name);
}

/** An error on cached state is only valid if that state is current. */
async function verdict(error: unknown, key: string, cached: CachedObject, scope: RestScope): Promise<'again'> {
  const current = await scope.cluster.store.get(key);
  if (current?.revision === cached.revision) throw error;
  return 'again';
}

async function attempt(scope: RestScope, rules: UpdateRules, standing: CachedObject | undefined, current: boolean): Promise<Outcome> {
  const { resource, cluster } = scope;
  scope.audit?.again();
  if (standing === undefined) return rules.create ? createInstead(scope, rules) : missing(scope);
  const old = standing.object;
  checkUid(scope, rules, old, standing.key);
  const object = await admitted(scope, rules, old);
  checkResourceVersion(scope, object, old);
  const companions = await prepareForUpdate(scope, rules, object, old);
  const { work } = scope;
  await work.step(() => ignoreManagedFieldsTimestamps(object, old));
  scope.audit?.mark(Stage.strategy);
  if (cluster.admission.validates('UPDATE')) {
    const attributes = attributesOf(scope, rules, object, old);
    await cluster.admission.validate(attributes, admissionContext(scope));
  }
  scope.audit?.mark(Stage.validating);
  if (removes(scope, object, old)) return remove(scope, rules, object, standing);
  await work.step(() => resource.stored.schema.prepareForStorage(object));
  // Members in a different order are not a change: upstream compares protobuf, where the order is fixed.
  if (companions.length === 0 && (await work.step(() => deepEqual(object, old)))) {
    const unchanged = { value: standing.value, revision: standing.revision, created: false };
    if (current) return unchanged;
    const now = await cluster.store.get(standing.key);
    return now?.revision === standing.revision ? unchanged : 'again';
  }
  const state = await storedStateInSteps(object, work.step);
  if (isOnlyTried(scope, rules.options.dryRun)) return { value: state.value, revision: standing.revision, created: false };
  const at = cluster.clock.now();
  const { key, revision: expected } = standing;
  checkRequestSize(resource, key, state.value);
  const op: CachingWriteOp = { type: 'update', key, ...state, expected, cause: causeOf(scope), at, ...expiryOf(scope, at) };
  return write(scope, op, companions);
}

async function write(scope: RestScope, op: CachingWriteOp, companions: readonly Companion[]): Promise<Outcome> {
  const { store, controlPlane } = scope.cluster;
  controlPlane.checkPut();
  const [first, ...others] = await store.write([op, ...companionOps(scope, companions, op.at)], companionTerms(scope, companions));
  noteWrite(scope, first);
  if (first?.ok) return { value: first.entry.value, object: op.object, revision: first.entry.revision, created: false };
  if (first?.reason === 'missing') return missing(scope);
  return first?.reason === 'conflict' || others.length > 0 ? 'again' : missing(scope);
}

function missing(scope: RestScope): never {
  throw notFound(scope.resource.groupResource, scope.name);
}

/** Whoever creates by an update must be allowed to create (endpoints/handlers/update.go withAuthorization). */
async function authorizeCreate({ cluster, resource, user, namespace, name }: RestScope): Promise<void> {
  const { group, version } = resource;
  const asked = { group, version, resource: resource.resource, subresource: '', namespace, name };
  const { allowed, reason } = await cluster.access.authorize({ user, verb: 'create', resource: asked });
  if (!allowed) throw forbiddenError({ user, verb: 'create', isResource: true, path: '', ...asked }, reason);
}

async function createInstead(scope: RestScope, rules: UpdateRules): Promise<Updated> {
  const object = await rules.transform(undefined);
  delete object.metadata.resourceVersion;
  const { cluster } = scope;
  await authorizeCreate(scope);
  scope.audit?.mark(Stage.request);
  if (cluster.admission.mutates('CREATE')) {
    const attributes = admissionAttributes(scope, 'CREATE', rules.options.dryRun, { object, options: admissionOptions(rules.options) });
    await cluster.admission.admit(attributes, admissionContext(scope));
    ensureNamespace(object.metadata, scope.resource.namespaced ? scope.namespace : '');
  }
  scope.audit?.mark(Stage.mutating);
  return { ...(await insert(scope, object, rules.options)), created: true };
}

function checkUid(scope: RestScope, rules: UpdateRules, old: KubeObject, key: string): void {
  if (!rules.uid || rules.uid === old.metadata.uid) return;
  const detail = `Precondition failed: UID in precondition: ${rules.uid}, UID in object meta: ${old.metadata.uid ?? ''}`;
  const text = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${detail}`;
  throw conflict(scope.resource.groupResource, scope.name, text);
}

function attributesOf(scope: RestScope, rules: UpdateRules, object: KubeObject, old: KubeObject) {
  const { options, admitted } = rules;
  const objects = admitted ? { object: admitted.of(object), oldObject: admitted.of(old) } : { object, oldObject: old };
  return admissionAttributes(scope, 'UPDATE', options.dryRun, { ...objects, options: admissionOptions(options) });
}

async function admitted(scope: RestScope, rules: UpdateRules, old: KubeObject): Promise<KubeObject> {
  const object = await rules.transform(old);
  const { cluster, audit } = scope;
  audit?.mark(Stage.request);
  if (cluster.admission.mutates('UPDATE')) {
    const attributes = attributesOf(scope, rules, object, old);
    await cluster.admission.admit(attributes, admissionContext(scope));
    if (attributes.object) rules.admitted?.take(object, attributes.object);
  }
  audit?.mark(Stage.mutating);
  scope.warnings.add(dedupOwnerReferences(object.metadata, true));
  const { confirm } = scope.resource.stored.strategy;
  if (confirm) await confirm(object, old, strategyContext(scope, rules.options.dryRun));
  return object;
}

/** Upstream parses versions as unsigned integers and answers a bare 500 if that fails. */
function checkResourceVersion(scope: RestScope, object: KubeObject, old: KubeObject): void {
  const { resource, name } = scope;
  const { metadata } = object;
  const given = metadata.resourceVersion ?? '';
  const wrong = given === '' ? undefined : parseUintError(given);
  if (wrong !== undefined) throw bareError(wrong);
  if (given === '' || Number(given) === 0) {
    if (resource.stored.strategy.unconditionalUpdate === false) {
      const kind = { group: resource.group, kind: resource.resource };
      throw invalid(kind, name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]);
    }
    metadata.resourceVersion = old.metadata.resourceVersion;
    return;
  }
  if (given !== old.metadata.resourceVersion) throw conflict(resource.groupResource, name);
}

/** Fields that an update must not change (registry/rest/update.go BeforeUpdate), then the strategy's preparation and validation. */
async function prepareForUpdate(scope: RestScope, rules: UpdateRules, object: KubeObject, old: KubeObject): Promise<Companion[]> {
  const { resource } = scope;
  const { strategy, nameRule } = resource.stored;
  const { metadata } = object;
  const ctx = strategyContext(scope, rules.options.dryRun);
  ensureNamespace(metadata, resource.namespaced ? scope.namespace : '');
  if (old.metadata.generation === undefined) delete metadata.generation;
  else metadata.generation = old.metadata.generation;
  const allocated = !rules.view && strategy.allocate ? await strategy.allocate(object, old, ctx) : undefined;
  if (allocated?.errors?.length) throw invalid(resource.stored.groupKind, metadata.name, allocated.errors);
  const { work } = scope;
  const metadataErrors = await work.step((): FieldError[] => {
    if (rules.view) rules.view.prepareForUpdate(object, old, ctx);
    else strategy.prepareForUpdate?.(object, old, ctx);
    keepSystemFields(object, old);
    if (!checksMetadata(strategy, ctx)) return [];
    // Upstream validates changes in the generic registry and again in the kind's own validation, so a Status has these causes twice.
    const changes = validateObjectMetaUpdate(object.metadata, old.metadata);
    return validateObjectMeta(object.metadata, { namespaced: resource.namespaced, nameRule }).concat(changes, changes);
  });
  const validating: Pick<SubresourceStrategy, 'validateUpdate' | 'warnings'> = rules.view ?? strategy;
  const errors = metadataErrors.concat(await work.step(() => validating.validateUpdate?.(object, old, ctx) ?? []));
  if (errors.length > 0) throw await work.step(() => invalid(resource.stored.groupKind, object.metadata.name, errors));
  if (validating.warnings)
    for (const text of await work.step(() => validating.warnings?.(object, old, ctx) ?? [])) scope.warnings.add(text);
  return allocated?.companions ?? [];
}

function keepSystemFields(object: KubeObject, old: KubeObject): void {
  const { metadata } = object;
  const standing = old.metadata;
  if (!metadata.uid && standing.uid !== undefined) metadata.uid = standing.uid;
  if (standing.creationTimestamp !== undefined) metadata.creationTimestamp = standing.creationTimestamp;
  if (standing.deletionTimestamp !== undefined) metadata.deletionTimestamp = standing.deletionTimestamp;
  if (standing.deletionGracePeriodSeconds !== undefined) metadata.deletionGracePeriodSeconds ??= standing.deletionGracePeriodSeconds;
}

function removes({ resource }: RestScope, object: KubeObject, old: KubeObject): boolean {
  if (!deletesDuringUpdate(object.metadata, old.metadata)) return false;
  return resource.stored.strategy.removable?.(object) ?? true;
}

/** The last finalizer was removed, so the object is deleted. The client gets what it sent (store.go deleteWithoutFinalizers). */
async function remove(scope: RestScope, rules: UpdateRules, object: KubeObject, standing: CachedObject): Promise<Outcome> {
  const { cluster, resource } = scope;
  const done: Updated = { value: storedText(object), revision: standing.revision, created: false };
  if (isOnlyTried(scope, rules.options.dryRun)) return done;
  const at = cluster.clock.now();
  const released = (await resource.stored.strategy.release?.(object, strategyContext(scope, false))) ?? [];
  const op: WriteOp = { type: 'delete', key: standing.key, expected: standing.revision, cause: causeOf(scope), at };
  const [first] = await cluster.store.write([op, ...companionOps(scope, released, at)], companionTerms(scope, released));
  noteWrite(scope, first);
  if (first?.ok || first?.reason === 'missing') return done;
  return 'again';
}
