import type { corev1, storagev1 } from '#api';
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  delaysBinding,
  findBestVolume,
  hasSelectedNode,
  isVolumeBoundToClaim,
  namesClass,
  storageClassOf,
  volumeMismatch,
} from '#component-helpers';

type Claim = corev1.PersistentVolumeClaim;
type Volume = corev1.PersistentVolume;

/** An event about a claim. */
export interface ClaimEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** What is to be done about a claim. */
export type ClaimPlan =
  | { do: 'bind'; volume: Volume }
  /** It waits; `fails`: it is tried again after a back-off. */
  | { do: 'wait'; event?: ClaimEvent; fails?: string }
  | { do: 'lose'; event: ClaimEvent }
  | { do: 'set-class'; name: string }
  | { do: 'provision' };

/** What a claim is planned with. */
export interface ClaimWorld {
  volume(name: string): Volume | undefined;
  /** The volumes that nobody has claimed, of the claim's class, and those that refer to the claim. */
  candidates: readonly Volume[];
  class: storagev1.StorageClass | undefined;
  defaultClass: storagev1.StorageClass | undefined;
  /** Names of the pods without a node that use the claim. */
  unscheduledPods: readonly string[];
}

const NO_CLASS = 'no persistent volumes available for this claim and no storage class is set';

/** What follows for a claim as it is (pv_controller.go syncClaim). Pure. */
export function planClaim(claim: Claim, world: ClaimWorld): ClaimPlan {
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return planBoundClaim(claim, world);
  return claim.spec.volumeName ? planNamedVolume(claim, world.volume(claim.spec.volumeName)) : planUnboundClaim(claim, world);
}

function planBoundClaim(claim: Claim, world: ClaimWorld): ClaimPlan {
  const { volumeName } = claim.spec;
  const lost = (reason: string, message: string): ClaimPlan => ({ do: 'lose', event: { type: 'Warning', reason, message } });
  if (!volumeName) return lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  const volume = world.volume(volumeName);
  if (!volume) return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const { claimRef } = volume.spec;
  if (claimRef === undefined || claimRef.uid === claim.metadata.uid) return { do: 'bind', volume };
  return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}

/** A user has named the volume, or a binding was interrupted. */
function planNamedVolume(claim: Claim, volume: Volume | undefined): ClaimPlan {
  if (volume === undefined) return { do: 'wait' };
  const { name } = volume.metadata;
  const { claimRef } = volume.spec;
  if (claimRef === undefined) {
    const mismatch = volumeMismatch(volume, claim);
    if (mismatch === undefined) return { do: 'bind', volume };
    const message = `Cannot bind to requested volume "${name}": ${mismatch}`;
    return { do: 'wait', event: { type: 'Warning', reason: 'VolumeMismatch', message } };
  }
  if (isVolumeBoundToClaim(volume, claim)) return { do: 'bind', volume };
  const event: ClaimEvent = {
    type: 'Warning',
    reason: 'FailedBinding',
    message: `volume "${name}" already bound to a different claim.`,
  };
  if (claim.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined) return { do: 'wait', event };
  const key = `${claim.metadata.namespace}/${claim.metadata.name}`;
  const other = `${claimRef.namespace}/${claimRef.name}`;
  return { do: 'wait', event, fails: `invalid binding of claim "${key}" to volume "${name}": volume already claimed by "${other}"` };
}

function planUnboundClaim(claim: Claim, world: ClaimWorld): ClaimPlan {
  const delayed = delaysBinding(world.class);
  const volume = findBestVolume(claim, world.candidates, { delayed });
  if (volume) return { do: 'bind', volume };
  if (!namesClass(claim) && world.defaultClass) return { do: 'set-class', name: world.defaultClass.metadata.name };
  if (delayed && !hasSelectedNode(claim)) return { do: 'wait', event: { type: 'Normal', ...firstConsumer(world.unscheduledPods) } };
  if (storageClassOf(claim) !== '') return { do: 'provision' };
  return { do: 'wait', event: { type: 'Normal', reason: 'FailedBinding', message: NO_CLASS } };
}

function firstConsumer(pods: readonly string[]): Pick<ClaimEvent, 'reason' | 'message'> {
  if (pods.length === 0) return { reason: 'WaitForFirstConsumer', message: 'waiting for first consumer to be created before binding' };
  return { reason: 'WaitForPodScheduled', message: `waiting for ${pods.length > 1 ? 'pods' : 'pod'} ${pods.join(',')} to be scheduled` };
}
