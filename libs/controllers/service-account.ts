import { Namespace, ServiceAccount } from '#api';
import { isAlreadyExists, isNamespaceTerminating } from '#apimachinery';
import { defineController, watching } from '#controller-runtime';

const NAME = 'default';

/** Creates a ServiceAccount `default` in every namespace (pkg/controller/serviceaccount/serviceaccounts_controller.go). */
export const serviceAccount = defineController({
  name: 'service-account-controller',
  queue: 'serviceaccount',
  flag: 'serviceaccount-controller',
  for: Namespace,
  filter: ({ deleted }) => !deleted,
  watches: [
    watching(ServiceAccount, ({ object, deleted }) =>
      deleted && object.metadata.name === NAME ? [{ name: object.metadata.namespace ?? '' }] : [],
    ),
  ],
  interests: ({ resource, name, deleted }) => resource === 'namespaces' || (deleted && name === NAME),
  async reconcile({ metadata, status }, { client, informers }) {
    if (status?.phase === 'Terminating' || metadata.deletionTimestamp !== undefined) return;
    const namespace = metadata.name;
    if (informers.of(ServiceAccount).get(NAME, namespace) !== undefined) return;
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } };
    await client.create(ServiceAccount, account).catch((error: unknown) => {
      if (!isAlreadyExists(error) && !isNamespaceTerminating(error)) throw error;
    });
  },
});
