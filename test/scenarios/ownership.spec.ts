import { describe, expect, it } from '@jest/globals';
import {
  ConfigMap,
  type corev1,
  Deployment,
  type discoveryv1,
  EndpointSlice,
  Endpoints,
  Event,
  Namespace,
  Pod,
  ReplicaSet,
  Secret,
  Service,
  ServiceAccount,
} from '#api';
import type { KubeObject } from '#apimachinery';
import type { Client } from '#client';
import type { LocalCluster } from '#cluster';
import { openCluster } from './story.js';

const IN = { namespace: 'default' };

/** Slices in the default namespace, except the API server's own. */
async function slicesOf(client: Client): Promise<discoveryv1.EndpointSlice[]> {
  return (await client.list(EndpointSlice, IN)).items.filter(({ metadata }) => metadata.name !== 'kubernetes');
}

async function configMap({ client }: LocalCluster, name: string, owners: KubeObject[] = [], block = false): Promise<corev1.ConfigMap> {
  const ownerReferences = owners.map(({ metadata }) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: metadata.name,
    uid: metadata.uid ?? '',
    ...(block ? { blockOwnerDeletion: true } : {}),
  }));
  return client.create(ConfigMap, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', ownerReferences },
    data: { a: '1' },
  });
}

async function names({ client }: LocalCluster): Promise<string[]> {
  const { items } = await client.list(ConfigMap, { namespace: 'default' });
  return items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
}

describe('generic-garbage-collector', () => {
  it('deletes dependents in the background, through all generations', async () => {
    const cluster = await openCluster({ rootCA: 'PEM' });
    const owner = await configMap(cluster, 'owner');
    const child = await configMap(cluster, 'child', [owner]);
    await configMap(cluster, 'grandchild', [child]);
    await cluster.settle();
    expect(await names(cluster)).toEqual(['child', 'grandchild', 'owner']);
    await cluster.client.delete(ConfigMap, 'owner', 'default', { propagationPolicy: 'Background' });
    await cluster.settle();
    expect(await names(cluster)).toEqual([]);
  });

  it('keeps objects that have another owner, and removes the reference to the one that is gone', async () => {
    const cluster = await openCluster({ rootCA: 'PEM' });
    const [a, b] = [await configMap(cluster, 'a'), await configMap(cluster, 'b')];
    await configMap(cluster, 'child', [a, b]);
    await cluster.client.delete(ConfigMap, 'a', 'default');
    await cluster.settle();
    const child = await cluster.client.get(ConfigMap, 'child', 'default');
    expect(child.metadata.ownerReferences?.map(({ name }) => name)).toEqual(['b']);
  });

  it('deletes an object whose owner is in another namespace, and an event says so', async () => {
    const cluster = await openCluster({ rootCA: 'PEM' });
    const { client, settle } = cluster;
    await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'far' }, spec: {} });
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owner', namespace: 'far' } };
    const owner = await client.create(ConfigMap, made);
    await configMap(cluster, 'child', [owner]);
    await settle();
    expect(await names(cluster)).toEqual([]);
    const events = (await client.list(Event, IN)).items.filter(({ reason }) => reason === 'OwnerRefInvalidNamespace');
    const identity = `[v1/ConfigMap, namespace: default, name: owner, uid: ${owner.metadata.uid}]`;
    expect(events.map(({ involvedObject, source, message }) => [involvedObject.name, source?.component, message])).toEqual([
      ['child', 'garbage-collector-controller', `ownerRef ${identity} does not exist in namespace "default"`],
    ]);
  });

  it('keeps a cluster-scoped object with a namespaced owner, which is told', async () => {
    const cluster = await openCluster({ rootCA: 'PEM' });
    const { client, settle } = cluster;
    const owner = await configMap(cluster, 'owner');
    const { uid = '' } = owner.metadata;
    const ownerReferences = [
      { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid },
      { apiVersion: 'v1', kind: 'Namespace', name: 'gone', uid: 'gone' },
    ];
    await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'child', ownerReferences }, spec: {} });
    await settle();
    expect((await client.get(Namespace, 'child')).metadata.ownerReferences).toEqual(ownerReferences);
    const events = (await client.list(Event)).items.filter(({ reason }) => reason === 'OwnerRefInvalidNamespace');
    expect(events.map(({ message }) => message)).toEqual([
      `ownerRef [v1/ConfigMap, namespace: , name: owner, uid: ${uid}] does not exist in namespace ""`,
    ]);
  });

  it("delays the owner's deletion until dependents that block it are gone", async () => {
    const cluster = await openCluster({ rootCA: 'PEM' });
    const owner = await configMap(cluster, 'owner');
    const child = await configMap(cluster, 'child', [owner], true);
    await cluster.client.update(ConfigMap, { ...child, metadata: { ...child.metadata, finalizers: ['a.b/c'] } });
    await cluster.client.delete(ConfigMap, 'owner', 'default', { propagationPolicy: 'Foreground' });
    await cluster.settle();
    const waiting = await cluster.client.get(ConfigMap, 'owner', 'default');
    expect([await names(cluster), waiting.metadata.finalizers]).toEqual([['child', 'owner'], ['foregroundDeletion']]);
    await cluster.client.patch(ConfigMap, 'child', 'default', 'merge', { metadata: { finalizers: null } });
    await cluster.settle();
    expect(await names(cluster)).toEqual([]);
  });

  it('releases dependents that are to be orphaned', async () => {
    const cluster = await openCluster({ rootCA: 'PEM' });
    const owner = await configMap(cluster, 'owner');
    await configMap(cluster, 'child', [owner]);
    await cluster.client.delete(ConfigMap, 'owner', 'default', { propagationPolicy: 'Orphan' });
    await cluster.settle();
    const child = await cluster.client.get(ConfigMap, 'child', 'default');
    expect([await names(cluster), child.metadata.ownerReferences ?? []]).toEqual([['child'], []]);
  });

  it('deletes objects whose owner never existed, and none whose owner is unknown', async () => {
    const cluster = await openCluster({ rootCA: 'PEM' });
    await configMap(cluster, 'child', [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'nobody', uid: 'none' } }]);
    const ownerReferences = [{ apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: 'w' }];
    const made = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other', namespace: 'default', ownerReferences } };
    await cluster.client.create(ConfigMap, made);
    await cluster.settle();
    expect(await names(cluster)).toEqual(['other']);
  });

  it('deletes a Deployment with all its dependents, in the foreground too', async () => {
    for (const propagationPolicy of ['Background', 'Foreground'] as const) {
      const cluster = await openCluster({ rootCA: 'PEM' });
      const { client, settle } = cluster;
      const template = { metadata: { labels: { app: 'web' } } as never, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
      const spec = { replicas: 3, selector: { matchLabels: { app: 'web' } }, template };
      await client.create(Deployment, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec });
      await settle();
      await client.delete(Deployment, 'web', 'default', { propagationPolicy });
      await settle();
      const left = await Promise.all(
        [Deployment, ReplicaSet, Pod].map(async (kind) => (await client.list(kind as typeof Pod, IN)).items.length),
      );
      expect(left).toEqual([0, 0, 0]);
    }
  });
});

describe('a namespace', () => {
  it('service-account-controller, root-ca-cert-publisher: gets its account and the CA bundle, also after they were deleted', async () => {
    const { client, settle } = await openCluster({ rootCA: 'PEM' });
    await client.delete(ServiceAccount, 'default', 'default');
    await client.delete(ConfigMap, 'kube-root-ca.crt', 'default');
    await settle();
    expect((await client.get(ServiceAccount, 'default', 'default')).metadata.name).toBe('default');
    expect((await client.get(ConfigMap, 'kube-root-ca.crt', 'default')).data).toEqual({ 'ca.crt': 'PEM' });
  });

  it('namespace-controller: is emptied before it is removed, and reports what is left', async () => {
    const { client, settle } = await openCluster({ rootCA: 'PEM' });
    const made = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' }, spec: { finalizers: ['kubernetes'] } };
    await client.create(Namespace, made);
    const metadata = { name: 'held', namespace: 'ns', finalizers: ['a.b/c'] };
    await client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    await client.create(Secret, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'ns' } });
    const about = { apiVersion: 'v1', kind: 'Secret', name: 's', namespace: 'ns' };
    await client.create(Event, { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'ns' }, involvedObject: about });
    await settle();
    await client.delete(Namespace, 'ns');
    await settle();
    const { status } = await client.get(Namespace, 'ns');
    const said = status?.conditions?.filter((condition) => condition.status === 'True').map(({ message }) => message);
    expect([status?.phase, said]).toEqual([
      'Terminating',
      [
        'Some resources are remaining: configmaps. has 1 resource instances',
        'Some content in the namespace has finalizers remaining: a.b/c in 1 resource instances',
      ],
    ]);
    await client.patch(ConfigMap, 'held', 'ns', 'merge', { metadata: { finalizers: null } });
    await settle();
    await expect(client.get(Namespace, 'ns')).rejects.toMatchObject({ reason: 'NotFound' });
    const left =
      (await client.list(Event, { namespace: 'ns' })).items.length + (await client.list(ConfigMap, { namespace: 'ns' })).items.length;
    expect(left).toBe(0);
  });
});

describe('a service', () => {
  it('endpoint-controller: has the endpoints of its pods', async () => {
    const { client, settle } = await openCluster({ rootCA: 'PEM' });
    const metadata = { name: 'svc', namespace: 'default', labels: { l: '1' } };
    const spec = {
      clusterIP: '10.96.0.9',
      ipFamilies: ['IPv4'],
      selector: { app: 'web' },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
    };
    await client.create(Service, { apiVersion: 'v1', kind: 'Service', metadata, spec });
    await settle();
    const empty = await slicesOf(client);
    expect(empty.map(({ endpoints, ports, addressType }) => [endpoints ?? [], ports ?? [], addressType])).toEqual([[[], [], 'IPv4']]);
    for (const name of ['a', 'b']) {
      const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { app: 'web' } } };
      await client.create(Pod, { ...pod, spec: { containers: [{ name: 'c', image: 'nginx' }] } });
    }
    await settle();
    const slices = await slicesOf(client);
    expect(slices.map(({ metadata: { name }, endpoints, ports }) => [name === empty[0]?.metadata.name, endpoints?.length, ports])).toEqual([
      [true, 2, [{ name: '', port: 80, protocol: 'TCP' }].map((port) => ({ ...port, port: 8080 }))],
    ]);
    const { subsets } = await client.get(Endpoints, 'svc', 'default');
    expect(subsets?.map(({ addresses, ports }) => [addresses?.map(({ targetRef }) => targetRef?.name).sort(), ports])).toEqual([
      [['a', 'b'], [{ port: 8080, protocol: 'TCP' }]],
    ]);
    await client.delete(Pod, 'a', 'default');
    await settle();
    expect((await slicesOf(client))[0]?.endpoints?.map(({ targetRef }) => targetRef?.name)).toEqual(['b']);
    await client.delete(Service, 'svc', 'default');
    await settle();
    expect([(await client.list(EndpointSlice, IN)).items.length, (await client.list(Endpoints, IN)).items.length]).toEqual([1, 1]);
  });

  it('endpoint-slice-mirroring-controller: without a selector has slices that mirror its manually managed endpoints', async () => {
    const { client, settle } = await openCluster({ rootCA: 'PEM' });
    const metadata = { name: 'ext', namespace: 'default' };
    const spec = { clusterIP: '10.96.0.9', ipFamilies: ['IPv4'], ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] };
    await client.create(Service, { apiVersion: 'v1', kind: 'Service', metadata, spec });
    const subsets = [{ addresses: [{ ip: '192.0.2.60' }], ports: [{ port: 80, protocol: 'TCP' }] }];
    await client.create(Endpoints, { apiVersion: 'v1', kind: 'Endpoints', metadata, subsets });
    await settle();
    const slices = await slicesOf(client);
    expect(
      slices.map(({ metadata: { labels, ownerReferences }, endpoints, ports }) => [labels, ownerReferences?.[0]?.kind, endpoints, ports]),
    ).toEqual([
      [
        { 'kubernetes.io/service-name': 'ext', 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' },
        'Endpoints',
        [{ addresses: ['192.0.2.60'], conditions: { ready: true } }],
        [{ name: '', protocol: 'TCP', port: 80 }],
      ],
    ]);
    await client.patch(Endpoints, 'ext', 'default', 'merge', { subsets: [{ ...subsets[0], addresses: [{ ip: '192.0.2.61' }] }] });
    await settle();
    expect((await slicesOf(client)).map(({ endpoints }) => endpoints?.[0]?.addresses)).toEqual([['192.0.2.61']]);
    await client.delete(Endpoints, 'ext', 'default');
    await settle();
    expect((await slicesOf(client)).length).toBe(0);
  });
});
