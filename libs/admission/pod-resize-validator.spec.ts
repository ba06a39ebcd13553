import type { corev1 } from '#api';
import type { AdmissionAttributes } from '#apiserver';
import { podResizeValidator } from './pod-resize-validator.js';
import { cluster, pod, post } from './test-cluster.js';

const resized = (cpu: string, memory: string, more: object = {}) => ({
  ...pod('a', { nodeName: 'n', containers: [{ name: 'c', image: 'i', resources: { requests: { cpu, memory } } }] }, { generation: 2 }),
  ...more,
});

/** The refusal of a resize to this pod, on a node with 2 cpu and 1Gi. */
async function refusal(object: unknown, labels: Record<string, string> = {}) {
  const made = await cluster();
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels }, status: { allocatable: { cpu: '2', memory: '1Gi' } } };
  await post(made, '/api/v1/nodes', node);
  await made.call('PUT', '/api/v1/nodes/n/status', { body: node });
  const oldObject = pod('a', {}, { generation: 1 });
  const request = {
    ...{ operation: 'UPDATE', group: '', resource: 'pods', subresource: 'resize', name: 'a' },
    object,
    oldObject,
  } as unknown;
  try {
    await podResizeValidator.validate?.(request as AdmissionAttributes, { reader: made.server.cluster.reader } as never);
    return undefined;
  } catch (error) {
    const { status } = error as { status: { message: string; details: { causes?: unknown } } };
    return [status.message, status.details.causes];
  }
}

describe('PodResizeValidator', () => {
  const short = (text: string) => [
    `pods "a" is forbidden: node didn't have enough allocatable resources: ${text}`,
    [{ reason: 'NodeCapacity' }],
  ];
  it.each<[string, unknown, Record<string, string>, unknown]>([
    ['what fits', resized('2', '1Gi'), {}, undefined],
    ['too much cpu', resized('2001m', '1Gi'), {}, short('cpu, requested: 2001, allocatable: 2000')],
    [
      'too much of both',
      resized('3', '2Gi'),
      {},
      short('cpu, requested: 3000, allocatable: 2000; memory, requested: 2147483648, allocatable: 1073741824'),
    ],
    [
      'another system',
      resized('1', '1'),
      { 'kubernetes.io/os': 'windows' },
      ['pods "a" is forbidden: pod resize is only supported on linux nodes, node "n" is "windows"', [{ reason: 'UnsupportedPlatform' }]],
    ],
    ['a pod without a node', { ...resized('9', '9'), spec: { containers: [] } }, {}, undefined],
    ['no change', { ...resized('9', '9'), metadata: { name: 'a', generation: 1 } } satisfies Partial<corev1.Pod>, {}, undefined],
    [
      'an unknown node',
      { ...resized('1', '1'), spec: { nodeName: 'm', containers: [] } },
      {},
      ['pods "a" is forbidden: node "m" not found', undefined],
    ],
  ])('%s', async (_, object, labels, want) => {
    expect(await refusal(object, labels)).toEqual(want);
  });
});
