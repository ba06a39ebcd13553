import { expect, it } from '@jest/globals';
import { type corev1, Event, Node, Service } from '#api';
import { ClusterCloud, ClusterFaults, type LocalClusterOptions } from '#cluster';
import { openCluster } from './story.js';

async function start(options: LocalClusterOptions = {}, inCloud = true) {
  const cluster = await openCluster(options);
  await cluster.settle();
  const cloud = new ClusterCloud(cluster.api);
  if (inCloud) await cloud.enable();
  return { ...cluster, cloud };
}

type Started = Awaited<ReturnType<typeof start>>;

const balanced = (name: string, spec: Partial<corev1.ServiceSpec> = {}): corev1.Service => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' } },
  spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80 }], ...spec },
});

async function service({ client }: Started, name: string): Promise<[string | undefined, string[] | undefined]> {
  const { metadata, status } = await client.get(Service, name, 'default');
  return [status?.loadBalancer?.ingress?.[0]?.ip, metadata.finalizers];
}

/** The events of components of the cloud, oldest first. */
async function events({ client }: Started, about: string): Promise<string[]> {
  const { items } = await client.list(Event);
  return items
    .filter(({ involvedObject, source }) => involvedObject.name === about && /service-controller|^cloud/.test(source?.component ?? ''))
    .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
    .map(({ reason, message, type }) => `${type} ${reason}: ${message}`);
}

const FINALIZERS = ['service.kubernetes.io/load-balancer-cleanup'];

it('nodes get what their machines tell, and lose the taint that kept pods away', async () => {
  const cluster = await start();
  const taints = async () => (await cluster.client.get(Node, 'worker-1')).spec.taints?.map(({ key }) => key);
  expect(await taints()).toEqual(['node.cloudprovider.kubernetes.io/uninitialized']);
  await cluster.settle();
  const { metadata, spec, status } = await cluster.client.get(Node, 'worker-1');
  const { labels = {} } = metadata;
  const topology = ['node.kubernetes.io/instance-type', 'topology.kubernetes.io/region', 'topology.kubernetes.io/zone'];
  expect([spec.providerID, spec.taints, topology.map((label) => labels[label])]).toEqual([
    'orrery://orrery-1b/worker-1',
    undefined,
    ['standard-4', 'orrery-1', 'orrery-1b'],
  ]);
  expect(status?.conditions?.filter(({ type }) => type === 'NetworkUnavailable').map(({ status: is, reason }) => [is, reason])).toEqual([
    ['False', 'RouteCreated'],
  ]);
  expect(await events(cluster, 'worker-1')).toEqual(['Normal Synced: Node synced successfully']);
});

it('a Service of type LoadBalancer gets an address after a while, and keeps a finalizer until it is cleaned up', async () => {
  const cluster = await start({ profile: 'realistic' });
  await cluster.settle();
  await cluster.client.create(Service, balanced('web'));
  await cluster.client.create(Service, balanced('mine', { loadBalancerIP: '203.0.113.77' }));
  await cluster.client.create(Service, balanced('other', { loadBalancerClass: 'example.com/lb' }));
  await cluster.advance(3_000);
  expect([await service(cluster, 'web'), await service(cluster, 'other')]).toEqual([
    [undefined, FINALIZERS],
    [undefined, undefined],
  ]);
  await cluster.advance(3_000);
  // One is made after the other.
  expect([await service(cluster, 'web'), (await service(cluster, 'mine'))[0]]).toEqual([['203.0.113.1', FINALIZERS], undefined]);
  await cluster.advance(5_000);
  expect(await service(cluster, 'mine')).toEqual(['203.0.113.77', FINALIZERS]);
  await cluster.client.delete(Service, 'web', 'default');
  await cluster.settle();
  await expect(cluster.client.get(Service, 'web', 'default')).rejects.toThrow('not found');
  expect(await events(cluster, 'web')).toEqual([
    'Normal EnsuringLoadBalancer: Ensuring load balancer',
    'Normal EnsuredLoadBalancer: Ensured load balancer',
    'Normal DeletingLoadBalancer: Deleting load balancer',
    'Normal DeletedLoadBalancer: Deleted load balancer',
  ]);
});

it('cloud-controller-manager that is stopped makes no load balancers, and one that is slow makes them late', async () => {
  const cluster = await start();
  await cluster.settle();
  const faults = new ClusterFaults(cluster.api);
  await expect(faults.inject({ type: 'stop', component: 'cloud-controller-manager', node: 'worker-1' })).rejects.toThrow(
    'cloud-controller-manager does not run on worker-1',
  );
  const stopped = await faults.inject({ type: 'stop', component: 'cloud-controller-manager' });
  await cluster.client.create(Service, balanced('web'));
  await cluster.advance(600_000);
  expect([await service(cluster, 'web'), await events(cluster, 'web')]).toEqual([[undefined, undefined], []]);
  await faults.heal(stopped.id);
  // The new process takes the Lease at once: it has run out.
  await cluster.settle();
  expect(await service(cluster, 'web')).toEqual(['203.0.113.1', FINALIZERS]);
  await faults.inject({ type: 'slow', component: 'cloud-controller-manager', delay: 20_000 });
  await cluster.advance(1_000);
  await cluster.client.create(Service, balanced('late'));
  await cluster.advance(15_000);
  expect(await service(cluster, 'late')).toEqual([undefined, undefined]);
  await cluster.advance(10_000);
  expect(await service(cluster, 'late')).toEqual(['203.0.113.2', FINALIZERS]);
});

it('a load balancer follows its Service and the nodes', async () => {
  const cluster = await start();
  await cluster.settle();
  await cluster.client.create(Service, balanced('web'));
  await cluster.settle();
  await cluster.client.patch(Service, 'web', 'default', 'merge', {
    spec: { ports: [{ port: 80 }, { name: 'more', port: 81 }].map((port, index) => ({ name: `p${index}`, ...port })) },
  });
  await cluster.settle();
  await cluster.client.patch(Node, 'worker-2', undefined, 'merge', {
    metadata: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' } },
  });
  await cluster.settle();
  await cluster.client.patch(Service, 'web', 'default', 'merge', { spec: { type: 'ClusterIP' } });
  await cluster.settle();
  expect([await service(cluster, 'web'), await events(cluster, 'web')]).toEqual([
    [undefined, undefined],
    [
      'Normal EnsuringLoadBalancer: Ensuring load balancer',
      'Normal EnsuredLoadBalancer: Ensured load balancer',
      'Normal UpdatedLoadBalancer: Updated load balancer with new hosts',
      'Normal DeletingLoadBalancer: Deleting load balancer',
      'Normal DeletedLoadBalancer: Deleted load balancer',
    ],
  ]);
});

it('the node of a machine that is removed is deleted when it is no longer ready', async () => {
  const cluster = await start();
  await cluster.settle();
  expect([await cluster.cloud.remove('worker-1'), await cluster.cloud.remove('worker-1')]).toEqual([true, false]);
  await cluster.advance(40_000);
  expect((await cluster.client.list(Node)).items.length).toBe(3);
  await cluster.advance(30_000);
  expect((await cluster.client.list(Node)).items.map(({ metadata }) => metadata.name)).toEqual(['control-plane', 'worker-2']);
  expect(await events(cluster, 'worker-1')).toContain(
    'Normal DeletingNode: Deleting node worker-1 because it does not exist in the cloud provider',
  );
});

it('the node of a machine that is shut down is tainted until it runs again', async () => {
  const cluster = await start();
  await cluster.settle();
  await cluster.cloud.power('worker-1', false);
  await cluster.advance(70_000);
  const taints = async () => (await cluster.client.get(Node, 'worker-1')).spec.taints?.map(({ key, effect }) => `${key}:${effect}`) ?? [];
  expect(await taints()).toContain('node.cloudprovider.kubernetes.io/shutdown:NoSchedule');
  await cluster.cloud.power('worker-1', true);
  await cluster.advance(10_000);
  expect(await taints()).toEqual([]);
});

it('without a cloud a Service of type LoadBalancer waits for ever', async () => {
  const cluster = await start({}, false);
  await cluster.client.create(Service, balanced('web'));
  await cluster.advance(3_600_000);
  expect([await service(cluster, 'web'), await events(cluster, 'web'), await cluster.cloud.instances()]).toEqual([
    [undefined, undefined],
    [],
    undefined,
  ]);
});
