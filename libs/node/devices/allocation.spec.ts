import type { corev1 } from '#api';
import { allocateDevices, DeviceAllocations } from './allocation.js';
import { DevicePlugins, type PluginState } from './plugin-states.js';

const container = (name: string, limits: Record<string, string>, more: Partial<corev1.Container> = {}): corev1.Container => ({
  ...{ name, image: 'i', resources: { limits } },
  ...more,
});
const pod = (spec: Partial<corev1.PodSpec>, status: corev1.PodStatus = {}): corev1.Pod => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'ns', uid: 'u' } },
  ...{ spec: { nodeName: 'n', containers: [], ...spec }, status },
});
const GPU = 'nvidia.com/gpu';
const state = (healthy: string[], unhealthy: string[] = [], stoppedAt?: number): PluginState => ({
  devices: [...healthy.map((id) => ({ id, healthy: true })), ...unhealthy.map((id) => ({ id, healthy: false }))],
  ...(stoppedAt === undefined ? {} : { stoppedAt }),
});
const init = (name: string, count: string, more: Partial<corev1.Container> = {}) => container(name, { [GPU]: count }, more);

it.each<[string, Partial<corev1.PodSpec>, PluginState | undefined, string[], unknown]>([
  ['of one container', { containers: [init('c', '2')] }, state(['a', 'b', 'c']), ['a'], { c: ['b', 'c'] }],
  ['that are healthy', { containers: [init('c', '1')] }, state(['b'], ['a']), [], { c: ['b'] }],
  ['of several containers', { containers: [init('c', '1'), init('d', '1')] }, state(['a', 'b']), [], { c: ['a'], d: ['b'] }],
  [
    'that init containers pass on',
    { initContainers: [init('i', '2'), init('j', '1')], containers: [init('c', '1'), init('d', '1')] },
    state(['a', 'b']),
    [],
    { i: ['a', 'b'], j: ['a'], c: ['a'], d: ['b'] },
  ],
  [
    'that a sidecar keeps',
    { initContainers: [init('i', '1', { restartPolicy: 'Always' })], containers: [init('c', '1')] },
    state(['a', 'b']),
    [],
    { i: ['a'], c: ['b'] },
  ],
  ['of no plugin', { containers: [init('c', '1')] }, undefined, [], {}],
  ['none of them', { containers: [init('c', '0')] }, state(['a']), [], {}],
  [
    'too many',
    { containers: [init('c', '1'), init('d', '2')] },
    state(['a', 'b', 'c'], ['d']),
    ['c'],
    'requested number of devices unavailable for nvidia.com/gpu. Requested: 2, Available: 1',
  ],
  [
    'that are out of order',
    { containers: [init('c', '1')] },
    state([], ['a']),
    [],
    'no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu',
  ],
  [
    'of a plugin that is gone',
    { containers: [init('c', '1')] },
    state(['a'], [], 5),
    [],
    'no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu',
  ],
])('devices %s', (_, spec, plugin, taken, want) => {
  const found = allocateDevices(pod(spec), new Map(plugin ? [[GPU, plugin]] : []), (_resource, id) => taken.includes(id));
  expect('error' in found ? found.error : Object.fromEntries([...found].map(([name, given]) => [name, given.get(GPU)]))).toEqual(want);
});

it('devices of resource claims are none of a plugin', () => {
  const requestMappings = [{ containerName: 'c', resourceName: GPU, requestName: 'r' }];
  const claimed = pod({ containers: [init('c', '1')] }, { extendedResourceClaimStatus: { resourceClaimName: 'k', requestMappings } });
  expect(allocateDevices(claimed, new Map([[GPU, state([])]]), () => false)).toEqual(new Map());
});

it('what the status of a pod tells is taken after a restart', () => {
  const allocations = new DeviceAllocations();
  const resources = [{ resourceID: 'a', health: 'Healthy' }];
  const allocatedResourcesStatus = [
    { name: 'claim:x', resources: [{ resourceID: 'z', health: 'Unknown' }] },
    { name: GPU, resources },
  ];
  const c = { name: 'c', image: '', imageID: '', ready: true, restartCount: 0, allocatedResourcesStatus };
  allocations.learn(pod({}, { containerStatuses: [c] }));
  const other = pod({ containers: [init('c', '1')] });
  other.metadata.uid = 'v';
  expect(allocations.allocate(other, new Map([[GPU, state(['a', 'b'])]]))).toBeUndefined();
  expect([allocations.of('u')?.get('c'), allocations.of('v')?.get('c')]).toEqual([new Map([[GPU, ['a']]]), new Map([[GPU, ['b']]])]);
  allocations.release('u');
  expect(allocations.of('u')).toBeUndefined();
});

it.each<[string, string, string, unknown]>([
  ['whose plugin went while no kubelet looked', '2', '0', [{ resource: GPU, capacity: 0, allocatable: 0 }]],
  ['that somebody has written', '2', '2', []],
  ['whose plugin has been gone for long', '0', '0', []],
])('devices in the status of a node %s', (_, capacity, allocatable, want) => {
  const status = { capacity: { [GPU]: capacity }, allocatable: { [GPU]: allocatable } };
  const node: corev1.Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: {}, status };
  expect(new DevicePlugins().reported(node, [], 0).resources).toEqual(want);
});
