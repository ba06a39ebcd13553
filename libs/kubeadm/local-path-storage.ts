import {
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  Deployment,
  type metav1,
  Namespace,
  Role,
  RoleBinding,
  ServiceAccount,
  StorageClass,
} from '#api';
import { create, type Step } from './step.js';

const NAMESPACE = 'local-path-storage';
const ACCOUNT = 'local-path-provisioner-service-account';
const labels = { app: 'local-path-provisioner' };
const rbac = 'rbac.authorization.k8s.io';
const subjects = [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: NAMESPACE }];
const read = ['get', 'list', 'watch'];

const config = JSON.stringify({
  nodePathMap: [{ node: 'DEFAULT_PATH_FOR_NON_LISTED_NODES', paths: ['/opt/local-path-provisioner'] }],
});
const setup = '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n';
const teardown = '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n';

const permissions = (): Step[] => [
  create(ServiceAccount, { metadata: { name: ACCOUNT, namespace: NAMESPACE } }),
  create(Role, {
    metadata: { name: 'local-path-provisioner-role', namespace: NAMESPACE },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: [...read, 'create', 'patch', 'update', 'delete'] }],
  }),
  create(ClusterRole, {
    metadata: { name: 'local-path-provisioner-role' },
    rules: [
      { apiGroups: [''], resources: ['nodes', 'persistentvolumeclaims', 'configmaps', 'pods', 'pods/log'], verbs: read },
      { apiGroups: [''], resources: ['persistentvolumes'], verbs: [...read, 'create', 'patch', 'update', 'delete'] },
      { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'] },
      { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: read },
    ],
  }),
  create(RoleBinding, {
    metadata: { name: 'local-path-provisioner-bind', namespace: NAMESPACE },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'local-path-provisioner-role' },
    subjects,
  }),
  create(ClusterRoleBinding, {
    metadata: { name: 'local-path-provisioner-bind' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'local-path-provisioner-role' },
    subjects,
  }),
];

const program = (): Step =>
  create(Deployment, {
    metadata: { name: 'local-path-provisioner', namespace: NAMESPACE },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels } as Partial<metav1.ObjectMeta> as metav1.ObjectMeta,
        spec: {
          serviceAccountName: ACCOUNT,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          containers: [
            {
              name: 'local-path-provisioner',
              image: 'docker.io/kindest/local-path-provisioner:v0.0.31',
              command: ['local-path-provisioner', '--debug', 'start', '--config', '/etc/config/config.json'],
              volumeMounts: [{ name: 'config-volume', mountPath: '/etc/config/' }],
              env: [{ name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
            },
          ],
          volumes: [{ name: 'config-volume', configMap: { name: 'local-path-config' } }],
        },
      },
    },
  });

/**
 * Dynamic volumes as kind has them: local-path-provisioner, and `standard`, the default class. In phases: the namespace first. A cluster without
 * them has no default class, as kubeadm leaves it.
 */
export const localPathStorage = (): Step[][] => [
  [create(Namespace, { metadata: { name: NAMESPACE }, spec: {} })],
  [
    ...permissions(),
    create(ConfigMap, {
      metadata: { name: 'local-path-config', namespace: NAMESPACE },
      data: { 'config.json': config, setup, teardown },
    }),
    program(),
    create(StorageClass, {
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'rancher.io/local-path',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    }),
  ],
];
