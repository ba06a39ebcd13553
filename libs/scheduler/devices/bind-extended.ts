import { type corev1, Pod, ResourceClaim, type resourcev1 } from '#api';
import { formatTime } from '#apimachinery';
import type { Effects } from '../framework.js';

type Claim = resourcev1.ResourceClaim;

/** Keeps an allocated claim from being deleted while pods use it. */
export const FINALIZER = 'resource.kubernetes.io/delete-protection';

/** What a pod gets for its extended resources on a node. */
export interface ExtendedAllocation {
  readonly claim: Claim;
  readonly mappings: corev1.ContainerExtendedResourceRequest[];
  readonly allocation: resourcev1.AllocationResult;
}

/** Writes the claim for a pod's extended resources, and says in the pod's status which container uses what. */
export async function writeExtendedClaim(
  { metadata }: corev1.Pod,
  { claim, mappings, allocation }: ExtendedAllocation,
  { client, clock }: Pick<Effects, 'client' | 'clock'>,
): Promise<void> {
  const { uid: _, ...unnamed } = claim.metadata;
  const made = await client.create(ResourceClaim, { ...claim, metadata: { ...unnamed, name: '' } });
  const guarded = await client.update(ResourceClaim, { ...made, metadata: { ...made.metadata, finalizers: [FINALIZER] } });
  const reservedFor = [{ resource: 'pods', name: metadata.name, uid: metadata.uid ?? '' }];
  const timed = { allocationTimestamp: formatTime(clock.now()), ...allocation };
  await client.updateStatus(ResourceClaim, { ...guarded, status: { allocation: timed, reservedFor } });
  const extendedResourceClaimStatus = { requestMappings: mappings, resourceClaimName: made.metadata.name };
  const patch = { status: { extendedResourceClaimStatus } };
  await client.patch(Pod, metadata.name, metadata.namespace, 'strategic', patch, { subresource: 'status' });
}

/** Deletes the claim that an earlier attempt has left. */
export async function deleteExtendedClaim(claim: Claim, { client }: Pick<Effects, 'client'>): Promise<void> {
  const { name, namespace, finalizers = [] } = claim.metadata;
  if (finalizers.includes(FINALIZER))
    await client.update(ResourceClaim, {
      ...claim,
      metadata: { ...claim.metadata, finalizers: finalizers.filter((one) => one !== FINALIZER) },
    });
  await client.delete(ResourceClaim, name, namespace);
}
