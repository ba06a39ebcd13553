import { describe, expect, it } from '@jest/globals';
import { type autoscalingv2, Deployment, Event, HorizontalPodAutoscaler } from '#api';
import { openStory, type StoryCluster } from './story.js';

const IN = { namespace: 'default' };

const cpu = (averageUtilization: number): autoscalingv2.MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

async function deploy({ client }: StoryCluster, replicas: number): Promise<void> {
  await client.create(Deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } } as never,
        spec: { containers: [{ name: 'c', image: 'nginx:1.27', resources: { requests: { cpu: '100m' } } }] },
      },
    },
  });
}

function scale({ client }: StoryCluster, spec: Partial<autoscalingv2.HorizontalPodAutoscalerSpec> = {}, name = 'h'): Promise<unknown> {
  return client.create(HorizontalPodAutoscaler, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'default' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 5, metrics: [cpu(50)], ...spec },
  });
}

async function status({ client }: StoryCluster, name = 'h'): Promise<Record<string, unknown>> {
  const { conditions = [], ...rest } = (await client.get(HorizontalPodAutoscaler, name, 'default')).status ?? { desiredReplicas: 0 };
  return { ...rest, conditions: conditions.map(({ type, status: state, reason, message }) => `${type}=${state} ${reason}: ${message}`) };
}

async function told({ client }: StoryCluster): Promise<string[]> {
  const { items } = await client.list(Event, IN);
  const own = items.filter(({ involvedObject }) => involvedObject.kind === 'HorizontalPodAutoscaler');
  return own.map(({ type, reason, message }) => `${type} ${reason} ${message}`).sort();
}

const replicas = async ({ client }: StoryCluster): Promise<number | undefined> =>
  (await client.get(Deployment, 'web', 'default')).spec.replicas;

describe('horizontal-pod-autoscaler: a HorizontalPodAutoscaler', () => {
  it('says what is missing where no metrics are served', async () => {
    const cluster = await openStory();
    await deploy(cluster, 1);
    await scale(cluster);
    await cluster.advance(14_000);
    expect(await status(cluster)).toEqual({ desiredReplicas: 0, currentMetrics: null, conditions: [] });
    await cluster.advance(2_000);
    const why = [
      'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API:',
      'the server could not find the requested resource (get pods.metrics.k8s.io)',
    ].join(' ');
    expect(await status(cluster)).toEqual({
      currentReplicas: 1,
      desiredReplicas: 0,
      currentMetrics: [{ type: '' }],
      conditions: [
        "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
        `ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${why}`,
      ],
    });
    expect(await told(cluster)).toEqual([
      `Warning FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${why}`,
      `Warning FailedGetResourceMetric ${why}`,
    ]);
  });

  it('says that its target does not exist', async () => {
    const cluster = await openStory();
    await scale(cluster);
    await cluster.advance(16_000);
    expect([await status(cluster), await told(cluster)]).toEqual([
      {
        desiredReplicas: 0,
        currentMetrics: null,
        conditions: [
          'AbleToScale=False FailedGetScale: the HPA controller was unable to get the target\'s current scale: deployments.apps "web" not found',
        ],
      },
      ['Warning FailedGetScale deployments.apps "web" not found'],
    ]);
  });

  it('brings the number of replicas within its bounds, whatever the metrics', async () => {
    const cluster = await openStory();
    await deploy(cluster, 7);
    await scale(cluster, { minReplicas: 2, maxReplicas: 5 });
    await cluster.advance(16_000);
    expect([await replicas(cluster), (await status(cluster)).desiredReplicas]).toEqual([5, 5]);
    await cluster.client.patch(Deployment, 'web', 'default', 'merge', { spec: { replicas: 1 } });
    await cluster.advance(15_000);
    expect(await replicas(cluster)).toBe(2);
    const rescaled = (await told(cluster)).filter((text) => text.startsWith('Normal'));
    expect(rescaled).toEqual([
      'Normal SuccessfulRescale New size: 2; reason: Current number of replicas below Spec.MinReplicas',
      'Normal SuccessfulRescale New size: 5; reason: Current number of replicas above Spec.MaxReplicas',
    ]);
  });

  it('leaves a target alone that was scaled to zero by hand', async () => {
    const cluster = await openStory();
    await deploy(cluster, 0);
    await scale(cluster);
    await cluster.advance(16_000);
    expect((await status(cluster)).conditions).toContain(
      'ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero',
    );
    expect(await replicas(cluster)).toBe(0);
    // What does not change is not written.
    const { resourceVersion } = (await cluster.client.get(HorizontalPodAutoscaler, 'h', 'default')).metadata;
    await cluster.advance(120_000);
    expect((await cluster.client.get(HorizontalPodAutoscaler, 'h', 'default')).metadata.resourceVersion).toBe(resourceVersion);
  });

  it('refuses pods that another one scales', async () => {
    const cluster = await openStory();
    await deploy(cluster, 1);
    await scale(cluster);
    await scale(cluster, {}, 'other');
    await cluster.advance(31_000);
    expect((await status(cluster)).conditions).toContain(
      'ScalingActive=False AmbiguousSelector: pods by selector app=web are controlled by multiple HPAs: [{h default} {other default}]',
    );
  });

  it.each<[string, autoscalingv2.MetricSpec, string]>([
    [
      'Pods',
      { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '1' } } },
      'FailedGetPodsMetric: the HPA was unable to compute the replica count: unable to get metric hits: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
    ],
    [
      'Object',
      {
        type: 'Object',
        object: { metric: { name: 'hits' }, describedObject: { kind: 'Service', name: 's' }, target: { type: 'Value', value: '1' } },
      },
      'FailedGetObjectMetric: the HPA was unable to compute the replica count: unable to get metric hits: Service on default s/unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
    ],
    [
      'External',
      { type: 'External', external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '1' } } },
      'FailedGetExternalMetric: the HPA was unable to compute the replica count: unable to get external metric default/queue/nil: unable to fetch metrics from external metrics API: the server could not find the requested resource (get queue.external.metrics.k8s.io)',
    ],
  ])('says that no adapter serves metrics of type %s', async (_, metric, reason) => {
    const cluster = await openStory();
    await deploy(cluster, 1);
    await scale(cluster, { metrics: [metric] });
    await cluster.advance(16_000);
    expect((await status(cluster)).conditions).toContain(`ScalingActive=False ${reason}`);
  });
});
