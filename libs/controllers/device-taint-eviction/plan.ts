import type { corev1, resourcev1 } from '#api';
import { controllerOf, type Instant, parseTime } from '#apimachinery';
import { toleratesDeviceTaint } from '#component-helpers';

type Claim = resourcev1.ResourceClaim;
type Result = resourcev1.DeviceRequestAllocationResult;

/** The device of an allocation; undefined if no driver publishes it any more. */
export type DeviceOf = (result: Result) => resourcev1.Device | undefined;

/** When a taint drives out those that have been given its device; undefined if they tolerate it for good. */
function effectiveAt(taint: resourcev1.DeviceTaint, tolerations: readonly resourcev1.DeviceToleration[]): Instant | undefined {
  const added = parseTime(taint.timeAdded ?? '') ?? 0;
  const tolerating = tolerations.filter((one) => one.effect === 'NoExecute' && toleratesDeviceTaint(one, taint));
  if (tolerating.length === 0) return added;
  const seconds = tolerating.map(({ tolerationSeconds }) => tolerationSeconds);
  if (seconds.includes(undefined)) return undefined;
  return added + Math.min(...seconds.map((each) => Math.max(0, each ?? 0))) * 1000;
}

/** When the pods of a claim are to be evicted because of the taints of its devices; undefined: never (claimEvictionTime). Pure. */
function claimEviction({ status }: Claim, deviceOf: DeviceOf): Instant | undefined {
  const times = (status?.allocation?.devices?.results ?? []).flatMap((result) =>
    (deviceOf(result)?.taints ?? [])
      .filter(({ effect }) => effect === 'NoExecute')
      .flatMap((taint) => effectiveAt(taint, result.tolerations ?? []) ?? []),
  );
  return times.length === 0 ? undefined : Math.min(...times);
}

/** When a pod is to be evicted because of its claims; undefined: never (podEvictionTime). Pure. */
export function podEviction(pod: corev1.Pod, claimOf: (name: string) => Claim | undefined, deviceOf: DeviceOf): Instant | undefined {
  const { metadata, spec, status } = pod;
  if (!spec.nodeName) return undefined;
  const times = (spec.resourceClaims ?? []).flatMap((entry) => {
    const made = status?.resourceClaimStatuses?.find(({ name }) => name === entry.name)?.resourceClaimName;
    const claim = claimOf(entry.resourceClaimName ?? made ?? '');
    if (!claim || (!entry.resourceClaimName && controllerOf(claim)?.uid !== metadata.uid)) return [];
    const isReserved = claim.status?.reservedFor?.some(({ uid }) => uid === metadata.uid) === true;
    return (isReserved ? claimEviction(claim, deviceOf) : undefined) ?? [];
  });
  // Upstream takes the latest of the claims' times.
  return times.length === 0 ? undefined : Math.max(...times);
}
