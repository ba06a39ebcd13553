import type { UserInfo } from '#apiserver';

/** The user of a cluster's own token, who may do everything whatever the roles say (as with kubeadm's super-admin.conf). */
export const clusterAdmin: UserInfo = Object.freeze({
  name: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
});
