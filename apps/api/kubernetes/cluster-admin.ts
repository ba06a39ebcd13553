import type { UserInfo } from '#apiserver';

/** Whom a cluster's own token stands for (kubeadm's admin.conf). */
export const clusterAdmin: UserInfo = Object.freeze({
  name: 'kubernetes-admin',
  groups: ['kubeadm:cluster-admins', 'system:masters', 'system:authenticated'],
});
