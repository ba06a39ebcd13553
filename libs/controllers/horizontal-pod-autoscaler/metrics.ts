import { APIService, type autoscalingv2, type corev1 } from '#api';
import { isNotFound, type LabelSelector, parseGoDuration, parseQuantity, parseTime, Quantity, StatusError } from '#apimachinery';
import { type PodMetrics, PodMetricsResource, podRequests } from '#component-helpers';
import type { ReconcileContext } from '#controller-runtime';
import { computeAdapterMetric } from './adapter-metrics.js';
import { type Computed, failed, type MetricInput, selectedPods, type Uncomputed } from './metric-input.js';
import { type Proposal, replicasForAverage, replicasForUtilization, requestOf, type Sample, tolerancesOf } from './replicas.js';

type MetricSpec = autoscalingv2.MetricSpec;

/** The replicas that one metric asks for (computeReplicasForMetric). */
export async function computeMetric(spec: MetricSpec, input: MetricInput, ctx: ReconcileContext): Promise<Computed | Uncomputed> {
  const { resource, containerResource } = spec;
  if (spec.type === 'Resource' && resource !== undefined) {
    const { name, target } = resource;
    const proposal = await resourceProposal({ name, target }, input, ctx);
    if (typeof proposal === 'string') return failed('FailedGetResourceMetric', proposal, `${name} resource metric value`);
    const status = { type: spec.type, resource: { name, current: currentOf(name, target, proposal) } };
    return { replicas: proposal.replicas, name: metricName(name, target, ''), status };
  }
  if (spec.type === 'ContainerResource' && containerResource !== undefined) {
    const { name, container, target } = containerResource;
    const proposal = await resourceProposal(containerResource, input, ctx);
    if (typeof proposal === 'string') return failed('FailedGetContainerResourceMetric', proposal, `${container} container metric value`);
    const status = { type: spec.type, containerResource: { name, container, current: currentOf(name, target, proposal) } };
    return { replicas: proposal.replicas, name: metricName(name, target, 'container '), status };
  }
  const ofAdapter = await computeAdapterMetric(spec, input, ctx);
  if (ofAdapter !== undefined) return ofAdapter;
  const message = `unknown metric source type "${spec.type}"`;
  return { reason: 'InvalidMetricSourceType', message, failure: message };
}

function metricName(name: string, { averageValue }: autoscalingv2.MetricTarget, prefix: string): string {
  return averageValue === undefined ? `${name} ${prefix}resource utilization (percentage of request)` : `${name} resource`;
}

function currentOf(name: string, target: autoscalingv2.MetricTarget, { average, utilization }: Proposal): autoscalingv2.MetricValueStatus {
  const averageValue = Quantity.ofMilli(average, name === 'memory' ? 'BinarySI' : 'DecimalSI').toString();
  return { averageValue, ...(target.averageValue === undefined && utilization !== undefined ? { averageUtilization: utilization } : {}) };
}

interface ResourceTarget {
  name: string;
  container?: string;
  target: autoscalingv2.MetricTarget;
}

/** The replicas that a resource asks for; an error message if they cannot be told (computeStatusForResourceMetricGeneric). */
async function resourceProposal(
  { name, container, target }: ResourceTarget,
  { autoscaler, current, selector }: MetricInput,
  ctx: ReconcileContext,
): Promise<Proposal | string> {
  const { namespace } = autoscaler.metadata;
  const byValue = target.averageValue !== undefined;
  const wrapped = (message: string): string => `failed to get ${name} ${byValue ? 'usage' : 'utilization'}: ${message}`;
  if (!byValue && target.averageUtilization === undefined)
    return 'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set';
  const samples = await fetchSamples({ name, container, selector, namespace }, ctx);
  if (typeof samples === 'string') return wrapped(`unable to get metrics for resource ${name}: ${samples}`);
  const pods = selectedPods(selector, namespace, ctx);
  const options = ctx.settings.options.autoscaling;
  const input = { pods, samples, resource: name, current, tolerances: tolerancesOf(autoscaler, options), now: ctx.clock.now(), options };
  const proposal =
    target.averageValue === undefined
      ? replicasForUtilization(input, requestsOf(pods, name, container), target.averageUtilization ?? 0)
      : replicasForAverage(input, parseQuantity(target.averageValue).milliValue());
  return typeof proposal === 'string' ? wrapped(proposal) : proposal;
}

function requestsOf(pods: readonly corev1.Pod[], name: string, container: string | undefined): ReadonlyMap<string, number> | string {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    const request = requestOf(pod, name, { ...(container === undefined ? {} : { container }), podLevel: podRequests });
    if (typeof request === 'string') return request;
    requests.set(pod.metadata.name, request);
  }
  return requests;
}

interface Wanted {
  name: string;
  container: string | undefined;
  selector: LabelSelector;
  namespace: string | undefined;
}

/** What the resource metrics API says about the pods; an error message if nothing. */
async function fetchSamples(
  { name, container, selector, namespace }: Wanted,
  { client, informers }: ReconcileContext,
): Promise<ReadonlyMap<string, Sample> | string> {
  let items: readonly PodMetrics[];
  try {
    const query = { namespace, labelSelector: selector.toString() };
    items = (await client.list(PodMetricsResource, query)).items;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const registered = informers.of(APIService).get('v1beta1.metrics.k8s.io') !== undefined;
    const plain = registered ? 'the server is currently unable to handle the request' : 'the server could not find the requested resource';
    const message = isNotFound(error) ? `${plain} (get pods.metrics.k8s.io)` : error.message;
    return `unable to fetch metrics from resource metrics API: ${message}`;
  }
  if (items.length === 0) return 'no metrics returned from resource metrics API';
  const samples = new Map<string, Sample>();
  for (const { metadata, timestamp, window, containers } of items) {
    const wanted = container === undefined ? containers : containers.filter((one) => one.name === container);
    const values = wanted.map(({ usage }) => usage[name]);
    if (values.length === 0 || values.includes(undefined)) continue;
    const value = values.reduce((total, text) => total + parseQuantity(text ?? '0').milliValue(), 0);
    samples.set(metadata.name, { value, at: parseTime(timestamp) ?? 0, window: parseGoDuration(window) ?? 0 });
  }
  return samples;
}
