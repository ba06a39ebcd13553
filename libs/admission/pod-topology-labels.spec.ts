import { cluster, pod, post, postPod } from './test-cluster.js';

const zone = { 'topology.kubernetes.io/zone': 'z' };
const region = { 'topology.kubernetes.io/region': 'r' };

describe('PodTopologyLabels', () => {
  it.each([
    ['zone and region', { ...zone, ...region, other: 'o' }, {}, { ...zone, ...region }],
    ['a zone alone', zone, { app: 'a' }, { app: 'a', ...zone }],
    ['a zone that the pod says otherwise', zone, { 'topology.kubernetes.io/zone': 'own' }, zone],
    ['neither', { other: 'o' }, { app: 'a' }, { app: 'a' }],
  ])('a pod that is made for a node with %s', async (_, labels, own, want) => {
    const made = await cluster();
    await post(made, '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels } });
    const { body } = await postPod(made, pod('a', { nodeName: 'n' }, { labels: own }));
    expect((body.metadata as { labels?: unknown }).labels).toEqual(want);
  });

  it('a binding gives the pod the labels of its node', async () => {
    const made = await cluster();
    await post(made, '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', labels: { ...zone, ...region } } });
    await postPod(made, pod('a'));
    const target = { apiVersion: 'v1', kind: 'Node', name: 'n' };
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'a' }, target };
    expect((await post(made, '/api/v1/namespaces/ns/pods/a/binding', binding)).status).toBe(201);
    const { body } = await made.call('GET', '/api/v1/namespaces/ns/pods/a');
    expect(body.metadata.labels).toEqual({ ...zone, ...region });
  });
});
