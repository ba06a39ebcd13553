import type { corev1 } from '#api';
import { ensureNamespace, type StorageProvider } from '#apiserver';
import { bindPod } from './pod/binding.js';

/** POST of a Binding to the collection: it names the pod (pkg/registry/core/pod/storage LegacyBindingREST). */
export const bindings: StorageProvider = {
  group: '',
  resource: 'bindings',
  subresource: '',
  capabilities: () => ({
    async create(scope, object, options) {
      const binding = object as corev1.Binding;
      ensureNamespace(binding.metadata, scope.namespace);
      const storage = scope.cluster.storages.find('', 'v1', 'pods', 'binding') ?? scope.storage;
      const pod = { ...scope, storage, resource: storage.resource, name: binding.metadata.name, subresource: 'binding' };
      return { answer: await bindPod(pod, binding, options) };
    },
  }),
};
