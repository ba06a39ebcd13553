import type { autoscalingv1, autoscalingv2 } from '#api';
import type { Conversion } from '#apiserver';
import { behaviorFromText, behaviorText } from './conversion-behavior.js';
import { metricFromV1, metricStatusFromV1, metricStatusToV1, metricToV1 } from './conversion-metrics.js';

/** Fields that autoscaling/v1 does not have are stored in these annotations (pkg/apis/autoscaling/annotations.go). */
const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;
const CARRIERS = new Set([METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR, `${PREFIX}scale-down-tolerance`, `${PREFIX}scale-up-tolerance`]);
const DEFAULT_CPU_UTILIZATION = 80;

type V1 = autoscalingv1.HorizontalPodAutoscaler;
type V2 = autoscalingv2.HorizontalPodAutoscaler;

const cpuMetric = (averageUtilization: number): autoscalingv2.MetricSpec => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

const isCpuUtilization = ({ type, resource }: autoscalingv2.MetricSpec): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target?.averageUtilization !== undefined;

/** The metadata without these annotations, and with others added. */
function withCarriers<T extends { annotations?: Record<string, string> }>(metadata: T, carried: Record<string, string>): T {
  const { annotations, ...rest } = metadata;
  const kept = Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !CARRIERS.has(key)));
  const all = { ...kept, ...carried };
  return (Object.keys(all).length > 0 ? { ...rest, annotations: all } : rest) as T;
}

/** An annotation's JSON list; empty if it is missing or invalid, which upstream ignores silently. */
function carriedList<T>(text: string | undefined): T[] | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as T[]) : undefined;
  } catch {
    return undefined;
  }
}

function metricsToStorage(
  spec: Partial<autoscalingv1.HorizontalPodAutoscalerSpec>,
  carried: string | undefined,
): autoscalingv2.MetricSpec[] {
  const utilization = spec.targetCPUUtilizationPercentage;
  const metrics = [
    ...(carriedList<Record<string, unknown>>(carried) ?? []).map(metricFromV1),
    ...(utilization === undefined ? [] : [cpuMetric(utilization)]),
  ];
  return metrics.length > 0 ? metrics : [cpuMetric(DEFAULT_CPU_UTILIZATION)];
}

function statusToStorage(
  status: autoscalingv1.HorizontalPodAutoscalerStatus,
  annotations: Record<string, string>,
): autoscalingv2.HorizontalPodAutoscalerStatus {
  const { currentCPUUtilizationPercentage: cpu, ...rest } = status;
  const carried = carriedList<Record<string, unknown>>(annotations[CURRENT_METRICS])?.map(metricStatusFromV1);
  const own: autoscalingv2.MetricStatus[] | undefined =
    cpu === undefined ? undefined : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: cpu } } }];
  const currentMetrics = carried ?? own;
  const conditions = carriedList<autoscalingv2.HorizontalPodAutoscalerCondition>(annotations[CONDITIONS]);
  return { ...rest, ...(currentMetrics ? { currentMetrics } : {}), ...(conditions ? { conditions } : {}) };
}

/** autoscaling/v1 → autoscaling/v2 (Convert_v1_HorizontalPodAutoscaler_To_autoscaling_…). */
export function autoscalerToV2(object: V1): V2 {
  const annotations = object.metadata.annotations ?? {};
  const { targetCPUUtilizationPercentage: _, ...spec } = object.spec ?? ({} as autoscalingv1.HorizontalPodAutoscalerSpec);
  const behavior = behaviorFromText(annotations[BEHAVIOR]);
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: withCarriers(object.metadata, {}),
    spec: { ...spec, metrics: metricsToStorage(object.spec ?? {}, annotations[METRICS]), ...(behavior ? { behavior } : {}) },
    ...(object.status ? { status: statusToStorage(object.status, annotations) } : {}),
  } as V2;
}

/** autoscaling/v2 → autoscaling/v1 (Convert_autoscaling_HorizontalPodAutoscaler_To_v1_…). */
export function autoscalerToV1(object: V2): V1 {
  const { metrics = [], behavior, ...spec } = object.spec;
  const { currentMetrics, conditions, ...status } = object.status ?? { desiredReplicas: 0 };
  const others = metrics.filter((metric) => !isCpuUtilization(metric));
  const utilization = metrics.find(isCpuUtilization)?.resource?.target.averageUtilization;
  const cpu = (currentMetrics ?? []).findLast(
    ({ type, resource }) => type === 'Resource' && resource?.name === 'cpu' && resource.current.averageUtilization !== undefined,
  );
  const carried: Record<string, string> = {};
  if (others.length > 0) carried[METRICS] = JSON.stringify(others.map(metricToV1));
  if (currentMetrics?.length) carried[CURRENT_METRICS] = JSON.stringify(currentMetrics.map(metricStatusToV1));
  if (behavior) carried[BEHAVIOR] = behaviorText(behavior);
  if (conditions?.length) carried[CONDITIONS] = JSON.stringify(conditions);
  const currentCPUUtilizationPercentage = cpu?.resource?.current.averageUtilization;
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: withCarriers(object.metadata, carried),
    spec: { ...spec, ...(utilization === undefined ? {} : { targetCPUUtilizationPercentage: utilization }) },
    status: {
      ...status,
      currentReplicas: status.currentReplicas ?? 0,
      ...(currentCPUUtilizationPercentage === undefined ? {} : { currentCPUUtilizationPercentage }),
    },
  } as V1;
}

/** HorizontalPodAutoscalers are stored as autoscaling/v2. */
export const autoscalerConversion: Conversion = {
  group: 'autoscaling',
  version: 'v1',
  resource: 'horizontalpodautoscalers',
  toStorage: (object) => autoscalerToV2(object as V1),
  fromStorage: (object) => autoscalerToV1(object as V2),
};
