import type { corev1 } from '#api';
import type { ResourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';

type ServiceAccount = corev1.ServiceAccount;

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets';

/** Only the names of a service account's secrets are kept. */
function keepNames(object: ServiceAccount): void {
  if (object.secrets) object.secrets = object.secrets.map(({ name }) => (name ? { name } : {}));
}

/** ServiceAccounts (pkg/registry/core/serviceaccount). */
export const serviceAccount: ResourceStrategy<ServiceAccount> = {
  group: '',
  resource: 'serviceaccounts',
  returnsDeletedObject: true,
  prepareForCreate: keepNames,
  prepareForUpdate: (object) => keepNames(object),
  warnings(object, old) {
    if (object.metadata.annotations?.[ENFORCE] === undefined || old?.metadata.annotations?.[ENFORCE] !== undefined) return [];
    return [`metadata.annotations[${ENFORCE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`];
  },
  columns: [nameColumn, ageColumn],
};
