import { ConfigMap, Namespace, ServiceAccount } from '#api';
import { CONTROLLER_ACCOUNTS } from './data/service-accounts.js';
import { create, type Step } from './step.js';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const CA_DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** The initial namespaces (pkg/controlplane/controller/systemnamespaces). */
export const namespaceSteps = (): Step[] =>
  NAMESPACES.map((name) =>
    create(Namespace, { metadata: { name, labels: { 'kubernetes.io/metadata.name': name } }, spec: { finalizers: ['kubernetes'] } }),
  );

const account = (namespace: string, name: string): Step => create(ServiceAccount, { metadata: { name, namespace } });

/**
 * The default account and the root CA of each namespace, as created by their controllers; in kube-system also the system's own accounts.
 */
export function accountSteps(rootCA: string): Step[] {
  const annotations = { 'kubernetes.io/description': CA_DESCRIPTION };
  return [
    ...NAMESPACES.map((namespace) => account(namespace, 'default')),
    ...NAMESPACES.map((namespace) =>
      create(ConfigMap, { metadata: { name: 'kube-root-ca.crt', namespace, annotations }, data: { 'ca.crt': rootCA } }),
    ),
    ...[...CONTROLLER_ACCOUNTS, 'coredns', 'kube-proxy', 'kindnet'].map((name) => account('kube-system', name)),
  ];
}
