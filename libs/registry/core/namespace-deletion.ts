import type { corev1 } from '#api';
import { formatTime, type Instant, type KubeObject } from '#apimachinery';
import { type DeleteOptions, deleteObject, deletionFinalizers, type StorageProvider } from '#apiserver';
import { storePreconditions } from '../delete-preconditions.js';

type Namespace = corev1.Namespace;

const RESOURCE = { group: '', resource: 'namespaces' };

/** A namespace is first Terminating, and is deleted once its spec's finalizers have been removed. */
function mark(object: KubeObject, options: DeleteOptions, now: Instant): Namespace | 'pending' | undefined {
  const namespace = object as Namespace;
  const { metadata } = namespace;
  if (metadata.deletionTimestamp !== undefined) return (namespace.spec?.finalizers ?? []).length === 0 ? undefined : 'pending';
  const finalizers = deletionFinalizers(metadata, options);
  const { finalizers: _old, ...rest } = metadata;
  return {
    ...namespace,
    metadata: { ...rest, deletionTimestamp: formatTime(now), ...(finalizers.length > 0 ? { finalizers } : {}) },
    status: { ...namespace.status, phase: 'Terminating' },
  };
}

/** Deletes namespaces in two steps (pkg/registry/core/namespace/storage REST.Delete). */
export const namespaceDeletion: StorageProvider = {
  ...RESOURCE,
  subresource: '',
  capabilities: () => ({
    delete: (scope, options) => deleteObject(scope, options, { checkPreconditions: storePreconditions(RESOURCE), mark }),
  }),
};
