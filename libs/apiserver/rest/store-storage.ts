import type { KubeObject } from '#apimachinery';
import type { DeleteOptions, ListOptions } from '../request/options.js';
import type { APIResource } from './api-resource.js';
import { asked } from './converting.js';
import { createObject } from './create.js';
import { deleteObject } from './delete.js';
import { getObject } from './get.js';
import { type Listing, listObjects } from './list.js';
import { ownFields } from './managed-fields.js';
import { admissionContext, type RestScope } from './scope.js';
import type { Capabilities, Change, Updated } from './storage.js';
import type { SubresourceStrategy } from './strategy.js';
import { updateObject } from './update.js';
import { watchObjects } from './watch.js';

/** Changes a stored object, or a subresource that is a view of it (`view`): converts versions and records managed fields. */
function updateStored(scope: RestScope, change: Change, view?: SubresourceStrategy): Promise<Updated> {
  const { conversion, stored } = scope.resource;
  return updateObject(scope, {
    options: change.options,
    ...(change.uid === undefined ? {} : { uid: change.uid }),
    ...(view ? { view } : { create: change.applies === true || (change.replaces === true && stored.strategy.createOnUpdate === true) }),
    async transform(standing: KubeObject | undefined) {
      const read = standing && conversion?.convert ? await asked(scope, standing, scope.resource.apiVersion) : standing;
      const live = read && (conversion?.fromStorage(read) ?? read);
      const object = await scope.work.step(() => change.transform(live));
      if (!change.applies) await scope.work.step(() => ownFields(scope, object, live));
      const given = conversion?.convert ? await asked(scope, object, stored.apiVersion) : object;
      return conversion?.toStorage(given) ?? given;
    },
  });
}

/**
 * Deletes everything the options select, one after the other in the order of the list until one fails, as upstream's only worker does
 * (generic/registry/store.go DeleteCollection, --delete-collection-workers=1). Where nothing is configured that could refuse one of them,
 * many are deleted at once.
 */
async function deleteCollection(scope: RestScope, options: ListOptions, deletion: DeleteOptions): Promise<Listing> {
  const listing = await listObjects(scope, options);
  const { limits, admission } = scope.cluster;
  const mayRefuse = deletion.preconditions !== undefined || admission.isConfigured('DELETE', admissionContext(scope));
  const workers = mayRefuse ? 1 : limits.deleteCollectionParallel;
  const erase = scope.storage.delete ?? deleteObject;
  for (let start = 0; start < listing.items.length; start += workers) {
    const batch = listing.items.slice(start, start + workers).map(({ object: { metadata } }) => {
      const one = { ...scope, name: metadata.name, namespace: metadata.namespace ?? '' };
      return erase(one, deletion).catch((error: unknown) => {
        // Another request has deleted it in the meantime.
        if ((error as { code?: number }).code !== 404) throw error;
      });
    });
    const failed = (await Promise.allSettled(batch)).find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
  return listing;
}

/** The generic registry's storage of a resource (registry/generic/registry/store.go), with the verbs that discovery lists. */
export function storeStorage({ info }: APIResource): Capabilities {
  const verbs = new Set(info.verbs);
  return {
    ...(verbs.has('get') ? { get: getObject } : {}),
    ...(verbs.has('list') ? { list: listObjects } : {}),
    ...(verbs.has('watch') ? { watch: watchObjects } : {}),
    ...(verbs.has('create') ? { create: createObject } : {}),
    ...(verbs.has('update') || verbs.has('patch') ? { update: updateStored } : {}),
    ...(verbs.has('delete') ? { delete: deleteObject } : {}),
    ...(verbs.has('deletecollection') ? { deleteCollection } : {}),
  };
}

/** A subresource that is a view of its parent and writes a part of it: status, approval, ephemeralcontainers … */
export function viewStorage(view: SubresourceStrategy): Capabilities {
  return { get: getObject, update: (scope, change) => updateStored(scope, change, view) };
}
