import type { resourcev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { conditionOf } from '#component-helpers';

type Claim = resourcev1.ResourceClaim;
type Result = resourcev1.DeviceRequestAllocationResult;

/** How long devices may take (DynamicResourcesArgs bindingTimeout). */
const TIMEOUT = 600_000;

/** A device cannot be made ready for its pod. */
export class BindingFailure extends Error {}

const binding = ({ status }: Claim): Result[] =>
  (status?.allocation?.devices?.results ?? []).filter(({ bindingConditions = [] }) => bindingConditions.length > 0);

/** Whether devices of a claim have to be made ready before its pod is bound. */
export const hasBindingConditions = (claim: Claim): boolean => binding(claim).length > 0;

/** The conditions that the driver reports of an allocated device. */
const reported = ({ status }: Claim, { driver, pool, device, shareID }: Result) =>
  status?.devices?.find((one) => one.driver === driver && one.pool === pool && one.device === device && one.shareID === shareID)
    ?.conditions;

/**
 * Whether the devices of a claim are ready for its pod (isClaimReadyForBinding). Throws a BindingFailure when one has failed, or takes too long. Pure.
 */
export function isReadyForBinding(claim: Claim, now: Instant): boolean {
  const { name } = claim.metadata;
  const ready = binding(claim).every((result) => {
    const conditions = reported(claim, result);
    for (const type of result.bindingFailureConditions ?? []) {
      const failed = conditionOf(conditions, type);
      if (failed?.status !== 'True') continue;
      const { reason = '', message = '' } = failed;
      throw new BindingFailure(`device binding failed: claim=${name}, reason=${reason}, message=${JSON.stringify(message)}`);
    }
    return result.bindingConditions?.every((type) => conditionOf(conditions, type)?.status === 'True') === true;
  });
  const since = parseTime(claim.status?.allocation?.allocationTimestamp ?? '');
  if (!ready && since !== undefined && since + TIMEOUT < now) throw new BindingFailure(`device binding timeout: claim=${name}`);
  return ready;
}
