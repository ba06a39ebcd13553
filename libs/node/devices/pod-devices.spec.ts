import type { corev1, resourcev1 } from '#api';
import type { DeviceDriver } from '#component-helpers';
import { type DeviceWorld, deviceHealth, prepareError, unprepareError } from './pod-devices.js';
import { deviceVariables } from './variables.js';

const gpus: DeviceDriver = { name: 'gpu.example.com', gpus: 2, partitions: 0, shared: false, binding: false };
const container: corev1.Container = { name: 'c', image: 'i', resources: { claims: [{ name: 'own', request: 'a' }] } };
const pod = (more: Partial<corev1.PodSpec> = {}, status: corev1.PodStatus = {}): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ns', uid: 'u' },
  spec: { nodeName: 'n', containers: [container], resourceClaims: [{ name: 'own', resourceClaimName: 'k' }], ...more },
  status,
});
const result = (more: Partial<resourcev1.DeviceRequestAllocationResult> = {}) => ({
  ...{ request: 'a', driver: gpus.name, pool: 'n', device: 'gpu-0' },
  ...more,
});
const config = (parameters: Record<string, unknown>, more: object = {}) => ({
  source: 'FromClaim',
  opaque: { driver: gpus.name, parameters },
  ...more,
});
const gpuConfig = (sharing: object) => ({ apiVersion: 'gpu.resource.example.com/v1alpha1', kind: 'GpuConfig', sharing });
const claim = (
  allocation: resourcev1.DeviceAllocationResult | undefined = { results: [result()] },
  reservedFor = [{ resource: 'pods', name: 'p', uid: 'u' }],
): resourcev1.ResourceClaim => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: { name: 'k', namespace: 'ns', uid: 'k1' },
  spec: {},
  status: { reservedFor, ...(allocation.results ? { allocation: { devices: allocation } } : {}) },
});
const world = (own?: resourcev1.ResourceClaim, more: Partial<DeviceWorld> = {}): DeviceWorld => ({
  node: 'n',
  claim: (name) => (name === 'k' ? own : undefined),
  driver: (name) => (name === gpus.name ? gpus : undefined),
  isShared: () => false,
  ...more,
});
const failed = (why: string) =>
  `NodePrepareResources failed for ResourceClaim k: error preparing devices for claim k1: prepare failed: ${why}`;
const byTemplate = { resourceClaims: [{ name: 'own', resourceClaimTemplateName: 't' }] };
const madeFor = (resourceClaimName?: string): corev1.PodStatus => ({
  resourceClaimStatuses: [{ name: 'own', ...(resourceClaimName ? { resourceClaimName } : {}) }],
});

it.each<[string, corev1.Pod, DeviceWorld, string | undefined]>([
  ['that are prepared', pod(), world(claim()), undefined],
  ['whose claim is missing', pod(), world(), 'fetch ResourceClaim k: resourceclaims.resource.k8s.io "k" not found'],
  ['whose claim is not made yet', pod(byTemplate), world(), 'pod "ns/p": ResourceClaim not created yet'],
  ['that are not needed', pod(byTemplate, madeFor()), world(), undefined],
  ['of another pod', pod(byTemplate, madeFor('k')), world(claim()), 'ResourceClaim ns/k was not created for Pod ns/p (Pod is not owner)'],
  ['that are not for the pod', pod(), world(claim(undefined, [])), 'pod p (u) is not allowed to use ResourceClaim k (k1)'],
  ['that are not allocated', pod(), world(claim({})), 'ResourceClaim k: not allocated'],
  ['without a driver', pod(), world(claim(), { driver: () => undefined }), 'DRA driver gpu.example.com is not registered'],
  [
    'of extended resources',
    pod({ resourceClaims: [] }, { extendedResourceClaimStatus: { resourceClaimName: 'k', requestMappings: [] } }),
    world(),
    'fetch ResourceClaim k: resourceclaims.resource.k8s.io "k" not found',
  ],
  [
    'that the driver does not have',
    pod(),
    world(claim({ results: [result({ device: 'gpu-7' })] })),
    failed('requested device is not allocatable: gpu-7'),
  ],
  [
    'with other parameters',
    pod(),
    world(claim({ results: [result()], config: [config({ apiVersion: 'v1', kind: 'X' })] })),
    failed('error getting opaque device configs: error decoding config parameters: no kind "X" is registered for version "v1"'),
  ],
  [
    'with a strategy that there is not',
    pod(),
    world(claim({ results: [result()], config: [config(gpuConfig({ strategy: 'None' }))] })),
    failed('error applying config: error validating GPU config: unknown GPU sharing strategy: None'),
  ],
])('devices %s', (_, of, around, expected) => {
  expect(prepareError(of, around)).toBe(expected && `prepare dynamic resources: ${expected}`);
});

it.each<[string, DeviceWorld, string | undefined]>([
  ['a driver', world(claim()), undefined],
  ['none', world(claim(), { driver: () => undefined }), 'unprepare dynamic resources: DRA driver gpu.example.com is not registered'],
  ['none, while another pod has them', world(claim(), { driver: () => undefined, isShared: () => true }), undefined],
  ['none, and their claim is gone', world(), undefined],
])('devices are given back with %s', (_, around, expected) => expect(unprepareError(pod(), around)).toBe(expected));

it.each<[string, corev1.ResourceClaim[], resourcev1.DeviceRequestAllocationResult[], unknown]>([
  [
    'of a request',
    [{ name: 'own', request: 'a' }],
    [result(), result({ request: 'b', driver: 'd' })],
    [['claim:own/a', 'k8s.gpu.example.com/gpu=common']],
  ],
  [
    'of all',
    [{ name: 'own' }],
    [result(), result({ request: 'b', driver: 'd' })],
    [['claim:own', 'k8s.gpu.example.com/gpu=common', 'k8s.d/gpu=common']],
  ],
  ['of an alternative', [{ name: 'own', request: 'a' }], [result({ request: 'a/1' })], [['claim:own/a', 'k8s.gpu.example.com/gpu=common']]],
  ['of none', [{ name: 'own', request: 'a' }], [result({ request: 'b' })], undefined],
])('the health %s', (_, claims, results, expected) => {
  const found = deviceHealth(pod(), { ...container, resources: { claims } }, () => claim({ results }));
  expect(found?.map(({ name, resources = [] }) => [name, ...resources.map(({ resourceID }) => resourceID)])).toEqual(expected);
});

const COMMON = ['KUBERNETES_NODE_NAME=n', 'DRA_RESOURCE_DRIVER_NAME=gpu.example.com'];
it.each<[string, resourcev1.DeviceAllocationResult, string[]]>([
  [
    'as they are',
    { results: [result()] },
    [
      'DRA_ADMIN_ACCESS=false',
      'GPU_DEVICE_0=gpu-0',
      'GPU_DEVICE_0_SHARING_STRATEGY=TimeSlicing',
      'GPU_DEVICE_0_TIMESLICE_INTERVAL=Default',
    ],
  ],
  [
    'parts of one',
    {
      results: [result({ adminAccess: true })],
      config: [config(gpuConfig({ strategy: 'SpacePartitioning', spacePartitioningConfig: { partitionCount: 4 } }))],
    },
    ['DRA_ADMIN_ACCESS=true', 'GPU_DEVICE_0=gpu-0', 'GPU_DEVICE_0_SHARING_STRATEGY=SpacePartitioning', 'GPU_DEVICE_0_PARTITION_COUNT=4'],
  ],
  [
    'by the claim before the class, with what they consume',
    {
      results: [result({ consumedCapacity: { memory: '10Gi' } })],
      config: [
        config(gpuConfig({ strategy: 'TimeSlicing', timeSlicingConfig: { interval: 'Short' } })),
        config(gpuConfig({}), { source: 'FromClass' }),
        config(gpuConfig({}), { requests: ['b'] }),
      ],
    },
    [
      'DRA_ADMIN_ACCESS=false',
      'GPU_DEVICE_0=gpu-0',
      'GPU_DEVICE_0_SHARING_STRATEGY=TimeSlicing',
      'GPU_DEVICE_0_TIMESLICE_INTERVAL=Short',
      'GPU_DEVICE_0_MEMORY=10Gi',
    ],
  ],
])('the variables of devices %s', (_, allocation, expected) => {
  const variables = deviceVariables(pod(), container, new Map([['k', claim(allocation)]]));
  expect(variables.map((pair) => pair.join('='))).toEqual([...COMMON, 'GPU_DEVICE_GPU_0_RESOURCE_CLAIM=k1', ...expected]);
});
