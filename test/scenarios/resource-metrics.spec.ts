import { describe, expect, it } from '@jest/globals';
import { APIService, type corev1, Deployment, Event, HorizontalPodAutoscaler, Pod, type Resource, Service } from '#api';
import type { KubeObject } from '#apimachinery';
import type { LocalCluster } from '#cluster';
import { PodMetricsResource } from '#component-helpers';
import { LocalGraph } from '../graph.js';
import { logOf } from './pod-stories.js';
import { openCluster } from './story.js';

interface Shape {
  namespace?: string;
  replicas?: number;
  annotations?: Record<string, string>;
}

function deploy(
  { client }: LocalCluster,
  name: string,
  container: Partial<corev1.Container>,
  { namespace = 'default', replicas = 1, annotations }: Shape = {},
) {
  const labels = { app: name };
  return client.create(Deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels, ...(annotations ? { annotations } : {}) } as never,
        spec: { containers: [{ name: 'c', resources: {}, ...container }] },
      },
    },
  });
}

function serve({ client }: LocalCluster, name: string, port: number, namespace = 'default'): Promise<unknown> {
  const spec = { selector: { app: name }, ports: [{ name: 'https', port, targetPort: port === 443 ? 10250 : port }] };
  return client.create(Service, { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec });
}

/** Much as the manifest of metrics-server has it. */
async function installMetricsServer(cluster: LocalCluster, flags = ['--kubelet-insecure-tls']): Promise<void> {
  const probe = { httpGet: { path: '/readyz', port: 10250, scheme: 'HTTPS' }, periodSeconds: 10 };
  const container = {
    image: 'registry.k8s.io/metrics-server/metrics-server:v0.8.0',
    args: ['--secure-port=10250', ...flags],
    readinessProbe: probe,
  };
  await deploy(cluster, 'metrics-server', container, { namespace: 'kube-system' });
  await serve(cluster, 'metrics-server', 443, 'kube-system');
  await cluster.client.create(APIService, {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      service: { name: 'metrics-server', namespace: 'kube-system', port: 443 },
      groupPriorityMinimum: 100,
      versionPriority: 100,
      insecureSkipTLSVerify: true,
    },
  });
  await cluster.advance(60_000);
}

const NodeMetricsResource: Resource<KubeObject & { usage: Record<string, string> }> = {
  ...PodMetricsResource,
  resource: 'nodes',
  kind: 'NodeMetrics',
  namespaced: false,
} as never;

describe('metrics-server', () => {
  it('the graph tells what nodes and pods use, and what they request', async () => {
    const cluster = await openCluster();
    const graph = new LocalGraph(cluster);
    // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole
    const data = async (query: string): Promise<any> => {
      const { data: found, errors } = await graph.run(query);
      expect(errors).toBeUndefined();
      return JSON.parse(JSON.stringify(found));
    };
    const requests = { requests: { cpu: '250m', memory: '64Mi' }, limits: { memory: '128Mi' } };
    await deploy(
      cluster,
      'web',
      { image: 'nginx:1.27', resources: requests },
      { replicas: 2, annotations: { 'usage.orrery.io/cpu': '150m' } },
    );
    await cluster.advance(30_000);
    const amounts = 'requests { cpu(unit: MILLI) } limits { memory(unit: MEBI) }';
    const asked = `nodes { items { pods { ${amounts} } usage { pods requested { cpu(unit: MILLI) } limits { memory(unit: MEBI) }
      allocatable { cpu(unit: MILLI) } free { cpu(unit: MILLI) } used { cpu(unit: MILLI) } } } }`;
    interface Asked {
      pods: Array<{ requests: { cpu: number | null }; limits: { memory: number | null } }>;
      usage: Record<'requested' | 'limits' | 'allocatable' | 'free' | 'used', { cpu: number; memory: number } | null>;
    }
    const { nodes } = await data(`{ ${asked} }`);
    for (const { usage, pods } of nodes.items as Asked[]) {
      const requested = pods.reduce((sum, one) => sum + (one.requests.cpu ?? 0), 0);
      const limited = pods.reduce((sum, one) => sum + (one.limits.memory ?? 0), 0);
      expect(usage).toMatchObject({ pods: pods.length, used: null });
      expect([usage.requested?.cpu ?? 0, usage.limits?.memory ?? 0]).toEqual([requested, limited]);
      expect(usage.free?.cpu).toBe((usage.allocatable?.cpu ?? 0) - requested);
    }
    await installMetricsServer(cluster);
    const measured = await data(`{ ${asked} pods(namespace: "default") { items { used { cpu memory } } } revision: cluster { revision } }`);
    for (const { usage } of measured.nodes.items as Asked[]) expect(usage.used?.cpu).toBeGreaterThan(0);
    expect(measured.pods.items).toEqual(Array(2).fill({ used: { cpu: '150m', memory: expect.stringMatching(/Ki$/) } }));
    const past = await data(`{ pods(namespace: "default", at: ${measured.revision.revision}, limit: 1) { items { used { cpu } } } }`);
    expect(past.pods.items).toEqual([{ used: null }]);
  });

  it('says what pods and nodes use, while it is ready', async () => {
    const cluster = await openCluster();
    const list = () => cluster.client.list(PodMetricsResource, { namespace: 'default' });
    await expect(list()).rejects.toMatchObject({ status: { code: 404 } });
    await deploy(cluster, 'web', { image: 'nginx:1.27' }, { replicas: 2, annotations: { 'usage.orrery.io/cpu': '150m' } });
    await installMetricsServer(cluster);
    const available = await cluster.client.get(APIService, 'v1beta1.metrics.k8s.io');
    expect(available.status?.conditions?.map(({ status, reason, message }) => [status, reason, message])).toEqual([
      ['True', 'Passed', 'all checks passed'],
    ]);
    expect((await list()).items.map(({ containers }) => containers.map(({ name, usage }) => [name, usage.cpu]))).toEqual([
      [['c', '150m']],
      [['c', '150m']],
    ]);
    const nodes = (await cluster.client.list(NodeMetricsResource)).items;
    expect(nodes).toHaveLength(3);
    const groups = (await cluster.client.resources())
      .filter(({ group }) => group === 'metrics.k8s.io')
      .map(({ resource, verbs }) => [resource, verbs]);
    expect(groups).toEqual([
      ['nodes', ['get', 'list']],
      ['pods', ['get', 'list']],
    ]);
    await cluster.client.patch(Deployment, 'metrics-server', 'kube-system', 'merge', { spec: { replicas: 0 } });
    await cluster.advance(60_000);
    await expect(list()).rejects.toMatchObject({ status: { code: 404 } });
  });

  it('is not ready while it does not trust the certificates of kubelets', async () => {
    const cluster = await openCluster();
    await installMetricsServer(cluster, []);
    const [pod] = (await cluster.client.list(Pod, { namespace: 'kube-system', labelSelector: 'app=metrics-server' })).items;
    const { name = '' } = pod?.metadata ?? {};
    const events = (await cluster.client.list(Event, { namespace: 'kube-system' })).items.filter(
      ({ involvedObject }) => involvedObject.name === name,
    );
    expect([pod?.status?.containerStatuses?.[0]?.ready, events.find(({ reason }) => reason === 'Unhealthy')?.message]).toEqual([
      false,
      'Readiness probe failed: HTTP probe failed with statuscode: 500',
    ]);
    const [scrape] = await logOf(cluster, name, '', 'kube-system');
    expect(scrape).toMatch(
      new RegExp(
        `^E\\d{4} [\\d:.]{15} +1 scraper.go:149\\] "Failed to scrape node" err="Get .*https://${pod?.status?.hostIP}:10250/.* doesn't contain any IP SANs" node="${pod?.spec.nodeName}"$`,
      ),
    );
    const available = await cluster.client.get(APIService, 'v1beta1.metrics.k8s.io');
    expect(available.status?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'MissingEndpoints' });
    const patch = [{ op: 'add', path: '/spec/template/spec/containers/0/args/-', value: '--kubelet-insecure-tls' }];
    await cluster.client.patch(Deployment, 'metrics-server', 'kube-system', 'json', patch);
    await cluster.advance(60_000);
    expect((await cluster.client.list(NodeMetricsResource)).items).toHaveLength(3);
  });

  it('lets an autoscaler follow the load, up at once and down after five minutes', async () => {
    const cluster = await openCluster();
    await installMetricsServer(cluster);
    await deploy(cluster, 'php-apache', {
      image: 'registry.k8s.io/hpa-example',
      resources: { requests: { cpu: '200m' }, limits: { cpu: '500m' } },
    });
    await serve(cluster, 'php-apache', 80);
    await cluster.client.create(HorizontalPodAutoscaler, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'php-apache', namespace: 'default' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'php-apache' },
        minReplicas: 1,
        maxReplicas: 10,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
      },
    });
    const replicas = async (): Promise<number | undefined> => (await cluster.client.get(Deployment, 'php-apache', 'default')).spec.replicas;
    await cluster.advance(120_000);
    const { status } = await cluster.client.get(HorizontalPodAutoscaler, 'php-apache', 'default');
    expect([await replicas(), status?.currentMetrics?.[0]?.resource?.current.averageUtilization]).toEqual([1, 1]);
    expect(status?.conditions?.map(({ type, status: state, reason }) => `${type}=${state} ${reason}`)).toEqual([
      'AbleToScale=True ReadyForNewScale',
      'ScalingActive=True ValidMetricFound',
      'ScalingLimited=False DesiredWithinRange',
    ]);
    await cluster.client.create(Pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'load', namespace: 'default' },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'busybox:1.28',
            resources: {},
            command: ['sh', '-c', 'while sleep 0.01; do wget -q -O- http://php-apache; done'],
          },
        ],
      },
    });
    await cluster.advance(180_000);
    expect(await replicas()).toBe(6);
    await cluster.client.delete(Pod, 'load', 'default', { gracePeriodSeconds: 0 });
    await cluster.advance(240_000);
    expect(await replicas()).toBe(6);
    await cluster.advance(180_000);
    expect(await replicas()).toBe(1);
  });
});
