import type { autoscalingv2 } from '#api';
import { getOwn, setOwn } from '#apimachinery';

/**
 * A metric in the form of autoscaling/v1's annotation: flat, with fields named by their use (api/autoscaling/v1 MetricSpec, MetricStatus).
 */
type Flat = Record<string, unknown>;

const ZERO = '0';

/** Drops undefined members, like omitempty. */
const defined = (object: Flat): Flat => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

const sourceOut: Readonly<Record<string, (source: never) => Flat>> = {
  object: ({ describedObject, metric, target }: autoscalingv2.ObjectMetricSource) => ({
    target: describedObject,
    metricName: metric.name,
    targetValue: target.value ?? ZERO,
    selector: metric.selector,
    averageValue: target.averageValue,
  }),
  pods: ({ metric, target }: autoscalingv2.PodsMetricSource) => ({
    metricName: metric.name,
    targetAverageValue: target.averageValue ?? ZERO,
    selector: metric.selector,
  }),
  resource: ({ name, target }: autoscalingv2.ResourceMetricSource) => ({
    name,
    targetAverageUtilization: target.averageUtilization,
    targetAverageValue: target.averageValue,
  }),
  containerResource: ({ name, container, target }: autoscalingv2.ContainerResourceMetricSource) => ({
    name,
    targetAverageUtilization: target.averageUtilization,
    targetAverageValue: target.averageValue,
    container,
  }),
  external: ({ metric, target }: autoscalingv2.ExternalMetricSource) => ({
    metricName: metric.name,
    metricSelector: metric.selector,
    targetValue: target.value,
    targetAverageValue: target.averageValue,
  }),
};

const statusOut: Readonly<Record<string, (status: never) => Flat>> = {
  object: ({ describedObject, metric, current }: autoscalingv2.ObjectMetricStatus) => ({
    target: describedObject,
    metricName: metric.name,
    currentValue: current.value ?? ZERO,
    selector: metric.selector,
    averageValue: current.averageValue,
  }),
  pods: ({ metric, current }: autoscalingv2.PodsMetricStatus) => ({
    metricName: metric.name,
    currentAverageValue: current.averageValue ?? ZERO,
    selector: metric.selector,
  }),
  resource: ({ name, current }: autoscalingv2.ResourceMetricStatus) => ({
    name,
    currentAverageUtilization: current.averageUtilization,
    currentAverageValue: current.averageValue ?? ZERO,
  }),
  containerResource: ({ name, container, current }: autoscalingv2.ContainerResourceMetricStatus) => ({
    name,
    currentAverageUtilization: current.averageUtilization,
    currentAverageValue: current.averageValue ?? ZERO,
    container,
  }),
  external: ({ metric, current }: autoscalingv2.ExternalMetricStatus) => ({
    metricName: metric.name,
    metricSelector: metric.selector,
    currentValue: current.value ?? ZERO,
    currentAverageValue: current.averageValue,
  }),
};

const metricOf = (name: unknown, selector: unknown): Flat => defined({ name: name ?? '', selector });

const sourceIn: Readonly<Record<string, (flat: Flat) => Flat>> = {
  object: ({ target, metricName, targetValue, selector, averageValue }) => ({
    describedObject: target,
    metric: metricOf(metricName, selector),
    target:
      averageValue === undefined
        ? { type: 'Value', value: targetValue ?? ZERO }
        : defined({ type: 'AverageValue', value: targetValue === ZERO ? undefined : targetValue, averageValue }),
  }),
  pods: ({ metricName, targetAverageValue, selector }) => ({
    metric: metricOf(metricName, selector),
    target: { type: 'AverageValue', averageValue: targetAverageValue ?? ZERO },
  }),
  resource: ({ name, targetAverageUtilization, targetAverageValue }) => ({
    name,
    target: resourceTarget(targetAverageUtilization, targetAverageValue),
  }),
  containerResource: ({ name, container, targetAverageUtilization, targetAverageValue }) => ({
    name,
    container,
    target: resourceTarget(targetAverageUtilization, targetAverageValue),
  }),
  external: ({ metricName, metricSelector, targetValue, targetAverageValue }) => ({
    metric: metricOf(metricName, metricSelector),
    target: defined({ type: targetValue === undefined ? 'AverageValue' : 'Value', value: targetValue, averageValue: targetAverageValue }),
  }),
};

const resourceTarget = (averageUtilization: unknown, averageValue: unknown): Flat =>
  defined({ type: averageUtilization === undefined ? 'AverageValue' : 'Utilization', averageValue, averageUtilization });

const statusIn: Readonly<Record<string, (flat: Flat) => Flat>> = {
  object: ({ target, metricName, currentValue, selector, averageValue }) => ({
    describedObject: target,
    metric: metricOf(metricName, selector),
    current: defined({ value: currentValue ?? ZERO, averageValue }),
  }),
  pods: ({ metricName, currentAverageValue, selector }) => ({
    metric: metricOf(metricName, selector),
    current: { averageValue: currentAverageValue ?? ZERO },
  }),
  resource: ({ name, currentAverageUtilization, currentAverageValue }) => ({
    name,
    current: defined({ averageValue: currentAverageValue ?? ZERO, averageUtilization: currentAverageUtilization }),
  }),
  containerResource: ({ name, container, currentAverageUtilization, currentAverageValue }) => ({
    name,
    container,
    current: defined({ averageValue: currentAverageValue ?? ZERO, averageUtilization: currentAverageUtilization }),
  }),
  external: ({ metricName, metricSelector, currentValue, currentAverageValue }) => ({
    metric: metricOf(metricName, metricSelector),
    current: defined({ value: currentValue ?? ZERO, averageValue: currentAverageValue }),
  }),
};

/** Converts each source of a metric; the type is unchanged. */
function convert(metric: object, by: Readonly<Record<string, (part: never) => Flat>>): Flat {
  const result: Flat = {};
  for (const [key, value] of Object.entries(metric)) {
    const conversion = getOwn(by, key);
    if (!conversion) setOwn(result, key, value);
    else if (value !== null && value !== undefined) result[key] = defined(conversion(value as never));
  }
  return result;
}

/** Converts a metric to the annotation's form. */
export const metricToV1 = (metric: autoscalingv2.MetricSpec): Flat => convert(metric, sourceOut);

/** Converts a metric's current value to the annotation's form. */
export const metricStatusToV1 = (status: autoscalingv2.MetricStatus): Flat => convert(status, statusOut);

/** Converts a metric from the annotation's form. */
export const metricFromV1 = (flat: Flat): autoscalingv2.MetricSpec => convert(flat, sourceIn) as unknown as autoscalingv2.MetricSpec;

/** Converts a metric's current value from the annotation's form. */
export const metricStatusFromV1 = (flat: Flat): autoscalingv2.MetricStatus =>
  convert(flat, statusIn) as unknown as autoscalingv2.MetricStatus;
