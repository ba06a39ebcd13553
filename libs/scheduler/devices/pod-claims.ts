import { type corev1, DeviceClass, ResourceClaim, type resourcev1 } from '#api';
import { controllerOf } from '#apimachinery';
import type { Informers } from '#client';

type Claim = resourcev1.ResourceClaim;

/** Alternatives of a request (FirstAvailableDeviceRequestMaxSize). */
const MOST_ALTERNATIVES = 8;

/** Whether a pod needs devices. */
export const usesClaims = ({ spec }: corev1.Pod): boolean => (spec.resourceClaims ?? []).length > 0;

/** Whether a pod may use a claim. */
export const isReservedFor = ({ status }: Claim, { metadata }: corev1.Pod): boolean =>
  (status?.reservedFor ?? []).some(({ uid }) => uid === metadata.uid);

/** The claims of a pod; a text says why they cannot be used yet (foreachPodResourceClaim). */
export function claimsOf(pod: corev1.Pod, informers: Informers): Claim[] | string {
  const claims: Claim[] = [];
  const { namespace, name, uid } = pod.metadata;
  for (const entry of pod.spec.resourceClaims ?? []) {
    const made = pod.status?.resourceClaimStatuses?.find((one) => one.name === entry.name);
    if (!entry.resourceClaimName && !made) return `pod "${namespace}/${name}": ResourceClaim not created yet`;
    const claimName = entry.resourceClaimName ?? made?.resourceClaimName;
    if (!claimName) continue;
    const claim = informers.of(ResourceClaim).get(claimName, namespace);
    if (!claim) return `resourceclaim.resource.k8s.io "${claimName}" not found`;
    if (claim.metadata.deletionTimestamp) return `resourceclaim "${claimName}" is being deleted`;
    if (!entry.resourceClaimName && controllerOf(claim)?.uid !== uid)
      return `ResourceClaim ${namespace}/${claimName} was not created for pod ${namespace}/${name} (pod is not owner)`;
    claims.push(claim);
  }
  return claims;
}

/** Why a claim that is to be allocated cannot be: a device class is missing. */
export function missingClass({ spec }: Claim, informers: Informers): string | undefined {
  for (const { name, exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
    const wanted = exactly ? [{ at: name, request: exactly }] : firstAvailable.map((one) => ({ at: `${name}/${one.name}`, request: one }));
    for (const { at, request } of wanted)
      if (!informers.of(DeviceClass).get(request.deviceClassName))
        return `request ${at}: device class ${request.deviceClassName} does not exist`;
  }
  return undefined;
}

/** The more, the earlier alternatives of its requests a claim gets (computeScore). */
export function alternativesScore({ spec }: Claim, allocation: resourcev1.AllocationResult | undefined): number {
  const chosen = new Set(allocation?.devices?.results?.map(({ request }) => request));
  let score = 0;
  for (const { name, firstAvailable = [] } of spec.devices?.requests ?? []) {
    firstAvailable.forEach((alternative, at) => {
      if (chosen.has(`${name}/${alternative.name}`)) score += MOST_ALTERNATIVES - at;
    });
  }
  return score;
}
