import type { UserInfo } from '#apiserver';

/** The user of a cluster's own token (as in kubeadm's admin.conf). */
export const clusterAdmin: UserInfo = Object.freeze({
  name: 'kubernetes-admin',
  groups: ['kubeadm:cluster-admins', 'system:masters', 'system:authenticated'],
});
