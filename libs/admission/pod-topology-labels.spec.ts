import { podTopologyLabels } from './pod-topology-labels.js';
import { cluster, pod, post, postPod } from './test-cluster.js';

const zone = { 'topology.kubernetes.io/zone': 'z' };
const region = { 'topology.kubernetes.io/region': 'r' };

describe('PodTopologyLabels', () => {
  it.each([
    ['zone and region', { ...zone, ...region, other: 'o' }, {}, { ...zone, ...region }],
    ['a zone alone', zone, { app: 'a' }, { app: 'a', ...zone }],
    ['a zone that the pod says otherwise', zone, { 'topology.kubernetes.io/zone': 'own' }, zone],
    ['neither', { other: 'o' }, { app: 'a' }, { app: 'a' }],
  ])('a pod that is created with the node %s', async (_, labels, own, want) => {
    const made = await cluster();
    await post(made, '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels } });
    const { body } = await postPod(made, pod('a', { nodeName: 'n' }, { labels: own }));
    expect((body.metadata as { labels?: unknown }).labels).toEqual(want);
  });

  it('a binding gets the labels of its node', async () => {
    const made = await cluster();
    await post(made, '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { ...zone, ...region } } });
    const object = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'a' }, target: { apiVersion: 'v1', kind: 'Node', name: 'n' } };
    const { reader, storages, webhooks, clock, random, loopback, access: authorizer } = made.server.cluster;
    const requested = storages.find('', 'v1', 'pods')?.resource;
    if (!requested) throw new Error('pods are served');
    const request = { group: '', version: 'v1', resource: 'pods', subresource: 'binding', kind: 'Binding', namespace: 'ns', name: 'a' };
    const user = { name: 'system:kube-scheduler', groups: [] };
    const attributes = {
      ...request,
      requested,
      shape: requested,
      operation: 'CREATE' as const,
      user,
      dryRun: false,
      object,
      warn: () => undefined,
    };
    await podTopologyLabels.admit?.(attributes, {
      reader,
      storages,
      webhooks,
      clock,
      random,
      loopback,
      authorizer,
      work: { pause: () => undefined },
    });
    expect(object.metadata).toEqual({ name: 'a', labels: { ...zone, ...region } });
  });
});
