import {
  alreadyExists,
  bareError,
  formatTime,
  generateNameConflict,
  invalid,
  type KubeObject,
  nthRandom,
  type Random,
  type StoredState,
  storedStateInSteps,
  validateObjectMeta,
} from '#apimachinery';
import type { CachingWriteOp } from '#cacher';
import type { Revision } from '#storage';
import { Stage } from '../audit/audit-event.js';
import type { WriteOptions } from '../request/options.js';
import { type APIResource, objectKey } from './api-resource.js';
import { companionOps, companionTerms, isTaken } from './companions.js';
import { asked } from './converting.js';
import { expiryOf } from './lease.js';
import { ownFields } from './managed-fields.js';
import { dedupOwnerReferences, ensureNamespace, generatedName, wipeSystemFields } from './object-meta.js';
import { checkRequestSize } from './request-size.js';
import {
  admissionAttributes,
  admissionContext,
  admissionOptions,
  causeOf,
  isOnlyTried,
  noteWrite,
  type RestScope,
  randomOf,
  retried,
  strategyContext,
} from './scope.js';
import type { Written } from './storage.js';
import type { ResourceStrategy, StrategyContext } from './strategy.js';

/** The error for a create with a resourceVersion (apiserver/pkg/storage ErrResourceVersionSetOnCreate); a bare 500. */
const VERSION_SET = 'resourceVersion should not be set on objects to be created';

/**
 * Creates a decoded and defaulted object (endpoints/handlers/create.go, registry/generic/registry/store.go Create). Takes ownership of the
 * object and changes it in place. Throws StatusError.
 */
export function createObject(scope: RestScope, given: KubeObject, options: WriteOptions): Promise<Written> {
  if (given.metadata.name) return createAdmitted(scope, given, options);
  // Concurrent creations with the same generateName, e.g. of a ReplicaSet's pods, each draw different names.
  const base = objectKey(scope.resource.stored, scope.namespace, given.metadata.generateName ?? '');
  const { generating, random } = scope.cluster;
  return generating.take(base, (ordinal) => createAdmitted({ ...scope, random: nthRandom(random, ordinal) }, given, options));
}

async function createAdmitted(scope: RestScope, given: KubeObject, options: WriteOptions): Promise<Written> {
  const { resource, cluster, warnings } = scope;
  given.metadata.name ??= '';
  wipeSystemFields(given.metadata);
  ensureNamespace(given.metadata, scope.namespace);
  warnings.add(dedupOwnerReferences(given.metadata, false));
  await scope.work.step(() => ownFields(scope, given, undefined));
  const { conversion, stored } = resource;
  const converted = conversion?.convert ? await asked(scope, given, stored.apiVersion) : given;
  const object = conversion ? conversion.toStorage(converted) : converted;
  scope.audit?.mark(Stage.request);
  if (cluster.admission.mutates('CREATE')) {
    const attributes = admissionAttributes(scope, 'CREATE', options.dryRun, { object, options: admissionOptions(options) });
    await cluster.admission.admit(attributes, admissionContext(scope));
    ensureNamespace(object.metadata, resource.namespaced ? scope.namespace : '');
  }
  scope.audit?.mark(Stage.mutating);
  warnings.add(dedupOwnerReferences(object.metadata, true));
  return insert(scope, object, options);
}

/** Tells a client that nothing will happen to an object of this kind. */
function warnIfUnworked({ cluster: { unworked }, resource, component, warnings }: RestScope): void {
  if (unworked.size === 0 || component !== undefined) return;
  const { group, resource: plural } = resource;
  if (!unworked.has(group === '' ? plural : `${plural}.${group}`)) return;
  warnings.add(`${resource.apiVersion} ${resource.kind} is stored, but no controller of this cluster works on it yet`);
}

/** Stores an admitted object; a generated name that is taken is replaced by a new one. */
export async function insert(scope: RestScope, object: KubeObject, options: WriteOptions): Promise<Written> {
  const { confirm } = scope.resource.stored.strategy;
  if (confirm) await confirm(object, undefined, strategyContext(scope, options.dryRun));
  const { generateName } = object.metadata;
  const generated = Boolean(generateName) && !object.metadata.name;
  const attempts = scope.cluster.limits.generateNameAttempts;
  const names = generated ? namesOf(scope, generateName ?? '') : undefined;
  for (let attempt = 1; ; attempt++) {
    if (names) object.metadata.name = freeName(scope, generateName ?? '', names);
    const written = await insertOnce(scope, object, options, attempt > 1);
    if (written !== undefined) {
      warnIfUnworked(scope);
      return written;
    }
    if (generated && attempt < attempts) continue;
    throw await nameTaken(scope, object, generateName !== undefined && generateName !== '');
  }
}

function namesOf(scope: RestScope, base: string): Random {
  return randomOf(scope).draw('name', objectKey(scope.resource.stored, scope.namespace, base));
}

/** A generated name that is not taken as far as the cache knows. */
function freeName({ cluster, resource, namespace }: RestScope, base: string, names: Random): string {
  let name = '';
  for (let attempt = 0; attempt < cluster.limits.generateNameAttempts; attempt++) {
    name = generatedName(base, (length) => names.suffix(length));
    if (cluster.store.peek(objectKey(resource.stored, namespace, name)) === undefined) break;
  }
  return name;
}

async function nameTaken({ cluster, resource, namespace }: RestScope, object: KubeObject, generated: boolean) {
  const { name } = object.metadata;
  const error = generated ? generateNameConflict(resource.groupResource, name, 1) : alreadyExists(resource.groupResource, name);
  const standing = await cluster.store.get(objectKey(resource.stored, namespace, name));
  if (standing?.object.metadata.deletionTimestamp === undefined) return error;
  const { status } = error;
  return Object.assign(error, { status: { ...status, message: `object is being deleted: ${status.message}` } });
}

/** One attempt; undefined if the name is taken. Companions that were taken in the meantime are allocated again. */
async function insertOnce(scope: RestScope, object: KubeObject, options: WriteOptions, again: boolean): Promise<Written | undefined> {
  const { cluster, resource } = scope;
  const { stored } = resource;
  const { metadata } = object;
  metadata.creationTimestamp = formatTime(cluster.clock.now());
  for (let attempt = 0; ; attempt++) {
    const since = identify(scope, object);
    const ctx = strategyContext(retried(scope, attempt), options.dryRun);
    const companions = await prepareForCreate(resource, object, ctx, scope);
    scope.audit?.mark(Stage.strategy);
    if (cluster.admission.validates('CREATE')) {
      const attributes = admissionAttributes(scope, 'CREATE', options.dryRun, { object, options: admissionOptions(options) });
      if (again || attempt > 0) attributes.repeated = true;
      await cluster.admission.validate(attributes, admissionContext(scope));
    }
    scope.audit?.mark(Stage.validating);
    const version = metadata.resourceVersion;
    if (version && version !== '0') throw bareError(VERSION_SET);
    const key = objectKey(stored, metadata.namespace ?? '', metadata.name);
    await scope.work.step(() => stored.schema.prepareForStorage(object));
    const state = await storedStateInSteps(object, scope.work.step);
    if (isOnlyTried(scope, options.dryRun)) return (await cluster.store.get(key)) === undefined ? { value: state.value } : undefined;
    const written = await write(scope, { key, since, ...state }, companions);
    if (written !== 'again') return written;
  }
}

/**
 * Sets the uid, which is derived from the key and the newest known revision, and returns that revision: the creation succeeds only if the
 * key has not changed since. So concurrent creations never get the same uid, and a name that is reused gets a new one.
 */
function identify(scope: RestScope, { metadata }: KubeObject): Revision {
  const { cluster, resource } = scope;
  metadata.uid = randomOf(scope)
    .draw('uid', objectKey(resource.stored, metadata.namespace ?? '', metadata.name))
    .uuid();
  return cluster.store.known;
}

async function prepareForCreate(resource: APIResource, object: KubeObject, ctx: StrategyContext, scope: RestScope) {
  const { strategy } = resource.stored;
  const allocated = strategy.allocate ? await strategy.allocate(object, undefined, ctx) : undefined;
  // Upstream validates the stored kind, and errors name that one.
  const { groupKind } = resource.stored;
  if (allocated?.errors?.length) throw invalid(groupKind, object.metadata.name, allocated.errors);
  const { work } = scope;
  const metadataErrors = await work.step(() => {
    strategy.prepareForCreate?.(object, ctx);
    if (!checksMetadata(strategy, ctx)) return [];
    return validateObjectMeta(object.metadata, { namespaced: resource.namespaced, nameRule: resource.stored.nameRule });
  });
  const errors = metadataErrors.concat(await work.step(() => strategy.validate?.(object, ctx) ?? []));
  if (errors.length > 0) throw await work.step(() => invalid(groupKind, object.metadata.name, errors));
  if (strategy.warnings)
    for (const text of await work.step(() => strategy.warnings?.(object, undefined, ctx) ?? [])) scope.warnings.add(text);
  return allocated?.companions ?? [];
}

/** Whether the object's metadata is validated here (not for legacy Events). */
export function checksMetadata(strategy: ResourceStrategy, ctx: StrategyContext): boolean {
  return strategy.validatesMetadata?.(ctx) ?? true;
}

type Companions = Awaited<ReturnType<typeof prepareForCreate>>;

async function write(
  scope: RestScope,
  stored: StoredState & { key: string; since: Revision },
  companions: Companions,
): Promise<Written | 'again' | undefined> {
  const { cluster, resource } = scope;
  const at = cluster.clock.now();
  const cause = causeOf(scope);
  const op: CachingWriteOp = { type: 'create', ...stored, cause, at, ...expiryOf(scope, at) };
  cluster.controlPlane.checkPut();
  checkRequestSize(resource, stored.key, stored.value);
  const writing = cluster.store.write([op, ...companionOps(scope, companions, at)], companionTerms(scope, companions));
  scope.queued?.();
  const [first, ...others] = await writing;
  noteWrite(scope, first);
  if (first?.ok) return { value: stored.value, object: stored.object, revision: first.entry.revision };
  return first?.reason === 'conflict' || isTaken(others) ? 'again' : undefined;
}
