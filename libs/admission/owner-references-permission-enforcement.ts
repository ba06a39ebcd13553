import { deepEqual, type OwnerReference } from '#apimachinery';
import type { AccessAttributes, AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { rejected } from './rejection.js';

type Resource = NonNullable<AccessAttributes['resource']>;

/** Every object's finalizers. */
const EVERYTHING: Resource = { group: '*', version: '*', resource: '*', subresource: 'finalizers', namespace: '', name: '*' };

const ownersOf = (object: AdmissionAttributes['object']): readonly OwnerReference[] => object?.metadata.ownerReferences ?? [];

/** The references that delay the deletion of their owner and did not before (newBlockingOwnerDeletionRefs). */
function newlyBlocking({ object, oldObject }: AdmissionAttributes): OwnerReference[] {
  const before = new Set(
    ownersOf(oldObject)
      .filter(({ blockOwnerDeletion }) => blockOwnerDeletion)
      .map(({ uid }) => uid),
  );
  return ownersOf(object).filter(({ blockOwnerDeletion, uid }) => blockOwnerDeletion && !before.has(uid));
}

/** The finalizers of an owner, in each resource of its kind. Throws if there is none. */
function finalizersOf(
  { apiVersion, kind, name }: OwnerReference,
  attributes: AdmissionAttributes,
  { storages }: AdmissionContext,
): Resource[] {
  const parts = apiVersion.split('/');
  const [group, version] = parts.length === 1 ? ['', apiVersion] : parts;
  const served = storages.served().resources.filter((each) => each.group === group && each.version === version && each.kind === kind);
  if (parts.length > 2 || served.length === 0) {
    const trouble =
      parts.length > 2 ? `unexpected GroupVersion string: ${apiVersion}` : `no matches for kind "${kind}" in version "${apiVersion}"`;
    const reason = `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}: ${trouble}`;
    throw rejected(attributes, reason);
  }
  return served.map(({ resource, namespaced }) => ({
    ...{ group: group ?? '', version: version ?? '', resource, subresource: 'finalizers', name },
    namespace: namespaced ? attributes.namespace : '',
  }));
}

async function mayBlock(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  const blocking = newlyBlocking(attributes);
  if (blocking.length === 0) return;
  const { user } = attributes;
  if ((await ctx.authorizer.authorize({ user, verb: 'update', resource: EVERYTHING })).allowed) return;
  for (const reference of blocking) {
    for (const resource of finalizersOf(reference, attributes, ctx)) {
      const { allowed, reason = '' } = await ctx.authorizer.authorize({ user, verb: 'update', resource });
      if (allowed) continue;
      const text = "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on:";
      throw rejected(attributes, `${text} ${reason}, <nil>`);
    }
  }
}

async function validate(attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  const { operation, user, group, version, resource, subresource, namespace, name } = attributes;
  if (operation === 'UPDATE') {
    const itself = { group, version, resource, subresource, namespace, name };
    const { allowed, reason = '' } = await ctx.authorizer.authorize({ user, verb: 'delete', resource: itself });
    if (!allowed) throw rejected(attributes, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`);
  }
  await mayBlock(attributes, ctx);
}

/**
 * Whoever changes the owners of an object must be allowed to delete it, and to delay the deletion of the owners that it delays
 * (plugin/pkg/admission/gc).
 */
export const ownerReferencesPermissionEnforcement: AdmissionPlugin = {
  name: 'OwnerReferencesPermissionEnforcement',
  operations: ['CREATE', 'UPDATE'],
  defaultOff: true,
  validate(attributes, ctx) {
    const { group, resource, subresource, object, oldObject } = attributes;
    if (group === '' && resource === 'pods' && subresource === 'status') return;
    const [before, now] = [ownersOf(oldObject), ownersOf(object)];
    return now.length === before.length && deepEqual(now, before) ? undefined : validate(attributes, ctx);
  },
};
