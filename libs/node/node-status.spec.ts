import { registeredNode } from './node-status.js';

test('a registered node', () => {
  const node = registeredNode({
    name: 'worker-1',
    cpu: '4',
    memory: '8Gi',
    pods: 110,
    internalIP: '172.18.0.3',
    now: Date.parse('2026-01-01T00:00:00Z'),
    controlPlane: true,
    podCIDR: '10.244.1.0/24',
  });
  expect(node.spec).toEqual({
    podCIDR: '10.244.1.0/24',
    podCIDRs: ['10.244.1.0/24'],
    taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
  });
  expect(node.status).toMatchObject({
    capacity: { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '100Gi' },
    allocatable: { cpu: '4', memory: '8092Mi', pods: '110', 'ephemeral-storage': '96636764160' },
    addresses: [
      { type: 'InternalIP', address: '172.18.0.3' },
      { type: 'Hostname', address: 'worker-1' },
    ],
    nodeInfo: { kubeletVersion: 'v1.36.2', containerRuntimeVersion: expect.stringMatching(/^containerd:/), operatingSystem: 'linux' },
  });
  expect(node.status?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
    'MemoryPressure=False KubeletHasSufficientMemory',
    'DiskPressure=False KubeletHasNoDiskPressure',
    'PIDPressure=False KubeletHasSufficientPID',
    'Ready=True KubeletReady',
  ]);
  expect(node.status?.images?.every(({ sizeBytes }) => sizeBytes && sizeBytes > 0)).toBe(true);
  expect(node.status?.images?.length).toBe(8);
});
