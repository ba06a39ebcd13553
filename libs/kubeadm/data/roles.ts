import type { SubjectText } from './cluster-role-bindings.js';
import type { RuleText } from './cluster-roles.js';

/** A default Role of a namespace. */
export interface NamespacedRole {
  namespace: string;
  name: string;
  rules: readonly RuleText[];
}

/** A default RoleBinding of a namespace. */
export interface NamespacedBinding {
  namespace: string;
  name: string;
  role: string;
  subjects: readonly SubjectText[];
}

/** The default Roles (bootstrappolicy/namespace_policy.go). */
export const ROLES: readonly NamespacedRole[] = [
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: ['get,list,watch core configmaps extension-apiserver-authentication'],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-controller-manager',
    rules: ['create,get,list,update,watch coordination.k8s.io leases', 'create,get,list,update,watch coordination.k8s.io leasecandidates'],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-scheduler',
    rules: ['create,get,list,update,watch coordination.k8s.io leases', 'create,get,list,update,watch coordination.k8s.io leasecandidates'],
  },
  { namespace: 'kube-system', name: 'system:controller:bootstrap-signer', rules: ['get,list,watch core secrets'] },
  { namespace: 'kube-system', name: 'system:controller:cloud-provider', rules: ['create,get,list,watch core configmaps'] },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: ['delete,get,list,watch core secrets', 'create,patch,update core,events.k8s.io events'],
  },
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: ['get,list,watch core configmaps', 'update core configmaps cluster-info', 'create,patch,update core,events.k8s.io events'],
  },
];

/** The default RoleBindings. */
export const ROLE_BINDINGS: readonly NamespacedBinding[] = [
  {
    namespace: 'kube-system',
    name: 'system::extension-apiserver-authentication-reader',
    role: 'extension-apiserver-authentication-reader',
    subjects: ['user:system:kube-controller-manager', 'user:system:kube-scheduler'],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-controller-manager',
    role: 'system::leader-locking-kube-controller-manager',
    subjects: [
      'user:system:kube-controller-manager',
      'sa:kube-system/kube-controller-manager',
      'sa:kube-system/leader-election-controller',
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-scheduler',
    role: 'system::leader-locking-kube-scheduler',
    subjects: ['user:system:kube-scheduler', 'sa:kube-system/kube-scheduler'],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:bootstrap-signer',
    role: 'system:controller:bootstrap-signer',
    subjects: ['sa:kube-system/bootstrap-signer'],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:cloud-provider',
    role: 'system:controller:cloud-provider',
    subjects: ['sa:kube-system/cloud-provider'],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    role: 'system:controller:token-cleaner',
    subjects: ['sa:kube-system/token-cleaner'],
  },
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    role: 'system:controller:bootstrap-signer',
    subjects: ['sa:kube-system/bootstrap-signer'],
  },
];
