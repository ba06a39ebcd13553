import type { UserInfo } from '#apiserver';

const userNamed = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, 'system:authenticated'] });

const serviceAccount = (name: string): UserInfo =>
  userNamed(`system:serviceaccount:kube-system:${name}`, 'system:serviceaccounts', 'system:serviceaccounts:kube-system');

const scheduler = userNamed('system:kube-scheduler');
/** One component plays the kubelets of all nodes. */
const kubelets = userNamed('system:nodes', 'system:nodes');

/**
 * Who the requests of a component are from, as in a kubeadm cluster: kube-controller-manager's controllers each use their own service
 * account (--use-service-account-credentials), the scheduler and the kubelets certificates.
 */
export function usersOf(component: string): (controller: string | undefined) => UserInfo {
  if (component === 'kube-scheduler') return () => scheduler;
  if (component === 'kubelet') return () => kubelets;
  const known = new Map<string, UserInfo>();
  return (controller = component) => {
    const user = known.get(controller) ?? serviceAccount(controller);
    known.set(controller, user);
    return user;
  };
}
