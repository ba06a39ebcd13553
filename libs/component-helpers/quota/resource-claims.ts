import type { resourcev1 } from '#api';
import { Quantity } from '#apimachinery';
import type { ResourceList } from '../pod-requests.js';
import { objectCountName, type QuotaEvaluator, type QuotaSurroundings } from './evaluator.js';
import { podUsage } from './pods.js';
import { isExtendedQuotaName } from './resource-names.js';

type Claim = resourcev1.ResourceClaim;
type DeviceClass = resourcev1.DeviceClass;

const COUNT = objectCountName('resource.k8s.io', 'resourceclaims');
const OF_CLASS = '.deviceclass.resource.k8s.io/devices';
const REQUESTS = 'requests.';
const IMPLICIT = 'requests.deviceclass.resource.kubernetes.io/';
const FOR_POD = 'resource.kubernetes.io/extended-resource-claim';
/** The most devices that a claim can be allocated (AllocationResultsMaxSize). */
const MOST_DEVICES = 32;

const extendedResourceOf = (classes: readonly DeviceClass[], name: string): string =>
  classes.find(({ metadata }) => metadata.name === name)?.spec.extendedResourceName ?? '';

/** Whether a quota's name for an extended resource is that of a device class, by what the class says or by its own name. */
function standsForClass(name: string, classes: readonly DeviceClass[]): boolean {
  if (name.startsWith(IMPLICIT)) return classes.some(({ metadata }) => metadata.name === name.slice(IMPLICIT.length));
  return isExtendedQuotaName(name) && classes.some(({ spec }) => spec.extendedResourceName === name.slice(REQUESTS.length));
}

interface Asked {
  deviceClassName: string;
  allocationMode?: string;
  count?: number;
}

function devices({ allocationMode, count = 0 }: Asked): number {
  if (allocationMode === 'ExactCount') return count;
  return allocationMode === 'All' ? MOST_DEVICES : 0;
}

/** The devices of each class that a request may be allocated: of alternatives the most. */
function classesOf({ exactly, firstAvailable = [] }: resourcev1.DeviceRequest): Map<string, number> {
  const most = new Map<string, number>();
  for (const asked of firstAvailable.length > 0 ? firstAvailable : exactly ? [exactly] : []) {
    const name = asked.deviceClassName;
    most.set(name, Math.max(most.get(name) ?? 0, devices(asked)));
  }
  return most;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What the pod a claim was made for is charged already; undefined if there is no such pod (getVerifiedPodUsage). */
function chargedToPod(claim: Claim, { now, claimedFor }: QuotaSurroundings): ResourceList | undefined {
  const { metadata } = claim;
  if (metadata.annotations?.[FOR_POD] !== 'true') return undefined;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  if (owner?.kind !== 'Pod' || owner.apiVersion !== 'v1') return undefined;
  const found = claimedFor?.(claim);
  if (found === undefined || found.pod.metadata.name !== owner.name || found.pod.metadata.uid !== owner.uid) return undefined;
  const named = found.pod.status?.extendedResourceClaimStatus;
  if (named !== undefined) return named.resourceClaimName === metadata.name ? podUsage(found.pod, now) : undefined;
  const earlier = found.claims.some((other) => {
    const byTime = compareText(other.metadata.creationTimestamp ?? '', metadata.creationTimestamp ?? '');
    return byTime < 0 || (byTime === 0 && other.metadata.name < metadata.name);
  });
  return earlier ? undefined : podUsage(found.pod, now);
}

/** Whether a claim was made for the extended resources of the given pod. */
export function isMadeFor(claim: Claim, podUid: string): boolean {
  const { annotations, ownerReferences } = claim.metadata;
  return annotations?.[FOR_POD] === 'true' && ownerReferences?.find(({ controller }) => controller)?.uid === podUid;
}

/** ResourceClaims by device class (pkg/quota/v1/evaluator/core/resource_claims.go). */
export const resourceClaimQuota: QuotaEvaluator<Claim> = {
  group: 'resource.k8s.io',
  resource: 'resourceclaims',
  matching: (names, { deviceClasses }) =>
    names.filter((name) => name === COUNT || name.endsWith(OF_CLASS) || standsForClass(name, deviceClasses)),
  usage(claim, around) {
    const byClass = new Map<string, number>();
    for (const request of claim.spec.devices?.requests ?? []) {
      for (const [name, count] of classesOf(request)) byClass.set(name, (byClass.get(name) ?? 0) + count);
    }
    const usage = new Map([[COUNT, Quantity.of(1)]]);
    const charged = chargedToPod(claim, around);
    for (const [name, count] of byClass) {
      usage.set(`${name}${OF_CLASS}`, Quantity.of(count));
      const extended = extendedResourceOf(around.deviceClasses, name);
      for (const also of [`${IMPLICIT}${name}`, ...(extended === '' ? [] : [`${REQUESTS}${extended}`])]) {
        const rest = Quantity.of(count).sub(charged?.get(also) ?? Quantity.of(0));
        if (rest.sign > 0) usage.set(also, rest);
      }
    }
    return usage;
  },
};
