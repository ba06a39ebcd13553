import { badRequest, type NameRule, type ObjectMeta, type OwnerReference } from '#apimachinery';

/** The finalizers that stand for the garbage collector's work (meta/v1 FinalizerOrphanDependents, FinalizerDeleteDependents). */
export const ORPHAN_FINALIZER = 'orphan';
export const FOREGROUND_FINALIZER = 'foregroundDeletion';

/** Takes out what only the server sets (registry/rest/meta.go WipeObjectMetaSystemFields). */
export function wipeSystemFields(meta: ObjectMeta): void {
  delete meta.creationTimestamp;
  delete meta.uid;
  delete meta.deletionTimestamp;
  delete meta.deletionGracePeriodSeconds;
  delete (meta as { selfLink?: string }).selfLink;
}

/** Puts the request's namespace into the object; throws 400 where the object names another (registry/rest/meta.go). `namespace` '' for cluster scope. */
export function ensureNamespace(meta: ObjectMeta, namespace: string): void {
  const own = meta.namespace ?? '';
  if (own === namespace) return;
  if (own === '') meta.namespace = namespace;
  else if (namespace === '') delete meta.namespace;
  else throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

const DUPLICATE_OWNERS =
  'API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ';

/** Takes out owner references that occur twice; returns the warning, if any (endpoints/handlers/rest.go). */
export function dedupOwnerReferences(meta: ObjectMeta, afterMutation: boolean): string | undefined {
  const references = meta.ownerReferences;
  if (!references || references.length < 2) return undefined;
  const kept: OwnerReference[] = [];
  const duplicates: string[] = [];
  const known = new Set<string>();
  for (const reference of references) {
    const { apiVersion, kind, name, uid, controller, blockOwnerDeletion } = reference;
    // JSON has null for what is not there.
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

/** A name from generateName (storage/names/generate.go SimpleNameGenerator): at most 58 characters and five of chance. */
export function generatedName(base: string, suffix: (length: number) => string): string {
  return base.slice(0, GENERATED_BASE_LENGTH) + suffix(SUFFIX_LENGTH);
}

/** A strategy's rule of whole names as a rule that also judges generateName, whose dash at the end is not the name's (maskTrailingDash). */
export function nameRule(rule: (name: string) => string[]): NameRule {
  return (name, prefix) => rule(prefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name);
}
