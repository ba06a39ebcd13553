import type { corev1 } from '#api';
import { conflict, formatTime, type Instant, type KubeObject } from '#apimachinery';
import { type DeleteOptions, deleteObject, deletionFinalizers, type StorageProvider } from '#apiserver';

type Namespace = corev1.Namespace;

/** The preconditions of a namespace are checked by the store, with the store's message (pkg/registry/core/namespace/storage). */
function checkPreconditions({ metadata }: KubeObject, { preconditions }: DeleteOptions): void {
  for (const [field, label] of [
    ['uid', 'UID'],
    ['resourceVersion', 'ResourceVersion'],
  ] as const) {
    const wanted = preconditions?.[field];
    if (wanted === undefined || wanted === metadata[field]) continue;
    const text = `Precondition failed: ${label} in precondition: ${wanted}, ${label} in object meta: ${metadata[field] ?? ''}`;
    throw conflict({ group: '', resource: 'namespaces' }, metadata.name, text);
  }
}

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
  group: '',
  resource: 'namespaces',
  subresource: '',
  capabilities: () => ({ delete: (scope, options) => deleteObject(scope, options, { checkPreconditions, mark }) }),
};
