import { NODE_USER_PREFIX, type UserInfo } from '#apiserver';
import type { WriteCause } from '#client';

const userNamed = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, 'system:authenticated'] });

/** Controllers whose service account is not named like the source of their events (cmd/kube-controller-manager/app). */
const ACCOUNTS: ReadonlyMap<string, string> = new Map([
  ['stale-disruption-controller', 'disruption-controller'],
  ['job-orphan-pods', 'job-controller'],
  ['daemonset-controller', 'daemon-set-controller'],
  ['attachdetach-inline', 'attachdetach-controller'],
  ['csrapproving', 'certificate-controller'],
  ['csrsigning', 'certificate-controller'],
  ['csrcleaner', 'certificate-controller'],
  ['endpoint-slice-controller', 'endpointslice-controller'],
  ['endpoint-slice-mirroring-controller', 'endpointslicemirroring-controller'],
  ['persistentvolume-controller', 'persistent-volume-binder'],
  ['pod-resource-claim-controller', 'resource-claim-controller'],
  ['taint-eviction-controller', 'node-controller'],
  ['node-ipam-controller', 'node-controller'],
  ['service-cidr-controller', 'service-cidrs-controller'],
  // Of cloud-controller-manager (cloud-provider/app DefaultInitFuncConstructors).
  ['cloud-node-controller', 'node-controller'],
  ['cloud-node-lifecycle-controller', 'node-controller'],
]);

const serviceAccount = (controller: string): UserInfo => {
  if (controller === WITHOUT_ACCOUNT || controller === MANAGER) return controllerManager;
  if (controller === AGGREGATOR) return apiserver;
  return accountUser(`kube-system:${ACCOUNTS.get(controller) ?? controller}`);
};

/** The user of a service account, `namespace:name`; in a pod its token tells the node, too (ServiceAccountTokenPodNodeInfo). */
function accountUser(account: string, node?: string): UserInfo {
  const [namespace] = account.split(':', 1);
  const user = userNamed(`system:serviceaccount:${account}`, 'system:serviceaccounts', `system:serviceaccounts:${namespace}`);
  return node === undefined ? user : { ...user, extra: { 'authentication.kubernetes.io/node-name': [node] } };
}

/** The kubelet of a node uses the node's certificate. */
const kubelet = (node: string): UserInfo => userNamed(`${NODE_USER_PREFIX}${node}`, 'system:nodes');

const scheduler = userNamed('system:kube-scheduler');
const controllerManager = userNamed('system:kube-controller-manager');

/** Its own writes, such as those of its leader election, are not those of a controller. */
const MANAGER = 'kube-controller-manager';

/** The controller that makes tokens for accounts needs none itself: it uses the certificate of kube-controller-manager. */
const WITHOUT_ACCOUNT = 'tokens-controller';

/** Upstream's aggregator is part of the API server; its look-out for services takes turns with the controllers of services. */
const AGGREGATOR = 'apiservice-availability';

/** Controllers within the API server use its loopback connection. */
const apiserver = userNamed('system:apiserver', 'system:masters');

/**
 * The user of a component's requests, as in a kubeadm cluster: the controllers of kube-controller-manager and cloud-controller-manager
 * each use their own service account (--use-service-account-credentials), the scheduler and the kubelets use certificates.
 */
export function usersOf(component: string): (actor: WriteCause) => UserInfo {
  if (component === 'kube-scheduler') return () => scheduler;
  if (component === 'kube-apiserver') return () => apiserver;
  const known = new Map<string, UserInfo>();
  return ({ component: controller = component, node, account }) => {
    if (account !== undefined) return accountUser(account, node);
    const name = node === undefined ? controller : `node/${node}`;
    const user = known.get(name) ?? (node === undefined ? serviceAccount(controller) : kubelet(node));
    known.set(name, user);
    return user;
  };
}
