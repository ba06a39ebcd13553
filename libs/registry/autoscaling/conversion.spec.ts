import type { autoscalingv2 } from '#api';
import { autoscalerToV1, autoscalerToV2 } from './conversion.js';

const metadata = { name: 'a', namespace: 'n', annotations: { kept: 'yes' } };
const scaleTargetRef = { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' };
const cpu = (averageUtilization: number): autoscalingv2.MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const v2 = (spec: Partial<autoscalingv2.HorizontalPodAutoscalerSpec>, status?: autoscalingv2.HorizontalPodAutoscalerStatus) => ({
  kind: 'HorizontalPodAutoscaler',
  apiVersion: 'autoscaling/v2',
  metadata,
  spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 3, ...spec },
  ...(status ? { status } : {}),
});

const everyMetric: autoscalingv2.MetricSpec[] = [
  { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
  { type: 'External', external: { metric: { name: 'q', selector: { matchLabels: { a: 'b' } } }, target: { type: 'Value', value: '10' } } },
  { type: 'External', external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '10' } } },
  { type: 'Pods', pods: { metric: { name: 'p' }, target: { type: 'AverageValue', averageValue: '5' } } },
  { type: 'Object', object: { describedObject: scaleTargetRef, metric: { name: 'o' }, target: { type: 'Value', value: '2' } } },
  {
    type: 'Object',
    object: { describedObject: scaleTargetRef, metric: { name: 'o' }, target: { type: 'AverageValue', averageValue: '2' } },
  },
  { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 7 } } },
  cpu(50),
];

describe('autoscaling/v2 to v1 and back', () => {
  it('has a field for the cpu', () => {
    expect(autoscalerToV1(v2({ metrics: [cpu(50)] }, { currentReplicas: 2, desiredReplicas: 3 }))).toEqual({
      kind: 'HorizontalPodAutoscaler',
      apiVersion: 'autoscaling/v1',
      metadata,
      spec: { scaleTargetRef, minReplicas: 1, maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
      status: { currentReplicas: 2, desiredReplicas: 3 },
    });
  });

  it('stores the rest in annotations, as a real server writes them', () => {
    const behavior = {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 4, periodSeconds: 15 },
          { type: 'Percent', value: 100, periodSeconds: 15 },
        ],
      },
      scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] },
    };
    const [memory, , , , , , ,] = everyMetric;
    const external: autoscalingv2.MetricSpec = {
      type: 'External',
      external: { metric: { name: 'q' }, target: { type: 'Value', value: '10' } },
    };
    expect(autoscalerToV1(v2({ metrics: [memory as autoscalingv2.MetricSpec, external], behavior })).metadata.annotations).toEqual({
      kept: 'yes',
      'autoscaling.alpha.kubernetes.io/behavior':
        '{"ScaleUp":{"StabilizationWindowSeconds":0,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":4,"PeriodSeconds":15},{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null},"ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":60}],"Tolerance":null}}',
      'autoscaling.alpha.kubernetes.io/metrics':
        '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"1Gi"}},{"type":"External","external":{"metricName":"q","targetValue":"10"}}]',
    });
  });

  it('loses nothing in a round trip', () => {
    const status: autoscalingv2.HorizontalPodAutoscalerStatus = {
      currentReplicas: 1,
      desiredReplicas: 2,
      currentMetrics: [
        { type: 'Pods', pods: { metric: { name: 'p' }, current: { averageValue: '5' } } },
        { type: 'Resource', resource: { name: 'cpu', current: { averageValue: '0', averageUtilization: 40 } } },
      ],
      conditions: [{ type: 'AbleToScale', status: 'True' }],
    };
    const object = v2({ metrics: everyMetric, behavior: { scaleDown: { selectPolicy: 'Disabled' } } }, status);
    const before = structuredClone(object);
    expect(autoscalerToV2(autoscalerToV1(object))).toEqual(before);
    expect(object).toEqual(before);
  });

  it('ignores invalid annotations, and defaults to 80 %', () => {
    const annotations = {
      kept: 'yes',
      'autoscaling.alpha.kubernetes.io/metrics': '{',
      'autoscaling.alpha.kubernetes.io/behavior': 'null',
      'autoscaling.alpha.kubernetes.io/conditions': '"x"',
    };
    const v1 = { ...autoscalerToV1(v2({})), metadata: { ...metadata, annotations } };
    expect(autoscalerToV2(v1)).toMatchObject(v2({ metrics: [cpu(80)] }));
  });
});
