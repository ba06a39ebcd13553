import { nodeStatus } from './node-status.js';

test('the status of a machine', () => {
  const machine = { name: 'worker-1', cpu: '4', memory: '8Gi', pods: 110, address: '172.18.0.3', version: 'v1.35.0' };
  const status = nodeStatus(machine, Date.parse('2026-01-01T00:00:00Z'));
  expect(status).toMatchObject({
    capacity: { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '100Gi' },
    addresses: [
      { type: 'InternalIP', address: '172.18.0.3' },
      { type: 'Hostname', address: 'worker-1' },
    ],
    nodeInfo: { kubeletVersion: 'v1.35.0', containerRuntimeVersion: expect.stringMatching(/^containerd:/), operatingSystem: 'linux' },
  });
  expect(status.allocatable).toEqual(status.capacity);
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  expect(status.nodeInfo).toMatchObject({
    machineID: expect.stringMatching(/^[0-9a-f]{32}$/),
    systemUUID: expect.stringMatching(uuid),
    bootID: expect.stringMatching(uuid),
  });
  expect(status.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`)).toEqual([
    'MemoryPressure=False KubeletHasSufficientMemory',
    'DiskPressure=False KubeletHasNoDiskPressure',
    'PIDPressure=False KubeletHasSufficientPID',
    'Ready=True KubeletReady',
  ]);
});
