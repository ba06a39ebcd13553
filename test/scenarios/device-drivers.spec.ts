import {
  ClusterRole,
  ClusterRoleBinding,
  type corev1,
  DaemonSet,
  DeviceClass,
  Pod,
  ResourceClaim,
  ResourceClaimTemplate,
  ResourceSlice,
  ServiceAccount,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '#api';
import type { LocalCluster } from '#cluster';
import { logOf, podOf, story, summary } from './pod-stories.js';
import { openCluster } from './story.js';

const account = { name: 'gpus', namespace: 'kube-system' };
const rule = (apiGroup: string, resource: string, ...verbs: string[]) => ({ apiGroups: [apiGroup], resources: [resource], verbs });
const labels = { app: 'gpus' };
const driver = (...env: corev1.EnvVar[]) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: account,
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { name: '', labels },
      spec: {
        serviceAccountName: 'gpus',
        containers: [
          {
            name: 'plugin',
            image: 'registry.k8s.io/dra-example-driver/dra-example-driver:v0.4.0',
            command: ['dra-example-kubeletplugin'],
            env: [...env, { name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
          },
        ],
      },
    },
  },
});
const parameters = {
  apiVersion: 'gpu.resource.example.com/v1alpha1',
  kind: 'GpuConfig',
  sharing: { strategy: 'TimeSlicing', timeSlicingConfig: { interval: 'Long' } },
};
const devices = {
  requests: [
    { name: 'one', exactly: { deviceClassName: 'gpu.example.com' } },
    { name: 'two', exactly: { deviceClassName: 'gpu.example.com' } },
  ],
  config: [{ requests: ['two'], opaque: { driver: 'gpu.example.com', parameters } }],
};

let cluster: LocalCluster;
beforeEach(async () => {
  cluster = await openCluster();
  const { client } = cluster;
  await client.create(ServiceAccount, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
  await client.create(ClusterRole, {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'gpus' } },
    rules: [
      rule('resource.k8s.io', 'resourceclaims', 'get'),
      rule('resource.k8s.io', 'resourceslices', 'get', 'list', 'watch', 'create', 'update', 'delete'),
    ],
  });
  await client.create(ClusterRoleBinding, {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'gpus' } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'gpus' },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  });
  await client.create(DeviceClass, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name: 'gpu.example.com' } },
    spec: { selectors: [{ cel: { expression: "device.driver == 'gpu.example.com'" } }] },
  });
  await client.create(ResourceClaimTemplate, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaimTemplate', metadata: { name: 'two-gpus', namespace: 'default' } },
    spec: { spec: { devices } },
  });
}, 60_000);

/** The driver's chart: the account of each node's pod may change the slices of that node alone. */
const ownNode = {
  matchConstraints: {
    resourceRules: [{ apiGroups: ['resource.k8s.io'], apiVersions: ['v1'], operations: ['*'], resources: ['resourceslices'] }],
  },
  matchConditions: [{ name: 'driver', expression: 'request.userInfo.username == "system:serviceaccount:kube-system:gpus"' }],
  validations: [
    {
      expression:
        "request.userInfo.extra[?'authentication.kubernetes.io/node-name'][0].orValue('') == (request.operation == 'DELETE' ? oldObject : object).spec.?nodeName.orValue('none')",
    },
  ],
};

const deploy = async (...env: corev1.EnvVar[]) => {
  await cluster.client.create(DaemonSet, driver(...env));
  await cluster.settle();
};
const pools = async () =>
  (await cluster.client.list(ResourceSlice)).items.map(
    ({ metadata, spec }) => `${metadata.name.slice(0, -5)}: ${spec.pool.generation} ${spec.devices?.length}`,
  );
const user = (containers: corev1.Container[], name = 'web') =>
  podOf({ containers, resourceClaims: [{ name: 'gpus', resourceClaimTemplateName: 'two-gpus' }], terminationGracePeriodSeconds: 1 }, name);
const nginx = (request?: string): corev1.Container => ({
  name: 'c',
  image: 'nginx:1.27',
  resources: { claims: [{ name: 'gpus', ...(request ? { request } : {}) }] },
});
const messages = async (reason: string) =>
  (await cluster.log()).flatMap(({ key, value, type }) =>
    key.startsWith('/registry/events/default/') && type !== 'delete' && value.includes(`"${reason}"`) ? [JSON.parse(value).message] : [],
  );

it('device-driver, kubelet-devices: the devices of a driver come with its pods, and go 30 s after them', async () => {
  const policy = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: 'own-node' } };
  await cluster.client.create(ValidatingAdmissionPolicy, { ...policy, kind: 'ValidatingAdmissionPolicy', spec: ownNode });
  await cluster.client.create(ValidatingAdmissionPolicyBinding, {
    ...{ ...policy, kind: 'ValidatingAdmissionPolicyBinding' },
    spec: { policyName: 'own-node', validationActions: ['Deny'] },
  });
  await deploy({ name: 'NUM_DEVICES', value: '2' });
  expect(await pools()).toEqual(['00000-gpu.example.com-worker-1-: 1 2', '00000-gpu.example.com-worker-2-: 1 2']);
  const [slice] = (await cluster.client.list(ResourceSlice)).items;
  expect(slice?.metadata.ownerReferences).toEqual([
    { apiVersion: 'v1', kind: 'Node', name: 'worker-1', uid: expect.any(String), controller: true },
  ]);
  await cluster.client.patch(DaemonSet, 'gpus', 'kube-system', 'merge', {
    spec: {
      template: { spec: { containers: [{ ...driver().spec.template.spec.containers[0], env: [{ name: 'NUM_DEVICES', value: '3' }] }] } },
    },
  });
  await cluster.advance(60_000);
  expect(await pools()).toEqual(['00000-gpu.example.com-worker-1-: 1 3', '00000-gpu.example.com-worker-2-: 1 3']);
  await cluster.client.delete(DaemonSet, 'gpus', 'kube-system');
  await cluster.advance(29_000);
  expect(await pools()).toHaveLength(2);
  await cluster.advance(2_000);
  expect(await pools()).toEqual([]);
  const removals = (await cluster.log()).filter(({ key, type }) => key.startsWith('/registry/resourceslices/') && type === 'delete');
  expect(removals.map(({ cause }) => cause.user)).toEqual(['system:node:worker-1', 'system:node:worker-2']);
});

it('kubelet: containers have the variables of their devices, by the parameters of their claim', async () => {
  await deploy();
  const script = 'env | grep -E "GPU_|DRA_|KUBERNETES_NODE" | sort; sleep 3600';
  const shell = (name: string, request?: string): corev1.Container => ({
    ...nginx(request),
    name,
    image: 'busybox:1.36',
    command: ['sh', '-c', script],
  });
  await cluster.client.create(Pod, user([shell('c', 'two')]));
  await cluster.settle();
  const pod = await cluster.client.get(Pod, 'web', 'default');
  const [claim] = (await cluster.client.list(ResourceClaim)).items;
  expect(await logOf(cluster)).toEqual([
    'DRA_ADMIN_ACCESS=false',
    'DRA_RESOURCE_DRIVER_NAME=gpu.example.com',
    'GPU_DEVICE_1=gpu-1',
    'GPU_DEVICE_1_SHARING_STRATEGY=TimeSlicing',
    'GPU_DEVICE_1_TIMESLICE_INTERVAL=Long',
    `GPU_DEVICE_GPU_1_RESOURCE_CLAIM=${claim?.metadata.uid}`,
    `KUBERNETES_NODE_NAME=${pod.spec.nodeName}`,
  ]);
  expect(pod.status?.containerStatuses?.[0]?.allocatedResourcesStatus).toEqual([
    { name: 'claim:gpus/two', resources: [{ health: 'Unknown', resourceID: 'k8s.gpu.example.com/gpu=common' }] },
  ]);
});

it('kubelet: a pod waits for the driver of its devices, and its end for the driver, too', async () => {
  await deploy();
  const away = { nodeSelector: { away: 'true' } };
  const scale = async (spec: object) => {
    await cluster.client.patch(DaemonSet, 'gpus', 'kube-system', 'merge', { spec: { template: { spec } } });
    await cluster.settle();
  };
  await scale(away);
  await cluster.client.create(Pod, user([nginx()]));
  await cluster.advance(1_000);
  expect(await messages('FailedPrepareDynamicResources')).toEqual([
    'Failed to prepare dynamic resources: prepare dynamic resources: DRA driver gpu.example.com is not registered',
  ]);
  expect(summary(await cluster.client.get(Pod, 'web', 'default'))).toBe('Pending c=ContainerCreating');
  await scale({ nodeSelector: null });
  await cluster.advance(90_000);
  expect(summary(await cluster.client.get(Pod, 'web', 'default'))).toBe('Running c=running+ready');
  await scale(away);
  await cluster.client.delete(Pod, 'web', 'default');
  await cluster.advance(60_000);
  expect(summary(await cluster.client.get(Pod, 'web', 'default'))).toBe('Running c=Completed(0)');
  await scale({ nodeSelector: null });
  await cluster.advance(15_000);
  expect((await story(cluster)).slice(-3)).toEqual(['Running c=Completed(0)', 'Succeeded c=Completed(0)', 'deleted']);
});

it('kubelet: a claim with parameters that the driver does not take cannot be prepared', async () => {
  await deploy();
  const sharing = { strategy: 'TimeSlicing', timeSlicingConfig: { interval: 'Never' } };
  await cluster.client.create(ResourceClaim, {
    ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name: 'own', namespace: 'default' } },
    spec: { devices: { ...devices, config: [{ opaque: { driver: 'gpu.example.com', parameters: { ...parameters, sharing } } }] } },
  });
  await cluster.client.create(Pod, podOf({ containers: [nginx()], resourceClaims: [{ name: 'gpus', resourceClaimName: 'own' }] }));
  await cluster.settle();
  const { metadata } = await cluster.client.get(ResourceClaim, 'own', 'default');
  expect(await messages('FailedPrepareDynamicResources')).toEqual([
    `Failed to prepare dynamic resources: prepare dynamic resources: NodePrepareResources failed for ResourceClaim own: error preparing devices for claim ${metadata.uid}: prepare failed: error applying config: error validating GPU config: unknown time-slice interval: Never`,
  ]);
});
