import { ClusterRole, ClusterRoleBinding, type corev1, RoleBinding, type rbacv1, ServiceAccount } from '#api';
import { clusterCIDR } from '#network';
import { leaderStep } from './nodes.js';
import {
  authorities,
  type ComponentFacts,
  certificates,
  kubeconfig,
  type ManifestFile,
  manifestOn,
  PKI,
  staticPod,
} from './static-pods.js';
import { create, type Step } from './step.js';
import { VERSIONS } from './template.js';

/** What the provider of the simulated cloud brings: cloud-controller-manager as a static pod of the control plane's nodes. */

const NAME = 'cloud-controller-manager';
const NAMESPACE = 'kube-system';

/** Named, probed and started as kube-controller-manager is; the port is cloud-provider's own (cloud-provider/ports.go). */
function cloudControllerManager(podSubnet: string, version: string): ComponentFacts {
  const file = `${NAME}.conf`;
  const config = `/etc/kubernetes/${file}`;
  return {
    name: NAME,
    image: `registry.k8s.io/provider-orrery/${NAME}:${version}`,
    port: 10258,
    probes: { host: '127.0.0.1', scheme: 'HTTPS', live: '/healthz', started: '/healthz' },
    requests: { cpu: '200m' },
    args: {
      'allocate-node-cidrs': 'true',
      'authentication-kubeconfig': config,
      'authorization-kubeconfig': config,
      'bind-address': '127.0.0.1',
      'client-ca-file': `${PKI}/ca.crt`,
      'cloud-provider': 'orrery',
      'cluster-cidr': podSubnet,
      'cluster-name': 'kubernetes',
      'configure-cloud-routes': 'true',
      kubeconfig: config,
      'leader-elect': 'true',
      'requestheader-client-ca-file': `${PKI}/front-proxy-ca.crt`,
      'use-service-account-credentials': 'true',
    },
    mounts: [authorities, certificates, kubeconfig(file)],
  };
}

/** The manifest of cloud-controller-manager. */
export const cloudControllerManagerManifest = (podSubnet = clusterCIDR(1), version: string = VERSIONS.kubernetes): corev1.Pod =>
  staticPod(cloudControllerManager(podSubnet, version));

/** The manifests on the nodes of the control plane. `size`: how many nodes the cluster has. */
export const cloudManifestFiles = (members: ReadonlyArray<{ name: string; version: string | undefined }>, size: number): ManifestFile[] =>
  members.map(({ name, version }) => {
    const { node, path, content } = manifestOn(name, cloudControllerManagerManifest(clusterCIDR(size), version));
    return { node, path, content };
  });

const rule = (verbs: string[], apiGroups: string[], resources: string[]): rbacv1.PolicyRule => ({ verbs, apiGroups, resources });

/**
 * What its kubeconfig may do: elect a leader, look at everything, ask who may see its port, make the accounts of its controllers, and
 * work in their place (cluster/addons/cloud-controller-manager, with the rules of providers whose controllers have no accounts of their own).
 */
const RULES: rbacv1.PolicyRule[] = [
  rule(['create', 'patch', 'update'], ['', 'events.k8s.io'], ['events']),
  rule(['create', 'get', 'list', 'update', 'watch'], ['coordination.k8s.io'], ['leases']),
  rule(['delete', 'get', 'list', 'patch', 'update', 'watch'], [''], ['nodes']),
  rule(['patch', 'update'], [''], ['nodes/status', 'services/status']),
  rule(['get', 'list', 'patch', 'update', 'watch'], [''], ['services']),
  rule(['create', 'get', 'list', 'update', 'watch'], [''], ['serviceaccounts']),
  rule(['create'], [''], ['serviceaccounts/token']),
  rule(['create'], ['authentication.k8s.io'], ['tokenreviews']),
  rule(['create'], ['authorization.k8s.io'], ['subjectaccessreviews']),
];

/** The accounts that it makes for its controllers; those of its controllers of nodes use kube-controller-manager's (cloud-provider/app). */
const ACCOUNTS = [NAME, 'route-controller', 'service-controller'];

/** What it needs of the API, and the Lease of the instance that leads on a node. */
export function cloudSteps(leader: string, now: number): Step[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  const name = `system:${NAME}`;
  const reader = 'extension-apiserver-authentication-reader';
  const subjects = [{ kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }];
  return [
    ...ACCOUNTS.map((account) => create(ServiceAccount, { metadata: { name: account, namespace: NAMESPACE } })),
    create(ClusterRole, { metadata: { name }, rules: RULES }),
    create(ClusterRoleBinding, { metadata: { name }, subjects, roleRef: { apiGroup, kind: 'ClusterRole', name } }),
    create(RoleBinding, {
      metadata: { name: `${NAME}:apiserver-authentication-reader`, namespace: NAMESPACE },
      subjects,
      roleRef: { apiGroup, kind: 'Role', name: reader },
    }),
    leaderStep(NAME, leader, now),
  ];
}
