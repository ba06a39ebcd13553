import { expect, it } from '@jest/globals';
import { ClusterRole, ConfigMap, EndpointSlice, Event, type metav1, Node, Pod, type rbacv1, Service, ServiceCIDR } from '#api';
import { openStory, type StoryCluster } from './story.js';

async function start(): Promise<StoryCluster> {
  const cluster = await openStory();
  await cluster.settle();
  return cluster;
}

const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} });

it('node-ipam-controller, ttl-controller: a node that joins gets a range for its pods and the annotation of the cluster size', async () => {
  const { client, settle } = await start();
  await client.create(Node, node('edge-a'));
  await client.create(Node, node('edge-b'));
  await settle();
  await client.delete(Node, 'edge-a');
  await settle();
  await client.create(Node, node('edge-c'));
  await settle();
  const { items } = await client.list(Node);
  expect(items.map(({ metadata, spec }) => [metadata.name, spec.podCIDRs, metadata.annotations?.['node.alpha.kubernetes.io/ttl']])).toEqual(
    [
      ['control-plane', ['10.244.0.0/24'], '0'],
      ['edge-b', ['10.244.4.0/24'], '0'],
      ['edge-c', ['10.244.3.0/24'], '0'],
      ['worker-1', ['10.244.1.0/24'], '0'],
      ['worker-2', ['10.244.2.0/24'], '0'],
    ],
  );
});

it('when the range of all pods is used up, a node gets none and an event says so', async () => {
  const { client, settle } = await start();
  const taken = { ...node('large'), spec: { podCIDR: '10.244.128.0/17' } };
  await client.create(Node, taken);
  await client.create(Node, { ...node('larger'), spec: { podCIDR: '10.244.0.0/17' } });
  await client.create(Node, node('late'));
  await settle();
  const { spec } = await client.get(Node, 'late');
  const { items } = await client.list(Event);
  const events = items.filter(({ reason }) => reason === 'CIDRNotAvailable').map(({ source, message }) => [source?.component, message]);
  expect([spec.podCIDR, events]).toEqual([undefined, [['cidrAllocator', 'Node late status is now: CIDRNotAvailable']]]);
  await client.delete(Node, 'large');
  await settle();
  expect((await client.get(Node, 'late')).spec.podCIDR).toBeUndefined();
});

const role = (name: string, rules: rbacv1.PolicyRule[], labels: Record<string, string> = {}): rbacv1.ClusterRole => ({
  ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' },
  metadata: { name, labels },
  rules,
});
const rule = (resource: string): rbacv1.PolicyRule => ({ verbs: ['get'], apiGroups: ['example.com'], resources: [resource] });

it('clusterrole-aggregation-controller: an aggregated ClusterRole has the rules of the roles that it selects, each once', async () => {
  const { client, settle } = await start();
  const aggregated = { ...role('all', []), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] } };
  await client.create(ClusterRole, aggregated);
  await client.create(ClusterRole, role('b', [rule('bs'), rule('as')], { part: 'yes' }));
  await client.create(ClusterRole, role('a', [rule('as')], { part: 'yes' }));
  await client.create(ClusterRole, role('c', [rule('cs')]));
  await settle();
  const rules = async () => (await client.get(ClusterRole, 'all')).rules?.map(({ resources }) => resources?.join());
  expect(await rules()).toEqual(['as', 'bs']);
  await client.patch(ClusterRole, 'b', undefined, 'merge', { metadata: { labels: { part: null } } });
  await client.patch(ClusterRole, 'c', undefined, 'merge', { metadata: { labels: { part: 'yes' } } });
  await settle();
  expect(await rules()).toEqual(['as', 'cs']);
  const { metadata } = await client.get(ClusterRole, 'all');
  expect(metadata.managedFields?.map(({ manager, operation }) => `${manager} ${operation}`)).toContain(
    'clusterrole-aggregation-controller Apply',
  );
  await client.delete(ClusterRole, 'a');
  await client.delete(ClusterRole, 'c');
  await settle();
  expect(await rules()).toEqual(undefined);
});

it('a custom resource can be added to admin, edit and view', async () => {
  const { client, settle } = await start();
  const before = (await client.get(ClusterRole, 'admin')).rules?.length ?? 0;
  await client.create(ClusterRole, role('crontabs', [rule('crontabs')], { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' }));
  await settle();
  const after = (await client.get(ClusterRole, 'admin')).rules ?? [];
  expect([after.length - before, after.some(({ resources }) => resources?.includes('crontabs'))]).toEqual([1, true]);
});

it('service-cidr-controller: a second range of Service addresses is ready, and stays as long as an address of it is in use', async () => {
  const { client, settle, advance } = await start();
  const name = 'more';
  const more = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name }, spec: { cidrs: ['10.200.0.0/24'] } };
  await client.create(ServiceCIDR, more);
  await settle();
  const state = async (): Promise<[string[] | undefined, Array<Omit<metav1.Condition, 'lastTransitionTime'>>]> => {
    const { metadata, status } = await client.get(ServiceCIDR, name);
    return [metadata.finalizers, (status?.conditions ?? []).map(({ lastTransitionTime: _, ...condition }) => condition)];
  };
  const finalizers = ['networking.k8s.io/service-cidr-finalizer'];
  expect(await state()).toEqual([finalizers, [{ type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' }]]);
  await client.create(Service, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' } },
    spec: { clusterIP: '10.200.0.9', ports: [{ port: 80 }] },
  });
  await client.delete(ServiceCIDR, name);
  await advance(60_000);
  const message = 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';
  expect(await state()).toEqual([finalizers, [{ type: 'Ready', status: 'False', reason: 'Terminating', message }]]);
  await client.delete(Service, 'web', 'default');
  await settle();
  await expect(client.get(ServiceCIDR, name)).rejects.toThrow('not found');
});

it('pod-garbage-collector: a pod of a node that never was is deleted', async () => {
  const { client, settle, advance } = await start();
  await client.create(Pod, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'lost', namespace: 'default' } },
    spec: { nodeName: 'ghost', containers: [{ name: 'c', image: 'nginx' }] },
  });
  await settle();
  await advance(30_000);
  expect((await client.get(Pod, 'lost', 'default')).metadata.deletionTimestamp).toBeUndefined();
  await advance(30_000);
  await expect(client.get(Pod, 'lost', 'default')).rejects.toThrow('not found');
});

it('pod-garbage-collector: a pod that is deleted before it is placed fails, and is gone', async () => {
  const { client, settle } = await start();
  await client.create(Pod, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'unplaced', namespace: 'default', finalizers: ['example.com/wait'] } },
    spec: { schedulerName: 'nobody', containers: [{ name: 'c', image: 'nginx' }] },
  });
  await client.delete(Pod, 'unplaced', 'default');
  await settle();
  const { status, metadata } = await client.get(Pod, 'unplaced', 'default');
  expect([status?.phase, status?.observedGeneration === metadata.generation]).toEqual(['Failed', true]);
});

it('root-ca-cert-publisher: another description of the bundle stays, another bundle does not', async () => {
  const { client, settle } = await start();
  const bundle = async () => {
    const { metadata, data } = await client.get(ConfigMap, 'kube-root-ca.crt', 'default');
    return [metadata.annotations?.['kubernetes.io/description'], data];
  };
  const [text, data] = await bundle();
  const change = (patch: object) => client.patch(ConfigMap, 'kube-root-ca.crt', 'default', 'merge', patch);
  await change({ metadata: { annotations: { 'kubernetes.io/description': 'mine' } } });
  await settle();
  expect(await bundle()).toEqual(['mine', data]);
  await change({ data: { 'ca.crt': 'other' } });
  await settle();
  expect(await bundle()).toEqual([text, data]);
});

it('endpoint-slice-controller: a pod of a node that is missing is left out and told, and comes back with the node', async () => {
  const { client, settle, advance } = await start();
  const labels = { app: 'web' };
  const containers = [{ name: 'c', image: 'nginx' }];
  await client.create(Service, {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default' } },
    spec: { selector: labels, ports: [{ port: 80 }] },
  });
  await client.create(Pod, {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default', labels } },
    spec: { nodeName: 'worker-1', containers },
  });
  await settle();
  const endpoints = async () =>
    (await client.list(EndpointSlice, { namespace: 'default' })).items
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web')
      .flatMap(({ endpoints: list }) => list?.map(({ targetRef }) => targetRef?.name) ?? []);
  const { metadata, ...rest } = await client.get(Node, 'worker-1');
  expect(await endpoints()).toEqual(['web']);
  await client.delete(Node, 'worker-1');
  await client.patch(Service, 'web', 'default', 'merge', { metadata: { labels: { touched: 'yes' } } });
  await advance(1_000);
  const failures = (await client.list(Event)).items.filter(({ reason }) => reason === 'FailedToUpdateEndpointSlices');
  const why = 'skipping Pod web for Service default/web: Node worker-1 Not Found';
  expect([await endpoints(), [...new Set(failures.map(({ message }) => message))]]).toEqual([
    [],
    [`Error updating Endpoint Slices for Service default/web: ${why}`],
  ]);
  await client.create(Node, { ...rest, metadata: { name: 'worker-1', labels: metadata.labels ?? {} } });
  await advance(10_000);
  expect(await endpoints()).toEqual(['web']);
});
