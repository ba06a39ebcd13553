import type { corev1 } from '#api';
import { deviceDriverIn, slicesOf } from './device-driver.js';

const IMAGE = 'registry.k8s.io/dra-example-driver/dra-example-driver:v0.4.0';
const podOf = (container: Partial<corev1.Container>): corev1.Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'plugin', image: IMAGE, command: ['dra-example-kubeletplugin'], ...container }] },
});
const PLAIN = { name: 'gpu.example.com', gpus: 8, partitions: 0, shared: false, binding: false };
const env = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ name, value }));

it.each<[string, Partial<corev1.Container>, object | undefined]>([
  ['as it is', {}, PLAIN],
  [
    'with variables',
    { env: env({ NUM_DEVICES: '2', DRIVER_NAME: 'gpu.local', GPU_PARTITIONS: '4' }) },
    { ...PLAIN, name: 'gpu.local', gpus: 2, partitions: 4 },
  ],
  ['with empty variables', { env: env({ DRIVER_NAME: '', GPU_ALLOW_MULTIPLE_ALLOCATIONS: 'true' }) }, { ...PLAIN, shared: true }],
  [
    'with flags, which come first',
    { args: ['--num-devices', '3', '--binding-conditions=true'], env: env({ NUM_DEVICES: '2' }) },
    { ...PLAIN, gpus: 3, binding: true },
  ],
  ['with a number that is none', { env: env({ NUM_DEVICES: '-1' }) }, { ...PLAIN, gpus: 0 }],
  ['of other devices', { env: env({ DEVICE_PROFILE: 'net' }) }, undefined],
  ['another program of its image', { command: ['dra-example-webhook'] }, undefined],
  ['another image', { image: 'nginx:1.27' }, undefined],
])('a pod with the driver %s', (_, container, expected) => expect(deviceDriverIn(podOf(container))).toEqual(expected));

it('the GPUs of a node', () => {
  const [slice, ...none] = slicesOf({ ...PLAIN, gpus: 2 }, 'n');
  const device = (index: number) => ({
    name: `gpu-${index}`,
    attributes: {
      index: { int: index },
      uuid: { string: expect.stringMatching(/^gpu-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/) },
      model: { string: 'LATEST-GPU-MODEL' },
      driverVersion: { version: '1.0.0' },
    },
    capacity: { memory: { value: '80Gi' }, compute: { value: '100' } },
    allowMultipleAllocations: false,
  });
  expect([slice, none]).toEqual([{ devices: [device(0), device(1)] }, []]);
});

it('parts of GPUs take from the counters of the whole', () => {
  const [counters, { devices = [] } = {}] = slicesOf({ ...PLAIN, gpus: 1, partitions: 2, shared: true }, 'n');
  expect(counters).toEqual({
    sharedCounters: [{ name: 'gpu-0-counters', counters: { memory: { value: '80Gi' }, compute: { value: '100' } } }],
  });
  const policy = (value: string, min: string) => ({ value, requestPolicy: { default: value, validRange: { min, step: min, max: value } } });
  expect(devices.map(({ name, capacity, consumesCounters }) => [name, capacity, consumesCounters])).toEqual(
    [
      ['gpu-0-partition-0', '40Gi', '50'],
      ['gpu-0-partition-1', '40Gi', '50'],
      ['gpu-0-full', '80Gi', '100'],
    ].map(([name, memory = '', compute = '']) => [
      name,
      { memory: policy(memory, '1Gi'), compute: policy(compute, '1') },
      [{ counterSet: 'gpu-0-counters', counters: { memory: { value: memory }, compute: { value: compute } } }],
    ]),
  );
});

it.each([
  ['GPUs', { gpus: 129 }],
  ['parts', { gpus: 8, partitions: 8 }],
  ['counters', { gpus: 9, partitions: 1 }],
])('more %s than a slice may have are not published', (_, more) => {
  expect(slicesOf({ ...PLAIN, ...more }, 'n')).toEqual([]);
});
