import type { corev1 } from '#api';
import { type Instant, parseTime, Quantity } from '#apimachinery';
import { podQOS } from '../pod-qos.js';
import { isPodLevelResource, podLimits, podRequests, type ResourceList } from '../pod-requests.js';
import { isPodTerminal } from '../pods.js';
import { addAmounts, amountsOf } from './amounts.js';
import { namesIn, objectCountName, type QuotaEvaluator, type ScopeRequirement, satisfiesOperator } from './evaluator.js';
import { isClaimableResource, isExtendedQuotaName } from './resource-names.js';

const COUNT = objectCountName('', 'pods');
const ONE = Quantity.of(1);
/** Resources whose requests have a name of their own beside `requests.NAME`. */
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const RESOURCES: ReadonlySet<string> = new Set([COUNT, 'pods', ...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`])]);
/** The resources that every container has to name where a quota limits them (validationSet). */
const MANDATORY: ReadonlySet<string> = new Set(['cpu', 'memory'].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]));

/** What a quota counts of requests and limits (podComputeUsageHelper). */
function computeUsage(requests: ResourceList, limits: ResourceList): ResourceList {
  const usage = new Map([['pods', ONE]]);
  for (const name of COMPUTE) {
    const request = requests.get(name);
    const limit = limits.get(name);
    if (request) usage.set(name, request).set(`requests.${name}`, request);
    if (limit) usage.set(`limits.${name}`, limit);
  }
  for (const [name, request] of requests) {
    const hugePages = name.startsWith('hugepages-');
    if (hugePages) usage.set(name, request);
    if (hugePages || isClaimableResource(name)) usage.set(`requests.${name}`, request);
  }
  return usage;
}

/** Whether a pod still uses what it asked for: not at its end, nor stuck in its deletion (QuotaV1Pod). */
export function countsForQuota(pod: corev1.Pod, now: Instant): boolean {
  if (isPodTerminal(pod)) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return now <= (parseTime(deletionTimestamp) ?? now) + deletionGracePeriodSeconds * 1000;
}

/** When a pod stuck in its deletion stops counting; undefined if it does not count or is not being deleted. */
export function countsUntil(pod: corev1.Pod, now: Instant): Instant | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined || !countsForQuota(pod, now)) return undefined;
  return (parseTime(deletionTimestamp) ?? now) + deletionGracePeriodSeconds * 1000 + 1;
}

const ENDED: ReadonlyMap<string, Quantity> = new Map([[COUNT, ONE]]);
const usages = new WeakMap<corev1.Pod, ResourceList>();

/** What a pod uses of quotas (PodUsageFunc). */
export function podUsage(pod: corev1.Pod, now: Instant): ResourceList {
  if (!countsForQuota(pod, now)) return ENDED;
  const known = usages.get(pod);
  if (known) return known;
  const usage = addAmounts(ENDED, computeUsage(podRequests(pod, { useStatus: true }), podLimits(pod, { useStatus: true })));
  usages.set(pod, usage);
  return usage;
}

const hasPodLevelResources = ({ resources }: corev1.PodSpec): boolean =>
  [...Object.keys(resources?.requests ?? {}), ...Object.keys(resources?.limits ?? {})].some(isPodLevelResource);

/** Containers that do not name a limited resource: `must specify limits.cpu for: c; requests.cpu for: c`. */
function complaint(limited: readonly string[], { spec }: corev1.Pod): string | undefined {
  if (hasPodLevelResources(spec)) return undefined;
  const required = namesIn(limited, MANDATORY);
  if (required.length === 0) return undefined;
  const missing = new Map<string, Set<string>>();
  for (const { name, resources } of [...spec.containers, ...(spec.initContainers ?? [])]) {
    const named = computeUsage(amountsOf(resources?.requests), amountsOf(resources?.limits));
    for (const resource of required) {
      if (!named.has(resource)) missing.set(resource, (missing.get(resource) ?? new Set()).add(name));
    }
  }
  const parts = required.flatMap((resource) => {
    const containers = missing.get(resource);
    return containers ? [`${resource} for: ${[...containers].sort().join(',')}`] : [];
  });
  return parts.length === 0 ? undefined : `must specify ${parts.join('; ')}`;
}

/** Whether the pod's running time is limited (IsTerminating). */
export const isLimitedInTime = ({ spec }: corev1.Pod): boolean => (spec.activeDeadlineSeconds ?? -1) >= 0;

/** Whether an affinity looks at pods of other namespaces (usesCrossNamespacePodAffinity). */
function looksAcrossNamespaces({ spec: { affinity } }: corev1.Pod): boolean {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].some((each) =>
    [
      ...(each?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(each?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
    ].some(({ namespaces, namespaceSelector }) => (namespaces?.length ?? 0) > 0 || namespaceSelector !== undefined),
  );
}

function inScope(requirement: ScopeRequirement, pod: corev1.Pod): boolean {
  switch (requirement.scopeName) {
    case 'Terminating':
      return isLimitedInTime(pod);
    case 'NotTerminating':
      return !isLimitedInTime(pod);
    case 'BestEffort':
      return (pod.status?.qosClass ?? podQOS(pod.spec)) === 'BestEffort';
    case 'NotBestEffort':
      return (pod.status?.qosClass ?? podQOS(pod.spec)) !== 'BestEffort';
    case 'PriorityClass':
      return satisfiesOperator(requirement, pod.spec.priorityClassName || undefined);
    case 'CrossNamespacePodAffinity':
      return looksAcrossNamespaces(pod);
    default:
      return false;
  }
}

/** Pods (pkg/quota/v1/evaluator/core/pods.go). */
export const podQuota: QuotaEvaluator<corev1.Pod> = {
  group: '',
  resource: 'pods',
  matching: (names) => [
    ...namesIn(names, RESOURCES),
    ...names.filter((name) => name.startsWith('hugepages-') || name.startsWith('requests.hugepages-') || isExtendedQuotaName(name)),
  ],
  inScope,
  complaint,
  usage: (pod, { now }) => podUsage(pod, now),
};
