import type { policyv1 } from '#api';
import { type KubeObject, successStatus } from '#apimachinery';
import { deleteObject, deleteOptionsFromBody, type StorageProvider } from '#apiserver';

const success = { ...successStatus({ code: 201 }), metadata: {} } as unknown as KubeObject;

/** pods/eviction without disruption budgets: the pod is deleted with the options of the body (pkg/registry/core/pod/storage EvictionREST). */
export const podEviction: StorageProvider = {
  group: '',
  resource: 'pods',
  subresource: 'eviction',
  capabilities: () => ({
    async create(scope, body, options) {
      const { deleteOptions } = body as policyv1.Eviction;
      const deletion = deleteOptionsFromBody({ ...deleteOptions });
      await deleteObject(scope, { ...deletion, dryRun: deletion.dryRun || options.dryRun });
      return { answer: success };
    },
  }),
};
