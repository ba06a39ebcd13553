import { serverLeaseName } from '#component-helpers';
import type { Json } from '../cluster-api.js';
import { owned, owner, rbac } from './hostile-step.js';
import { claimSpec, core, devices, mounted, script } from './objects.js';
import { claim, networking, pod, type Refused, storage, volume } from './refused-step.js';
import { patch, post, remove, type Step } from './step.js';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const flows = '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas';

const definition = (plural: string, group = 'example.com'): Step =>
  post(definitions, {
    metadata: { name: `${plural}.${group}` },
    spec: {
      ...{ group, scope: 'Namespaced', names: { plural, kind: plural } },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  });
const device = { deviceClassName: 'gpu' };

/** The same for volumes, devices, nodes, and what API servers keep. */
export const refusedClusterWrites: readonly Refused[] = [
  {
    controller: 'ephemeral-volume-controller',
    steps: [
      pod('scratch', {
        ...{ containers: [{ name: 'c', image: 'nginx:1.27' }] },
        volumes: [{ name: 'data', ephemeral: { volumeClaimTemplate: { spec: claimSpec('') } } }],
      }),
    ],
  },
  {
    controller: 'persistentvolume-controller',
    before: [volume('static', { hostPath: { path: '/tmp/static' }, storageClassName: 'static' })],
    steps: [claim('static', { storageClassName: 'static' })],
  },
  { controller: 'persistent-volume-binder', steps: [volume('alone', { hostPath: { path: '/tmp/alone' }, storageClassName: 'alone' })] },
  { controller: 'pvc-protection-controller', before: [claim('leaving')], steps: [remove(`${core}/persistentvolumeclaims/leaving`)] },
  {
    controller: 'pv-protection-controller',
    before: [volume('leaving', { hostPath: { path: '/tmp/l' }, storageClassName: 'other' })],
    steps: [remove('/api/v1/persistentvolumes/leaving')],
  },
  {
    controller: 'volumeattributesclass-protection-controller',
    before: [
      post(`${storage}/volumeattributesclasses`, { metadata: { name: 'vac' }, driverName: 'x.example.com', parameters: { a: 'b' } }),
    ],
    steps: [remove(`${storage}/volumeattributesclasses/vac`)],
  },
  {
    controller: 'expand-controller',
    before: [
      post(`${storage}/storageclasses`, { metadata: { name: 'grows' }, provisioner: 'x.example.com', allowVolumeExpansion: true }),
      volume('grows', { hostPath: { path: '/tmp/g' }, storageClassName: 'grows' }),
      claim('grows', { storageClassName: 'grows' }),
    ],
    steps: [patch(`${core}/persistentvolumeclaims/grows`, { spec: { resources: { requests: { storage: '2Gi' } } } })],
  },
  {
    controller: 'attachdetach-controller',
    before: [
      volume('csi', { csi: { driver: 'x.example.com', volumeHandle: 'h' }, storageClassName: 'csi' }),
      claim('csi', { storageClassName: 'csi' }),
    ],
    steps: [pod('attached', { ...mounted('csi'), nodeName: 'worker-1' })],
  },
  {
    controller: 'attachdetach-inline',
    steps: [
      pod('disk', {
        ...{ containers: [{ name: 'c', image: 'nginx:1.27' }], nodeName: 'worker-1' },
        volumes: [{ name: 'data', awsElasticBlockStore: { volumeID: 'vol-1' } }],
      }),
    ],
  },
  {
    controller: 'pod-resource-claim-controller',
    steps: [
      post(`${devices}/namespaces/default/resourceclaimtemplates`, {
        metadata: { name: 'template' },
        spec: { spec: { devices: { requests: [{ name: 'gpu', exactly: device }] } } },
      }),
      pod('templated', {
        ...{ containers: [{ name: 'c', image: 'nginx:1.27', resources: { claims: [{ name: 'gpu' }] } }] },
        resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'template' }],
      }),
    ],
  },
  ...deviceRows(),
  { controller: 'node-controller', steps: [{ inject: { type: 'stop', component: 'kubelet', node: 'worker-2' } }] },
  {
    controller: 'taint-eviction-controller',
    before: [pod('evicted', { ...script('sleep 100000'), nodeName: 'worker-1' })],
    steps: [patch('/api/v1/nodes/worker-1', { spec: { taints: [{ key: 'broken', effect: 'NoExecute' }] } })],
  },
  { controller: 'node-ipam-controller', steps: [post('/api/v1/nodes', { metadata: { name: 'edge-a' } })] },
  { controller: 'ttl-controller', steps: [post('/api/v1/nodes', { metadata: { name: 'edge-b' } })] },
  {
    controller: 'clusterrole-aggregation-controller',
    steps: [
      post(`${rbac}/clusterroles`, {
        metadata: { name: 'all' },
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] },
      }),
      post(`${rbac}/clusterroles`, {
        metadata: { name: 'part', labels: { part: 'yes' } },
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
      }),
    ],
  },
  {
    controller: 'service-cidr-controller',
    steps: [post(`${networking}/servicecidrs`, { metadata: { name: 'more' }, spec: { cidrs: ['10.9.0.0/24'] } })],
  },
  { controller: 'generic-garbage-collector', steps: [post(`${core}/configmaps`, owned('dangling', [owner('ConfigMap', 'v1')]))] },
  { controller: 'crd-status', steps: [definition('widgets')] },
  { controller: 'autoregister', steps: [definition('gadgets', 'other.example.com')] },
  { controller: 'crd-finalizer', before: [definition('leaving')], steps: [remove(`${definitions}/leaving.example.com`)] },
  {
    controller: 'flow-schema-status',
    steps: [
      post(flows, { metadata: { name: 'mine' }, spec: { priorityLevelConfiguration: { name: 'nothing' }, matchingPrecedence: 1000 } }),
    ],
  },
  {
    controller: 'apiserver-leases',
    steps: [remove(`/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/${serverLeaseName('control-plane')}`)],
  },
  { controller: 'ipallocator-repair-controller', steps: [remove(`${networking}/ipaddresses/10.96.0.10`)] },
  {
    controller: 'ipaddress-repair',
    steps: [
      post(`${networking}/ipaddresses`, {
        metadata: {
          name: '10.96.9.9',
          labels: { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' },
        },
        spec: { parentRef: { resource: 'services', namespace: 'default', name: 'nobody' } },
      }),
    ],
  },
  {
    controller: 'default-service-cidr',
    steps: [
      remove(`${networking}/servicecidrs/kubernetes`),
      patch(`${networking}/servicecidrs/kubernetes`, { metadata: { finalizers: null } }),
    ],
  },
  { controller: 'kubernetes-endpoints', steps: [remove(`${core}/endpoints/kubernetes`)] },
  { controller: 'kubernetes-service', steps: [remove(`${core}/services/kubernetes`)] },
];

/** Claims of devices: one whose pod has gone, one whose device has failed. */
function deviceRows(): Refused[] {
  const published = (taints: Json[]): Json => ({
    ...{ driver: 'gpu.example.com', nodeName: 'worker-1', pool: { name: 'worker-1', generation: 1, resourceSliceCount: 1 } },
    devices: ['gpu-0', 'gpu-1'].map((name) => ({ name, taints })),
  });
  const asked = (name: string): Step =>
    post(`${devices}/namespaces/default/resourceclaims`, {
      metadata: { name },
      spec: { devices: { requests: [{ name: 'gpu', exactly: device }] } },
    });
  const user = (name: string): Step =>
    pod(name, {
      ...{ containers: [{ name: 'c', image: 'nginx:1.27', resources: { claims: [{ name: 'gpu' }] } }], terminationGracePeriodSeconds: 0 },
      resourceClaims: [{ name: 'gpu', resourceClaimName: name }],
    });
  return [
    {
      controller: 'resource-claim-controller',
      before: [
        post(`${devices}/deviceclasses`, { metadata: { name: 'gpu' }, spec: {} }),
        post(`${devices}/resourceslices`, { metadata: { name: 'gpus' }, spec: published([]) }),
        ...[asked('first'), user('first')],
      ],
      steps: [remove(`${core}/pods/first`)],
    },
    {
      controller: 'device-taint-eviction-controller',
      before: [asked('second'), user('second')],
      steps: [patch(`${devices}/resourceslices/gpus`, { spec: published([{ key: 'broken', effect: 'NoExecute' }]) })],
    },
  ];
}
