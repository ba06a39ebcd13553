import type { corev1 } from '#api';
import { parseQuantity, type Quantity } from '#apimachinery';

type Claim = corev1.PersistentVolumeClaim;

/** What is to be done about the size of a claim's volume. */
export type ResizePlan =
  | { do: 'nothing' }
  /** `again`: to the size of the last attempt, which the status says already. */
  | { do: 'resize'; size: Quantity; again: boolean };

const NOTHING: ResizePlan = { do: 'nothing' };
const storageOf = (amounts: Readonly<Record<string, string>> | undefined): Quantity | undefined =>
  amounts?.storage === undefined ? undefined : parseQuantity(amounts.storage);

/** Whether a claim asks for more than it has (pvcNeedResize). */
export function wantsMore({ spec, status }: Claim): boolean {
  const wanted = storageOf(spec.resources?.requests);
  if (status?.phase !== 'Bound' || !spec.volumeName || wanted === undefined) return false;
  return wanted.compare(storageOf(status.capacity) ?? parseQuantity('0')) > 0;
}

/**
 * To which size a volume is to be expanded, so that a failed expansion can be replaced by a smaller one (external-resizer
 * expandAndRecover). `failed`: the last attempt has failed for good. Pure.
 */
export function planResize(claim: Claim, volume: corev1.PersistentVolume, { failed }: { failed: boolean }): ResizePlan {
  const { claimRef } = volume.spec;
  if (!wantsMore(claim) || claimRef?.uid !== claim.metadata.uid || claimRef?.namespace !== claim.metadata.namespace) return NOTHING;
  const wanted = storageOf(claim.spec.resources?.requests) ?? parseQuantity('0');
  const size = storageOf(volume.spec.capacity) ?? parseQuantity('0');
  const allocated = storageOf(claim.status?.allocatedResources);
  const state = claim.status?.allocatedResourceStatuses?.storage ?? '';
  const target =
    size.compare(wanted) < 0 ? whileSmaller(state, { wanted, size, allocated, failed }) : onceExpanded(claim, state, allocated);
  if (target === undefined) return NOTHING;
  const next = target === 'wanted' ? wanted : target;
  return { do: 'resize', size: next, again: allocated !== undefined && allocated.compare(next) === 0 };
}

type Target = Quantity | 'wanted' | undefined;

interface Sizes {
  wanted: Quantity;
  size: Quantity;
  allocated: Quantity | undefined;
  failed: boolean;
}

/** The volume is smaller than what is wanted: what was begun is finished first. */
function whileSmaller(state: string, { wanted, size, allocated, failed }: Sizes): Target {
  switch (state) {
    case 'NodeResizeInfeasible':
      return allocated ?? wanted;
    case 'NodeResizePending':
    case 'NodeResizeInProgress':
      return size.compare(allocated ?? wanted) >= 0 ? undefined : (allocated ?? wanted);
    case 'ControllerResizeInProgress':
      return failed ? wanted : (allocated ?? wanted);
    default:
      return wanted;
  }
}

/** The volume has the size: the kubelet is waited for, or what was not recorded is done again. */
function onceExpanded(claim: Claim, state: string, allocated: Quantity | undefined): Target {
  if (state === 'NodeResizePending' || state === 'NodeResizeInProgress') return undefined;
  if (allocated !== undefined) return allocated;
  const pending = claim.status?.conditions?.some(({ type, status }) => type === 'FileSystemResizePending' && status === 'True');
  return state === '' && pending ? undefined : 'wanted';
}
