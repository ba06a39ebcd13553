import type { corev1 } from '#api';
import type { CloudInstance } from '#controller-runtime';
import { changedAddresses, fateOf, initialized, routeCondition } from './nodes.js';

const TIME = '2026-01-01T00:00:00Z';
const instance: CloudInstance = {
  ...{ name: 'n', providerID: 'orrery://a/n', type: 'standard-4', zone: 'r-1a', region: 'r-1' },
  addresses: [{ type: 'InternalIP', address: '192.168.0.11' }],
};
const shutdown = { key: 'node.cloudprovider.kubernetes.io/shutdown', effect: 'NoSchedule' };

function node(ready: string, spec: corev1.NodeSpec = {}, status: corev1.NodeStatus = {}): corev1.Node {
  const conditions = [{ type: 'Ready', status: ready }, ...(status.conditions ?? [])];
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { mine: 'yes' } }, spec, status: { ...status, conditions } };
}

it('a node gets what its machine tells', () => {
  const uninitialized = { key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' };
  const { metadata, spec } = initialized(node('True', { taints: [uninitialized] }), instance);
  expect([metadata.labels, spec]).toEqual([
    {
      mine: 'yes',
      'beta.kubernetes.io/instance-type': 'standard-4',
      'node.kubernetes.io/instance-type': 'standard-4',
      'failure-domain.beta.kubernetes.io/zone': 'r-1a',
      'topology.kubernetes.io/zone': 'r-1a',
      'failure-domain.beta.kubernetes.io/region': 'r-1',
      'topology.kubernetes.io/region': 'r-1',
    },
    { providerID: 'orrery://a/n' },
  ]);
  expect(initialized(node('True', { taints: [uninitialized, shutdown], providerID: 'other://1' }), instance).spec).toEqual({
    taints: [shutdown],
    providerID: 'other://1',
  });
});

it.each<[string, string, corev1.NodeSpec, CloudInstance | undefined, ReturnType<typeof fateOf>]>([
  ['ready', 'True', {}, undefined, { step: 'keep' }],
  ['ready again', 'True', { taints: [shutdown] }, instance, { step: 'taint', taints: [] }],
  ['its machine is gone', 'Unknown', {}, undefined, { step: 'delete' }],
  ['its machine runs', 'False', {}, instance, { step: 'keep' }],
  ['its machine is shut down', 'Unknown', {}, { ...instance, stopped: 1 }, { step: 'taint', taints: [{ ...shutdown, timeAdded: TIME }] }],
  ['tainted already', 'Unknown', { taints: [shutdown] }, { ...instance, stopped: 1 }, { step: 'keep' }],
])('the fate of a node: %s', (_, ready, spec, machine, fate) => {
  expect(fateOf(node(ready, spec), machine, TIME)).toEqual(fate);
});

it('the addresses of a node are those of its machine', () => {
  const wrong = node('True', {}, { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] });
  const right = node('True', {}, { addresses: [{ type: 'InternalIP', address: '192.168.0.11' }] });
  expect([changedAddresses(wrong, instance), changedAddresses(right, instance)]).toEqual([instance.addresses, undefined]);
});

it('a node with a range of pods gets a route once', () => {
  const made = routeCondition(node('True', { podCIDR: '10.244.1.0/24' }), TIME);
  const condition = { type: 'NetworkUnavailable', status: 'False', reason: 'RouteCreated', message: 'RouteController created a route' };
  expect(made).toEqual({ ...condition, lastHeartbeatTime: TIME, lastTransitionTime: TIME });
  const again = node('True', { podCIDR: '10.244.1.0/24' }, { conditions: made ? [made] : [] });
  expect([routeCondition(again, TIME), routeCondition(node('True'), TIME)]).toEqual([undefined, undefined]);
});
