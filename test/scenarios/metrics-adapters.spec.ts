import { describe, expect, it } from '@jest/globals';
import { APIService, type autoscalingv2, ConfigMap, Deployment, Event, HorizontalPodAutoscaler, Pod, Service } from '#api';
import type { LocalCluster } from '#cluster';
import { openCluster } from './story.js';

const ADMIN = { name: 'admin', groups: ['system:masters'] };
const IN = { namespace: 'default' };
const deployment = (name: string, image: string, namespace: string, replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } } as never, spec: { containers: [{ name: 'c', image }] } },
  },
});

/** Much as the manifests of prometheus-adapter have it. */
async function installAdapter(cluster: LocalCluster): Promise<void> {
  const { client } = cluster;
  const at = { name: 'prometheus-adapter', namespace: 'kube-system' };
  await client.create(Deployment, deployment(at.name, 'registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0', at.namespace, 1));
  const ports = [{ name: 'https', port: 443, targetPort: 6443 }];
  await client.create(Service, { apiVersion: 'v1', kind: 'Service', metadata: at, spec: { selector: { app: at.name }, ports } });
  for (const name of ['v1beta2.custom.metrics.k8s.io', 'v1beta1.custom.metrics.k8s.io', 'v1beta1.external.metrics.k8s.io']) {
    const [version = '', ...group] = name.split('.');
    await client.create(APIService, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name },
      spec: {
        ...{ group: group.join('.'), version, groupPriorityMinimum: 100, versionPriority: 100, insecureSkipTLSVerify: true },
        service: { ...at, port: 443 },
      },
    });
  }
  await cluster.advance(30_000);
}

/** What a GET answers: its code, and its body. */
async function get(cluster: LocalCluster, path: string): Promise<[number, unknown]> {
  const [pathname = '', query = ''] = path.split('?');
  const answer = await cluster.api.handle({ method: 'GET', path: pathname, query, headers: {}, user: ADMIN, requestId: 'r' });
  const text = typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body ?? '').toString();
  return [answer.status, text.startsWith('{') ? JSON.parse(text) : text];
}

async function opened(replicas: number): Promise<LocalCluster> {
  const cluster = await openCluster();
  await installAdapter(cluster);
  await cluster.client.create(Deployment, deployment('web', 'nginx:1.27', 'default', replicas));
  await cluster.advance(10_000);
  return cluster;
}

async function annotate(cluster: LocalCluster, value: string | undefined): Promise<void> {
  const { items } = await cluster.client.list(Pod, { ...IN, labelSelector: 'app=web' });
  for (const { metadata } of items)
    await cluster.client.patch(Pod, metadata.name, 'default', 'merge', {
      metadata: { annotations: { 'metrics.orrery.io/http_requests': value ?? null } },
    });
}

const autoscale = ({ client }: LocalCluster, metric: autoscalingv2.MetricSpec) =>
  client.create(HorizontalPodAutoscaler, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h', namespace: 'default' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 10, metrics: [metric] },
  });

async function looked(cluster: LocalCluster) {
  await cluster.advance(16_000);
  const { status } = await cluster.client.get(HorizontalPodAutoscaler, 'h', 'default');
  const active = status?.conditions?.find(({ type }) => type === 'ScalingActive');
  return { replicas: status?.desiredReplicas, metrics: status?.currentMetrics, why: active?.message };
}

const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta2';
const EXTERNAL = '/apis/external.metrics.k8s.io/v1beta1';

const series = (name: string, queue: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels: { 'metrics.orrery.io/external': 'messages', queue } },
  data: { value },
});

describe('horizontal-pod-autoscaler, apiservice-availability: a metrics adapter', () => {
  it('answers with what the cluster’s objects carry, while one of its pods is ready', async () => {
    const cluster = await opened(2);
    await annotate(cluster, '1500m');
    const pods = `${CUSTOM}/namespaces/default/pods`;
    const [code, list] = await get(cluster, `${pods}/*/http_requests?labelSelector=app%3Dweb`);
    const names = (await cluster.client.list(Pod, { ...IN, labelSelector: 'app=web' })).items.map(({ metadata }) => metadata.name);
    const timestamp = expect.stringMatching(/^\d{4}-.*Z$/);
    expect([code, list]).toEqual([
      200,
      {
        kind: 'MetricValueList',
        apiVersion: 'custom.metrics.k8s.io/v1beta2',
        metadata: {},
        items: names.map((name) => ({
          describedObject: { kind: 'Pod', namespace: 'default', name, apiVersion: '/v1' },
          metric: { name: 'http_requests', selector: null },
          timestamp,
          value: '1500m',
        })),
      },
    ]);
    expect(await get(cluster, `${CUSTOM.replace('beta2', 'beta1')}/namespaces/default/pods/${names[0]}/http_requests`)).toMatchObject([
      200,
      { items: [{ metricName: 'http_requests', value: '1500m' }] },
    ]);
    await cluster.client.create(ConfigMap, series('a', 'orders', '30'));
    expect(await get(cluster, `${EXTERNAL}/namespaces/default/messages?labelSelector=queue%3Dorders`)).toEqual([
      200,
      {
        kind: 'ExternalMetricValueList',
        apiVersion: 'external.metrics.k8s.io/v1beta1',
        metadata: {},
        items: [{ metricName: 'messages', metricLabels: { queue: 'orders' }, timestamp, value: '30' }],
      },
    ]);
    expect(await get(cluster, CUSTOM)).toMatchObject([200, { resources: [{ name: 'pods/http_requests', kind: 'MetricValueList' }] }]);
    expect(await get(cluster, EXTERNAL)).toMatchObject([200, { resources: [{ name: 'messages', kind: 'ExternalMetricValueList' }] }]);
    const versions = ['v1beta2', 'v1beta1'].map((version) => ({ groupVersion: `custom.metrics.k8s.io/${version}`, version }));
    const [, groups] = await get(cluster, '/apis');
    expect((groups as { groups: object[] }).groups).toContainEqual({
      name: 'custom.metrics.k8s.io',
      versions,
      preferredVersion: versions[0],
    });
    expect((await get(cluster, '/openapi/v3'))[0]).toBe(200);
    await cluster.client.patch(Deployment, 'prometheus-adapter', 'kube-system', 'merge', { spec: { replicas: 0 } });
    await cluster.advance(30_000);
    expect(await get(cluster, `${pods}/*/http_requests`)).toEqual([503, 'service unavailable\n']);
  });

  it.each<[string, string, number, unknown]>([
    ['a metric that no pod has', 'pods/*/none', 404, 'the server could not find the metric none for pods'],
    ['one that an object does not have', 'services/s/hits', 404, 'the server could not find the metric hits for services s'],
    ['one of an unknown resource', 'things/*/hits', 404, 'the server could not find the metric hits for things'],
    ['one of the namespace', 'metrics/hits', 404, 'the server could not find the metric hits for namespaces default'],
    ['a selector that is none', 'pods/*/http_requests?labelSelector=%3D', 400, "found '=', expected: !, identifier, or 'end of string'"],
  ])('refuses %s', async (_what, path, code, message) => {
    const cluster = await opened(1);
    await annotate(cluster, '1');
    expect(await get(cluster, `${CUSTOM}/namespaces/default/${path}`)).toMatchObject([code, { kind: 'Status', message }]);
  });

  it('lets an autoscaler follow a metric of the pods', async () => {
    const cluster = await opened(2);
    const target = { type: 'AverageValue', averageValue: '1' };
    await autoscale(cluster, { type: 'Pods', pods: { metric: { name: 'http_requests' }, target } });
    await annotate(cluster, undefined);
    const none =
      'the HPA was unable to compute the replica count: unable to get metric http_requests: unable to fetch metrics from custom metrics API: the server could not find the metric http_requests for pods';
    expect((await looked(cluster)).why).toBe(none);
    await annotate(cluster, '1800m');
    expect(await looked(cluster)).toEqual({
      replicas: 4,
      metrics: [{ type: 'Pods', pods: { metric: { name: 'http_requests' }, current: { averageValue: '1800m' } } }],
      why: 'the HPA was able to successfully calculate a replica count from pods metric http_requests',
    });
    const { items } = await cluster.client.list(Event, IN);
    expect(items.filter(({ reason }) => reason === 'SuccessfulRescale').map(({ message }) => message)).toEqual([
      'New size: 4; reason: pods metric http_requests above target',
    ]);
  });

  it.each<[string, autoscalingv2.MetricTarget, number, object, string]>([
    ['value', { type: 'Value', value: '10' }, 4, { value: '20' }, 'Service metric hits'],
    ['share of each pod', { type: 'AverageValue', averageValue: '5' }, 4, { averageValue: '10' }, 'external metric hits(nil)'],
  ])('lets an autoscaler follow a metric of an object: its %s', async (_what, target, replicas, current, name) => {
    const cluster = await opened(2);
    const annotations = { 'metrics.orrery.io/hits': '20' };
    const ports = [{ port: 80 }];
    await cluster.client.create(Service, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 's', ...IN, annotations },
      spec: { ports },
    });
    const describedObject = { apiVersion: 'v1', kind: 'Service', name: 's' };
    await autoscale(cluster, { type: 'Object', object: { metric: { name: 'hits' }, describedObject, target } });
    expect(await looked(cluster)).toEqual({
      replicas,
      metrics: [{ type: 'Object', object: { metric: { name: 'hits' }, current, describedObject } }],
      why: `the HPA was able to successfully calculate a replica count from ${name}`,
    });
  });

  it('lets an autoscaler follow the sum of the series of an external metric', async () => {
    const cluster = await opened(1);
    await cluster.client.create(ConfigMap, series('a', 'orders', '30'));
    await cluster.client.create(ConfigMap, series('b', 'orders', '10'));
    await cluster.client.create(ConfigMap, series('c', 'letters', '1000'));
    const metric = { name: 'messages', selector: { matchLabels: { queue: 'orders' } } };
    await autoscale(cluster, { type: 'External', external: { metric, target: { type: 'AverageValue', averageValue: '10' } } });
    expect(await looked(cluster)).toEqual({
      replicas: 4,
      metrics: [{ type: 'External', external: { metric, current: { averageValue: '40' } } }],
      why: 'the HPA was able to successfully calculate a replica count from external metric messages(&LabelSelector{MatchLabels:map[string]string{queue: orders,},MatchExpressions:[]LabelSelectorRequirement{},})',
    });
    await cluster.client.patch(ConfigMap, 'a', 'default', 'merge', { metadata: { labels: { queue: 'letters' } } });
    await cluster.client.delete(ConfigMap, 'b', 'default');
    expect((await looked(cluster)).why).toBe(
      'the HPA was unable to compute the replica count: unable to get external metric default/messages/&LabelSelector{MatchLabels:map[string]string{queue: orders,},MatchExpressions:[]LabelSelectorRequirement{},}: no metrics returned from external metrics API',
    );
  });
});
