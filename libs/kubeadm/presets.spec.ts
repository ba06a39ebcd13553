import { expect, test } from '@jest/globals';
import { type NodePreset, presetNodes } from './presets.js';
import { DEFAULT_NODES, planNodes } from './template.js';

test.each<[NodePreset, string[]]>([
  ['kubeadm', ['control-plane', 'control-plane-2', 'control-plane-3', 'worker-1', 'worker-2']],
  ['kind', ['kind-control-plane', 'kind-control-plane2', 'kind-control-plane3', 'kind-worker', 'kind-worker2']],
  ['killercoda', ['controlplane', 'controlplane2', 'controlplane3', 'node01', 'node02']],
  ['minikube', ['minikube', 'minikube-m02', 'minikube-m03', 'minikube-m04', 'minikube-m05']],
])('%s names the nodes as its users know them', (preset, names) => {
  const nodes = presetNodes(preset, { count: 5, controlPlanes: 3 });
  expect(nodes.map(({ name }) => name)).toEqual(names);
  expect(nodes.map(({ role }) => role)).toEqual(['control-plane', 'control-plane', 'control-plane', 'worker', 'worker']);
});

test('nodes that are named one by one have what they are given, and kubeadm the rest', () => {
  const named = [
    { name: 'node-b', role: 'worker', zone: 'z1', region: 'r1', labels: { disk: 'ssd' }, version: 'v1.35.1' },
    { name: 'node-a', role: 'control-plane', cpu: '2' },
    { name: 'node-c', role: 'worker', taints: [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }], pods: 5 },
  ] as const;
  const plain = { cpu: '4', memory: '8Gi', pods: 110, labels: {}, taints: [], version: 'v1.36.2', controlPlane: false };
  expect(planNodes({ nodes: { ...DEFAULT_NODES, named } })).toEqual([
    {
      ...plain,
      ...{ name: 'node-a', controlPlane: true, address: '192.168.0.10', podCIDR: '10.244.0.0/24', cpu: '2' },
      taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
    },
    {
      ...plain,
      ...{ name: 'node-b', address: '192.168.0.11', podCIDR: '10.244.1.0/24', version: 'v1.35.1' },
      labels: { 'topology.kubernetes.io/zone': 'z1', 'topology.kubernetes.io/region': 'r1', disk: 'ssd' },
    },
    {
      ...plain,
      ...{ name: 'node-c', address: '192.168.0.12', podCIDR: '10.244.2.0/24', pods: 5 },
      taints: [{ key: 'gpu', value: 'yes', effect: 'NoExecute' }],
    },
  ]);
  const [single] = planNodes({ nodes: { ...DEFAULT_NODES, count: 1 }, version: 'v1.34.0' });
  expect([single?.taints, single?.version]).toEqual([[], 'v1.34.0']);
});
