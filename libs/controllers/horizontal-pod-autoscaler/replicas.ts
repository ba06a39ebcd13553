import type { autoscalingv2, corev1 } from '#api';
import { type Instant, parseQuantity, parseTime } from '#apimachinery';
import { type AutoscalingOptions, CONTROLLER_DEFAULTS } from '#component-base';
import { conditionOf, type ResourceList } from '#component-helpers';

/** A metric of one pod, in thousandths. */
export interface Sample {
  value: number;
  at: Instant;
  /** Milliseconds over which it was measured. */
  window: number;
}

/** The ratios of usage to target that change nothing. */
export interface Tolerances {
  down: number;
  up: number;
}

/** The tolerances of an autoscaler (tolerancesForHpa). */
export function tolerancesOf({ spec }: autoscalingv2.HorizontalPodAutoscaler, { tolerance }: AutoscalingOptions): Tolerances {
  const of = (rules: autoscalingv2.HPAScalingRules | undefined): number =>
    rules?.tolerance === undefined ? tolerance : parseQuantity(rules.tolerance).toNumber();
  return { down: of(spec.behavior?.scaleDown), up: of(spec.behavior?.scaleUp) };
}

/** What the number of replicas is computed from. */
export interface ReplicaInput {
  pods: readonly corev1.Pod[];
  samples: ReadonlyMap<string, Sample>;
  resource: string;
  /** The number of replicas in the target's spec. */
  current: number;
  tolerances: Tolerances;
  now: Instant;
  /** Unset: without flags. */
  options?: AutoscalingOptions;
}

/** A number of replicas, and the usage that led to it. */
export interface Proposal {
  replicas: number;
  /** Percent of the requests; for a target in percent. */
  utilization?: number;
  /** Thousandths, on average. */
  average: number;
}

/** What the pods request of a resource by name, in thousandths; an error message if one of them does not (calculateRequests). */
export type Requests = ReadonlyMap<string, number>;

interface Grouped {
  ready: number;
  unready: readonly string[];
  missing: readonly string[];
  /** The samples that count. */
  samples: Map<string, number>;
}

/** Which pods count, and how (replica_calculator.go groupPods). */
function groupPods({
  pods,
  samples,
  resource,
  now,
  options = CONTROLLER_DEFAULTS.autoscaling,
}: Omit<ReplicaInput, 'current' | 'tolerances'>): Grouped {
  const unready: string[] = [];
  const missing: string[] = [];
  const counted = new Map([...samples].map(([name, { value }]) => [name, value]));
  let ready = 0;
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const phase = pod.status?.phase;
    const sample = samples.get(name);
    if (deletionTimestamp !== undefined || phase === 'Failed') counted.delete(name);
    else if (phase === 'Pending' || (sample !== undefined && resource === 'cpu' && !isSettled(pod, sample, { now, ...options }))) {
      unready.push(name);
      counted.delete(name);
    } else if (sample === undefined) missing.push(name);
    else ready += 1;
  }
  return { ready, unready, missing, samples: counted };
}

/** Whether the CPU usage of a pod says something: it was ready during the whole window while it is new, or once later on. */
function isSettled(
  { status }: corev1.Pod,
  { at, window }: Sample,
  { now, cpuInitialization, initialReadiness }: AutoscalingOptions & { now: Instant },
): boolean {
  const condition = conditionOf(status?.conditions, 'Ready');
  const started = parseTime(status?.startTime ?? '');
  if (condition === undefined || started === undefined) return false;
  const transition = parseTime(condition.lastTransitionTime ?? '') ?? 0;
  if (started + cpuInitialization > now) return condition.status !== 'False' && at >= transition + window;
  return condition.status !== 'False' || started + initialReadiness <= transition;
}

const isWithin = (ratio: number, { down, up }: Tolerances): boolean => 1 - down <= ratio && ratio <= 1 + up;
const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

/** The ratio of usage to target; an error message if there is none. */
type Measure = (samples: ReadonlyMap<string, number>) => { ratio: number; proposal: Omit<Proposal, 'replicas'> } | string;

/** Usage as a percentage of the requests (GetResourceUtilizationRatio). */
function utilizationOf(requests: Requests, target: number): Measure {
  return (samples) => {
    const known = [...samples].filter(([name]) => requests.has(name));
    const requested = sum(known.map(([name]) => requests.get(name) ?? 0));
    if (requested === 0) return 'no metrics returned matched known pods';
    const used = sum(known.map(([, value]) => value));
    const utilization = Math.trunc((used * 100) / requested);
    return { ratio: utilization / target, proposal: { utilization, average: Math.trunc(used / known.length) } };
  };
}

/** Usage against a value (GetMetricUsageRatio). */
function averageOf(target: number): Measure {
  return (samples) => {
    const average = Math.trunc(sum(samples.values()) / samples.size);
    return { ratio: average / target, proposal: { average } };
  };
}

/**
 * The number of replicas that brings usage to its target; an error message if it cannot be told. What is not known of missing and unready
 * pods is assumed to be what dampens the change (GetResourceReplicas, calcPlainMetricReplicas).
 */
function proposeReplicas(input: ReplicaInput, measure: Measure, assumed: (pod: string) => number): Proposal | string {
  const { pods, current, tolerances } = input;
  if (pods.length === 0) return 'no pods returned by selector while calculating replica count';
  const { ready, unready, missing, samples } = groupPods(input);
  if (samples.size === 0) return 'did not receive metrics for targeted pods (pods might be unready)';
  const first = measure(samples);
  if (typeof first === 'string') return first;
  const { ratio, proposal } = first;
  const same = { ...proposal, replicas: current };
  const unreadyCount = unready.length > 0 && ratio > 1;
  if (!unreadyCount && missing.length === 0)
    return isWithin(ratio, tolerances) ? same : { ...proposal, replicas: Math.ceil(ratio * ready) };
  if (ratio < 1) for (const name of missing) samples.set(name, assumed(name));
  if (ratio > 1) for (const name of missing) samples.set(name, 0);
  if (unreadyCount) for (const name of unready) samples.set(name, 0);
  const second = measure(samples);
  if (typeof second === 'string') return second;
  const again = second.ratio;
  if (isWithin(again, tolerances) || (ratio < 1 && again > 1) || (ratio > 1 && again < 1)) return same;
  const replicas = Math.ceil(again * samples.size);
  return (again < 1 && replicas > current) || (again > 1 && replicas < current) ? same : { ...proposal, replicas };
}

/** For a target in percent of the requests. */
export function replicasForUtilization(input: ReplicaInput, requests: Requests | string, target: number): Proposal | string {
  const measure = typeof requests === 'string' ? () => requests : utilizationOf(requests, target);
  const assumed = (name: string): number =>
    typeof requests === 'string' ? 0 : Math.trunc(((requests.get(name) ?? 0) * Math.max(100, target)) / 100);
  return proposeReplicas(input, measure, assumed);
}

/** For a target in thousandths a pod. */
export function replicasForAverage(input: ReplicaInput, target: number): Proposal | string {
  return proposeReplicas(input, averageOf(target), () => target);
}

const MAX_REPLICAS = 2 ** 31 - 1;

/** For a value that is not of pods, by its ratio to the target (getUsageRatioReplicaCount); an error message if it cannot be told. */
export function replicasForObject(
  ratio: number,
  { current, pods, ready, tolerances }: { current: number; pods: number; ready: number; tolerances: Tolerances },
): number | string {
  if (isWithin(ratio, tolerances)) return current;
  if (pods === 0) return 'unable to calculate ready pods: no pods returned by selector while calculating replica count';
  return Math.min(MAX_REPLICAS, Math.ceil(ratio * ready));
}

/** For a value that is to be shared by the replicas in the status (GetObjectPerPodMetricReplicas); `usage` is the share of each. */
export function replicasForObjectPerPod(
  usage: number,
  { target, replicas, tolerances }: { target: number; replicas: number; tolerances: Tolerances },
): { replicas: number; usage: number } {
  const share = replicas === 0 ? 0 : Math.ceil(usage / replicas);
  if (isWithin(usage / (target * replicas), tolerances)) return { replicas, usage: share };
  return { replicas: Math.min(MAX_REPLICAS, Math.ceil(usage / target)), usage: share };
}

/** What a pod requests of a resource, of its containers or one of them (calculatePodRequestsFromContainers); an error message if nothing. */
export function requestOf(
  pod: corev1.Pod,
  resource: string,
  { container, podLevel }: { container?: string; podLevel: (pod: corev1.Pod) => ResourceList },
): number | string {
  if (container === undefined && Object.keys(pod.spec.resources?.requests ?? {}).length > 0) {
    const request = podLevel(pod).get(resource);
    return request === undefined ? `missing pod-level request for ${resource} in Pod ${pod.metadata.name}` : request.milliValue();
  }
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  let total = 0;
  for (const { name, resources } of [...pod.spec.containers, ...sidecars]) {
    if (container !== undefined && container !== name) continue;
    const request = resources?.requests?.[resource];
    if (request === undefined) return `missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`;
    total += parseQuantity(request).milliValue();
    if (container === name) return total;
  }
  return container === undefined ? total : `container ${container} not found in Pod ${pod.metadata.name}`;
}
