/** What DynamicResources says after a failed cycle of a pod without claims, and before its own preFilter has run. */
export const NO_CLAIMS = 'no new claims to deallocate';
export const NO_CLAIM_STATE = 'not found';
/** What it says of a pod with claims. */
export const CLAIMS_DO_NOT_HELP = 'still not schedulable';
/** What it says after it has taken a claim's devices back. */
export const DEALLOCATED = 'deallocation of ResourceClaim completed';
/** What it says of a pod whose claim for extended resources has been left by an earlier attempt, and after it has deleted that. */
export const EXTENDED_CLAIM_LEFT = 'cannot schedule extended resource claim';
export const DELETED = 'deletion of ResourceClaim completed';
