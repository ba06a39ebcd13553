import type { apiextensionsv1 } from '#api';
import { formatTime, type Instant, type KubeObject } from '#apimachinery';
import { type DeleteOptions, deleteObject, type StorageProvider } from '#apiserver';
import { setCondition } from '#component-helpers';
import { storePreconditions } from '../delete-preconditions.js';

type Definition = KubeObject & apiextensionsv1.CustomResourceDefinition;

const RESOURCE = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' };
const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

const PENDING = {
  type: 'Terminating',
  status: 'True',
  reason: 'InstanceDeletionPending',
  message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
};

/** A definition is first Terminating, and is deleted once its instances are. */
function mark(object: KubeObject, _options: DeleteOptions, now: Instant): Definition | undefined {
  const definition = object as Definition;
  const { metadata, status } = definition;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  const finalizers = metadata.finalizers ?? [];
  const time = formatTime(now);
  return {
    ...definition,
    metadata: {
      ...metadata,
      deletionTimestamp: time,
      finalizers: finalizers.includes(CLEANUP) ? finalizers : [...finalizers, CLEANUP],
    },
    status: { ...status, conditions: setCondition(status?.conditions, PENDING, time) },
  };
}

/** Deletes definitions in two steps (apiextensions-apiserver/pkg/registry/customresourcedefinition/etcd.go REST.Delete). */
export const definitionDeletion: StorageProvider = {
  ...RESOURCE,
  subresource: '',
  capabilities: () => ({
    delete: (scope, options) => deleteObject(scope, options, { checkPreconditions: storePreconditions(RESOURCE), mark }),
  }),
};
