import { ClusterRole, ClusterRoleBinding, Role, RoleBinding, type rbacv1 } from '#api';
import { CLUSTER_ROLE_BINDINGS, type SubjectText } from './data/cluster-role-bindings.js';
import { CLUSTER_ROLES, type RoleFacts, type RuleText } from './data/cluster-roles.js';
import { ROLE_BINDINGS, ROLES } from './data/roles.js';
import { create, type Step, writtenBy } from './step.js';

const apiGroup = 'rbac.authorization.k8s.io';
/** Marks objects that the API server itself reconciles (rbac/v1 constants). */
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };

const list = (text = ''): string[] => text.split(',').map((each) => (each === 'core' ? '' : each));

/** Parses a rule. */
function parseRule(text: RuleText): rbacv1.PolicyRule {
  const [verbs, groups, resources, names] = text.split(' ');
  if (groups === 'url') return { verbs: list(verbs), nonResourceURLs: list(resources) };
  return {
    verbs: list(verbs),
    apiGroups: list(groups),
    resources: list(resources),
    ...(names === undefined ? {} : { resourceNames: list(names) }),
  };
}

/** Parses a subject. */
function parseSubject(text: SubjectText): rbacv1.Subject {
  const kind = text.slice(0, text.indexOf(':'));
  const name = text.slice(kind.length + 1);
  if (kind !== 'sa') return { kind: kind === 'user' ? 'User' : 'Group', apiGroup, name };
  const [namespace = '', account = ''] = name.split('/');
  return { kind: 'ServiceAccount', name: account, namespace };
}

function clusterRole(name: string, facts: RoleFacts): Step {
  const { aggregates } = facts;
  return create(ClusterRole, {
    metadata: { name, labels: { ...labels, ...facts.labels }, annotations },
    rules: facts.rules.map(parseRule),
    ...(aggregates === undefined ? {} : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregates]: 'true' } }] } }),
  });
}

function clusterBinding(name: string, role: string, subjects: readonly SubjectText[], isDefault: boolean): Step {
  return create(ClusterRoleBinding, {
    metadata: { name, ...(isDefault ? { labels, annotations } : {}) },
    subjects: subjects.map(parseSubject),
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
  });
}

/** The group of kubeadm's own bootstrap tokens. */
const JOINING = 'group:system:bootstrappers:kubeadm:default-node-token';
const CSRS = 'system:certificates.k8s.io:certificatesigningrequests';

/** What lets nodes join with a bootstrap token: they request certificates and get them (kubeadm phases/bootstraptoken/node). */
function joiningSteps(): Step[] {
  const getNodes = 'kubeadm:get-nodes';
  return [
    create(ClusterRole, { metadata: { name: getNodes }, rules: [parseRule('get core nodes')] }),
    clusterBinding(getNodes, getNodes, [JOINING], false),
    clusterBinding('kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', [JOINING], false),
    clusterBinding('kubeadm:node-autoapprove-bootstrap', `${CSRS}:nodeclient`, [JOINING], false),
    clusterBinding('kubeadm:node-autoapprove-certificate-rotation', `${CSRS}:selfnodeclient`, ['group:system:nodes'], false),
  ];
}

/** kubeadm's own roles. */
function kubeadmSteps(): Step[] {
  const rules = ['list,watch core endpoints,services,pods,namespaces', 'list,watch discovery.k8s.io endpointslices'].map(parseRule);
  return [
    create(ClusterRole, { metadata: { name: 'system:coredns' }, rules }),
    clusterBinding('system:coredns', 'system:coredns', ['sa:kube-system/coredns'], false),
    clusterBinding('kubeadm:cluster-admins', 'cluster-admin', ['group:kubeadm:cluster-admins'], false),
    clusterBinding('kubeadm:node-proxier', 'system:node-proxier', ['sa:kube-system/kube-proxy'], false),
    clusterBinding('kubeadm:apiserver-kubelet-client', 'system:kubelet-api-admin', ['user:kube-apiserver-kubelet-client'], false),
    ...joiningSteps(),
  ];
}

/** The rules for kubelets (bootstrappolicy NodeRules): those of the ClusterRole system:node. */
export const nodeRules: readonly rbacv1.PolicyRule[] = (CLUSTER_ROLES['system:node']?.rules ?? []).map(parseRule);

/** All roles and bindings of a new cluster. */
export function rbacSteps(): Step[] {
  return [
    ...Object.entries(CLUSTER_ROLES).map(([name, facts]) => clusterRole(name, facts)),
    ...Object.entries(CLUSTER_ROLE_BINDINGS).map(([name, subjects]) => clusterBinding(name, name, subjects, true)),
    ...ROLES.map(({ namespace, name, rules }) =>
      create(Role, { metadata: { name, namespace, labels, annotations }, rules: rules.map(parseRule) }),
    ),
    ...ROLE_BINDINGS.map(({ namespace, name, role, subjects }) =>
      create(RoleBinding, {
        metadata: { name, namespace, labels, annotations },
        subjects: subjects.map(parseSubject),
        roleRef: { apiGroup, kind: 'Role', name: role },
      }),
    ),
    ...writtenBy('kubeadm', kubeadmSteps()),
  ];
}
