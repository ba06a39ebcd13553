import type { corev1, resourcev1 } from '#api';
import { controllerOf } from '#apimachinery';

type Claim = resourcev1.ResourceClaim;

/** Whether a pod has claims of devices: its own, or those of its extended resources. */
export const usesDevices = ({ spec, status }: corev1.Pod): boolean =>
  (spec?.resourceClaims ?? []).length > 0 || status?.extendedResourceClaimStatus !== undefined;

/** The name of the claim that an entry of a pod's spec stands for; null: none was needed; undefined: it is not made yet. */
function claimNameOf({ status }: corev1.Pod, { name, resourceClaimName }: corev1.PodResourceClaim): string | null | undefined {
  if (resourceClaimName !== undefined) return resourceClaimName;
  const made = status?.resourceClaimStatuses?.find((one) => one.name === name);
  return made && (made.resourceClaimName ?? null);
}

/** The claims of a pod; a text says why they cannot be used (kubelet/cm/dra prepareResources, resourceclaim.Name). */
export function claimsOf(pod: corev1.Pod, claim: (name: string) => Claim | undefined): Claim[] | string {
  const { namespace, name, uid } = pod.metadata;
  const { resourceClaimName: extended } = pod.status?.extendedResourceClaimStatus ?? {};
  const entries: corev1.PodResourceClaim[] = [...(pod.spec.resourceClaims ?? [])];
  if (extended !== undefined) entries.push({ name: '', resourceClaimName: extended });
  const claims: Claim[] = [];
  for (const entry of entries) {
    const wanted = claimNameOf(pod, entry);
    if (wanted === undefined) return `pod "${namespace}/${name}": ResourceClaim not created yet`;
    if (wanted === null) continue;
    const found = claim(wanted);
    if (!found) return `fetch ResourceClaim ${wanted}: resourceclaims.resource.k8s.io "${wanted}" not found`;
    if (entry.resourceClaimName === undefined && controllerOf(found)?.uid !== uid)
      return `ResourceClaim ${namespace}/${wanted} was not created for Pod ${namespace}/${name} (Pod is not owner)`;
    if (!found.status?.reservedFor?.some((user) => user.uid === uid))
      return `pod ${name} (${uid}) is not allowed to use ResourceClaim ${wanted} (${found.metadata.uid})`;
    if (!found.status.allocation) return `ResourceClaim ${wanted}: not allocated`;
    claims.push(found);
  }
  return claims;
}

/** A claim that a container uses, or one of its requests. */
export interface UsedClaim {
  readonly claim: string;
  /** Unset: all of them. */
  readonly request?: string;
}

/** What a container uses of its pod's claims (kubelet/cm/dra GetResources). */
export function usedBy(pod: corev1.Pod, { name, resources }: corev1.Container): UsedClaim[] {
  const used: UsedClaim[] = [];
  for (const wanted of resources?.claims ?? []) {
    const entry = pod.spec.resourceClaims?.find((one) => one.name === wanted.name);
    const claim = entry && claimNameOf(pod, entry);
    if (claim) used.push({ claim, ...(wanted.request ? { request: wanted.request } : {}) });
  }
  const { requestMappings = [], resourceClaimName = '' } = pod.status?.extendedResourceClaimStatus ?? {};
  for (const { containerName, requestName, resourceName } of requestMappings)
    if (containerName === name && resources?.requests?.[resourceName] !== undefined)
      used.push({ claim: resourceClaimName, request: requestName });
  return used;
}

/** The devices of a claim that a container gets: those of a request, or all. */
export function devicesOf({ status }: Claim, request: string | undefined): resourcev1.DeviceRequestAllocationResult[] {
  const results = status?.allocation?.devices?.results ?? [];
  return request === undefined ? results : results.filter((result) => result.request.split('/', 1)[0] === request.split('/', 1)[0]);
}
