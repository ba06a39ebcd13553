import { APIService, type autoscalingv2, type Resource } from '#api';
import { type KubeObject, labelSelectorAsSelector, parseQuantity, parseTime, Quantity, StatusError } from '#apimachinery';
import { ADAPTER_SERVICES, conditionOf, isPodReady } from '#component-helpers';
import { isFenced, type ReconcileContext } from '#controller-runtime';
import { resourceOf } from '../kinds.js';
import { selectorText } from '../selector-text.js';
import { type Computed, failed, failedAs, type MetricInput, selectedPods, type Uncomputed } from './metric-input.js';
import { replicasForAverage, replicasForObject, replicasForObjectPerPod, type Sample, tolerancesOf } from './replicas.js';

type MetricSpec = autoscalingv2.MetricSpec;
type Needed<K extends 'pods' | 'object' | 'external'> = NonNullable<MetricSpec[K]>;

const DECIMAL = 'DecimalSI';
/** What is assumed where an adapter does not say it (metricServerDefaultMetricWindow). */
const WINDOW = 60_000;

/** A value in thousandths, or why there is none. */
type Fetched<T> = T | string;

const isAvailable = (name: string, { informers }: ReconcileContext): boolean =>
  conditionOf(informers.of(APIService).get(name)?.status?.conditions, 'Available')?.status === 'True';

/** Why no adapter answers; undefined if one does. */
function adapterTrouble(kind: keyof typeof ADAPTER_SERVICES, path: string, ctx: ReconcileContext): string | undefined {
  const names: readonly string[] = ADAPTER_SERVICES[kind];
  if (names.some((name) => isAvailable(name, ctx))) return undefined;
  if (names.some((name) => ctx.informers.of(APIService).get(name) !== undefined))
    return `the server is currently unable to handle the request (get ${path})`;
  return kind === 'custom'
    ? 'no custom metrics API (custom.metrics.k8s.io) registered'
    : `the server could not find the requested resource (get ${path})`;
}

/** The replicas that a metric of an adapter asks for; undefined for metrics that are of the resource metrics API. */
export async function computeAdapterMetric(
  { type, pods, object, external }: MetricSpec,
  input: MetricInput,
  ctx: ReconcileContext,
): Promise<Computed | Uncomputed | undefined> {
  if (type === 'Pods' && pods !== undefined) return computePods(pods, input, ctx);
  if (type === 'Object' && object !== undefined) return computeObject(object, input, ctx);
  return type === 'External' && external !== undefined ? computeExternal(external, input, ctx) : undefined;
}

/** The name and selector of a metric, as the status shows them. */
const identified = ({ name, selector }: autoscalingv2.MetricIdentifier): autoscalingv2.MetricIdentifier => ({
  name,
  ...(selector && { selector }),
});

interface MetricValueList extends KubeObject {
  items: Array<{ describedObject: { name: string }; timestamp: string; value: string }>;
}

interface ExternalMetricValueList extends KubeObject {
  items: Array<{ value: string }>;
}

/** Asks an adapter; returns its error message if it has no answer. */
async function ask<T extends KubeObject>(read: Promise<T>): Promise<Fetched<T>> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof StatusError && !isFenced(error)) return error.message;
    throw error;
  }
}

const GROUP = { group: 'custom.metrics.k8s.io', namespaced: true, kind: 'MetricValueList' } as const;

interface CustomRequest {
  resource: string;
  /** Of the object; *: of all that are selected. */
  name: string;
  labelSelector?: string;
  metric: autoscalingv2.MetricIdentifier;
  namespace: string | undefined;
}

/** The values of a metric of objects, in the adapter's best version. */
function askCustom(
  { resource, name, labelSelector, metric, namespace }: CustomRequest,
  ctx: ReconcileContext,
): Promise<Fetched<MetricValueList>> {
  const version = ADAPTER_SERVICES.custom.find((service) => isAvailable(service, ctx))?.split('.')[0] ?? '';
  const metricLabelSelector = labelSelectorAsSelector(metric.selector ?? {}).toString();
  const selectors = { ...(labelSelector !== undefined && { labelSelector }), metricLabelSelector };
  // The namespace's own metrics are below it: namespaces/NAME/metrics/METRIC.
  const [kind, path, subresource] = resource === 'namespaces' ? ['metrics', metric.name, undefined] : [resource, name, metric.name];
  const of: Resource<MetricValueList> = { ...GROUP, version, resource: kind };
  return ask(ctx.client.get(of, path, namespace, { selectors, ...(subresource !== undefined && { subresource }) }));
}

/** The values of a metric of pods by their names (GetRawMetric). */
async function podSamples(
  { metric }: Needed<'pods'>,
  { selector, autoscaler: { metadata } }: MetricInput,
  ctx: ReconcileContext,
): Promise<Fetched<Map<string, Sample>>> {
  const { namespace } = metadata;
  const trouble = adapterTrouble('custom', 'pods.custom.metrics.k8s.io *', ctx);
  if (trouble !== undefined) return trouble;
  const list = await askCustom({ resource: 'pods', name: '*', labelSelector: selector.toString(), metric, namespace }, ctx);
  if (typeof list === 'string') return list;
  return new Map(
    list.items.map(({ describedObject, timestamp, value }) => [
      describedObject.name,
      { value: milliOf(value), at: parseTime(timestamp) ?? 0, window: WINDOW },
    ]),
  );
}

/** computeStatusForPodsMetric */
async function computePods(pods: Needed<'pods'>, input: MetricInput, ctx: ReconcileContext): Promise<Computed | Uncomputed> {
  const { autoscaler, current, selector } = input;
  const { metric, target } = pods;
  const trouble = (message: string) => failed('FailedGetPodsMetric', message, 'pods metric value');
  const samples = await podSamples(pods, input, ctx);
  if (typeof samples === 'string')
    return trouble(`unable to get metric ${metric.name}: unable to fetch metrics from custom metrics API: ${samples}`);
  const selected = selectedPods(selector, autoscaler.metadata.namespace, ctx);
  const proposal = replicasForAverage(
    {
      pods: selected,
      samples,
      resource: '',
      current,
      tolerances: tolerancesOf(autoscaler, ctx.settings.options.autoscaling),
      now: ctx.clock.now(),
    },
    milliOf(target.averageValue),
  );
  if (typeof proposal === 'string') return trouble(proposal);
  const averageValue = Quantity.ofMilli(proposal.average, DECIMAL).toString();
  const status = { type: 'Pods', pods: { metric: identified(metric), current: { averageValue } } };
  return { replicas: proposal.replicas, name: `pods metric ${metric.name}`, status };
}

const milliOf = (text: string | undefined): number => parseQuantity(text ?? '0').milliValue();

/** The value of a metric of an object (GetObjectMetric). */
async function objectValue(
  { describedObject, metric }: Needed<'object'>,
  { autoscaler }: MetricInput,
  ctx: ReconcileContext,
): Promise<Fetched<number>> {
  const { kind, name, apiVersion = 'v1' } = describedObject;
  const { namespace } = autoscaler.metadata;
  const resource = resourceOf({ apiVersion, kind }, ctx.informers.served());
  const group = resource?.group ? `.${resource.group}` : '';
  const qualified = `${resource?.resource ?? ''}${group}`;
  const none = adapterTrouble('custom', `${qualified}.custom.metrics.k8s.io ${name}`, ctx);
  if (none !== undefined) return none;
  if (resource === undefined) return `unable to map kind ${kind} to resource: no matches for kind ${JSON.stringify(kind)}`;
  const values = await askCustom({ resource: qualified, name, metric, namespace }, ctx);
  return typeof values === 'string' ? values : milliOf(values.items[0]?.value);
}

/** computeStatusForObjectMetric */
async function computeObject(object: Needed<'object'>, input: MetricInput, ctx: ReconcileContext): Promise<Computed | Uncomputed> {
  const { autoscaler } = input;
  const { metric, describedObject, target } = object;
  const byValue = target.type === 'Value' && target.value !== undefined;
  if (!byValue && target.averageValue === undefined) {
    const message = 'invalid object metric source: neither a value target nor an average value target was set';
    return failed('FailedGetObjectMetric', message, 'object metric value');
  }
  const trouble = (plain: string) =>
    failedAs(
      'FailedGetObjectMetric',
      plain,
      byValue ? plain : `failed to get ${metric.name} object metric: ${plain}`,
      'object metric value',
    );
  const usage = await objectValue(object, input, ctx);
  if (typeof usage === 'string') {
    const where = `${describedObject.kind} on ${autoscaler.metadata.namespace} ${describedObject.name}`;
    // Upstream's format and its arguments do not match.
    return trouble(`unable to get metric ${metric.name}: ${where}/unable to fetch metrics from custom metrics API: ${usage}`);
  }
  const proposal = proposed(usage, target, input, ctx);
  if (typeof proposal === 'string') return trouble(proposal);
  return {
    replicas: proposal.replicas,
    name: byValue ? `${describedObject.kind} metric ${metric.name}` : externalName(metric),
    status: { type: 'Object', object: { metric: identified(metric), current: proposal.current, describedObject } },
  };
}

const externalName = ({ name, selector }: autoscalingv2.MetricIdentifier): string => `external metric ${name}(${selectorText(selector)})`;

/** The replicas for a value that is not of pods, and what the status shows of it. */
function proposed(
  usage: number,
  { value, averageValue, type }: autoscalingv2.MetricTarget,
  { autoscaler, current, statusReplicas, selector }: MetricInput,
  ctx: ReconcileContext,
): { replicas: number; current: autoscalingv2.MetricValueStatus } | string {
  const tolerances = tolerancesOf(autoscaler, ctx.settings.options.autoscaling);
  if (averageValue !== undefined && type !== 'Value') {
    const found = replicasForObjectPerPod(usage, { target: milliOf(averageValue), replicas: statusReplicas, tolerances });
    return { replicas: found.replicas, current: { averageValue: Quantity.ofMilli(found.usage, DECIMAL).toString() } };
  }
  const pods = selectedPods(selector, autoscaler.metadata.namespace, ctx);
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length;
  const replicas = replicasForObject(usage / milliOf(value), { current, pods: pods.length, ready, tolerances });
  return typeof replicas === 'string' ? replicas : { replicas, current: { value: Quantity.ofMilli(usage, DECIMAL).toString() } };
}

const NO_SERIES = 'no metrics returned from external metrics API';

/** The sum of the series of an external metric (GetExternalMetric). */
async function externalValue({ metric }: Needed<'external'>, { autoscaler }: MetricInput, ctx: ReconcileContext): Promise<Fetched<number>> {
  const none = adapterTrouble('external', `${metric.name}.external.metrics.k8s.io`, ctx);
  if (none !== undefined) return none;
  const { namespace } = autoscaler.metadata;
  const of: Resource<ExternalMetricValueList> = {
    ...{ group: 'external.metrics.k8s.io', version: 'v1beta1', resource: metric.name, namespaced: true },
    kind: 'ExternalMetricValueList',
  };
  const labelSelector = labelSelectorAsSelector(metric.selector ?? {}).toString();
  const values = await ask(ctx.client.get(of, '', namespace, { selectors: { labelSelector } }));
  if (typeof values === 'string') return values;
  return values.items.length === 0 ? NO_SERIES : values.items.reduce((sum, { value }) => sum + milliOf(value), 0);
}

/** computeStatusForExternalMetric */
async function computeExternal(external: Needed<'external'>, input: MetricInput, ctx: ReconcileContext): Promise<Computed | Uncomputed> {
  const { metric, target } = external;
  const what = `${metric.name} external metric value`;
  if (target.value === undefined && target.averageValue === undefined)
    return failed(
      'FailedGetExternalMetric',
      'invalid external metric source: neither a value target nor an average value target was set',
      what,
    );
  const byValue = target.averageValue === undefined;
  const trouble = (plain: string) => {
    const wrapped = byValue ? `failed to get external metric ${metric.name}` : `failed to get ${metric.name} external metric`;
    return failedAs('FailedGetExternalMetric', plain, `${wrapped}: ${plain}`, what);
  };
  const usage = await externalValue(external, input, ctx);
  if (typeof usage === 'string') {
    const of = `${input.autoscaler.metadata.namespace}/${metric.name}/${selectorText(metric.selector)}`;
    const reason = usage === NO_SERIES ? usage : `unable to fetch metrics from external metrics API: ${usage}`;
    return trouble(`unable to get external metric ${of}: ${reason}`);
  }
  const proposal = proposed(usage, target, input, ctx);
  if (typeof proposal === 'string') return trouble(proposal);
  const status = { type: 'External', external: { metric: identified(metric), current: proposal.current } };
  return { replicas: proposal.replicas, name: externalName(metric), status };
}
