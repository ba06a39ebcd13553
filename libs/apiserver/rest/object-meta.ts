import { badRequest, type NameRule, type ObjectMeta, type OwnerReference } from '#apimachinery';

/** The garbage collector's finalizers (meta/v1 FinalizerOrphanDependents, FinalizerDeleteDependents). */
export const ORPHAN_FINALIZER = 'orphan';
export const FOREGROUND_FINALIZER = 'foregroundDeletion';

/** Removes the fields that only the server sets (registry/rest/meta.go WipeObjectMetaSystemFields). */
export function wipeSystemFields(meta: ObjectMeta): void {
  delete meta.creationTimestamp;
  delete meta.uid;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete (meta as { selfLink?: string }).selfLink;
}

/**
 * Sets the object's namespace to the request's; throws 400 if the object has a different one (registry/rest/meta.go). `namespace` is '' for
 * cluster-scoped resources.
 */
export function ensureNamespace(meta: ObjectMeta, namespace: string): void {
  const own = meta.namespace ?? '';
  if (own === namespace) return;
  if (own === '') meta.namespace = namespace;
  else if (namespace === '') delete meta.namespace;
  else throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

const DUPLICATE_OWNERS =
  'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ';

/** Removes duplicate owner references; returns the warning, if any (endpoints/handlers/rest.go). */
export function dedupOwnerReferences(meta: ObjectMeta, afterMutation: boolean): string | undefined {
  const references = meta.ownerReferences;
  if (!references || references.length < 2) return undefined;
  const kept: OwnerReference[] = [];
  const duplicates: string[] = [];
  const known = new Set<string>();
  for (const reference of references) {
    const { apiVersion, kind, name, uid, controller, blockOwnerDeletion } = reference;
    // In JSON, null stands for an absent value.
    const all = JSON.stringify([apiVersion, kind, name, uid, controller, blockOwnerDeletion]);
    if (known.has(all)) duplicates.push(uid);
    else kept.push(reference);
    known.add(all);
  }
  if (duplicates.length === 0) return undefined;
  meta.ownerReferences = kept;
  const when = afterMutation ? ' after mutating admission happens' : '';
  return `.metadata.ownerReferences contains duplicate entries${when}; ${DUPLICATE_OWNERS}${duplicates.join(', ')}`;
}

const GENERATED_BASE_LENGTH = 58;
const SUFFIX_LENGTH = 5;

/** A name from generateName (storage/names/generate.go SimpleNameGenerator): at most 58 characters of the base and five random ones. */
export function generatedName(base: string, suffix: (length: number) => string): string {
  return base.slice(0, GENERATED_BASE_LENGTH) + suffix(SUFFIX_LENGTH);
}

/** Makes a strategy's rule for names also accept generateName, which may end in a dash (maskTrailingDash). */
export function nameRule(rule: (name: string) => string[]): NameRule {
  return (name, prefix) => rule(prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name);
}
