import { CSIDriver, CSIStorageCapacity, type corev1, PersistentVolume, PersistentVolumeClaim, StorageClass, type storagev1 } from '#api';
import { deepEqual, parseQuantity } from '#apimachinery';
import type { Informers } from '#client';
import { BIND_COMPLETED, isVolumeBoundToClaim, podClaimNames, SELECTED_NODE } from '#component-helpers';
import { type CycleState, type Effects, type Plugin, type StateData, unresolvable } from '../framework.js';
import { hint } from '../hints.js';
import { nodeAdded, nodeRelabelled, onNodes } from '../plugin-hints.js';
import { type AssumedVolumes, assumedVolumes, type PodVolumes } from '../volumes/assumed.js';
import { findPodVolumes } from '../volumes/find.js';
import { claimKeyOf, claimsOf, type PodClaims } from '../volumes/pod-claims.js';

type Claim = corev1.PersistentVolumeClaim;

const NAME = 'VolumeBinding';
const UNBOUND = 'pod has unbound immediate PersistentVolumeClaims';
/** How long volumes may take to be bound (VolumeBindingArgs bindTimeoutSeconds). */
const BIND_TIMEOUT = 600_000;
const TIMED_OUT = 'binding volumes: context deadline exceeded';

/** A pod's claims, and what they get on each node that suits them. */
interface ClaimState extends StateData {
  claims: PodClaims;
  informers: Informers;
  assumed: AssumedVolumes;
  byNode: Map<string, PodVolumes>;
  /** The writes of preBind were done. */
  written: boolean;
}

const stateOf = (state: CycleState): ClaimState | undefined => state.read<ClaimState>(NAME);

/** The state, and what is missing on a node; undefined if all claims are bound. */
function missingOn(node: string, state: CycleState): { known: ClaimState; missing: PodVolumes } | undefined {
  const known = stateOf(state);
  const missing = known?.byNode.get(node);
  return known && missing && missing.bindings.length + missing.provisions.length > 0 ? { known, missing } : undefined;
}

function forget(node: string, state: CycleState): void {
  const found = missingOn(node, state);
  found?.known.assumed.forget(found.missing);
}

/** Whether a volume may be larger than before. */
function hasMore(capacity: storagev1.CSIStorageCapacity, old: storagev1.CSIStorageCapacity | undefined): boolean {
  const limitOf = (one: storagev1.CSIStorageCapacity) => parseQuantity(one.maximumVolumeSize ?? one.capacity ?? '0');
  return old === undefined || limitOf(capacity).compare(limitOf(old)) > 0;
}

const usesClaims = (pod: corev1.Pod): boolean => podClaimNames(pod).length > 0;

/**
 * A pod's claims must be bound to volumes that can be used on the node. Claims that wait for their first consumer are bound, or their volumes
 * provisioned, between the choice of the node and the pod's binding to it.
 */
export const volumeBinding: Plugin = {
  name: NAME,
  hints: [
    hint(PersistentVolumeClaim, {
      may: (pod, { object: { metadata } }) => pod.metadata.namespace === metadata.namespace && podClaimNames(pod).includes(metadata.name),
    }),
    hint(PersistentVolume, { may: usesClaims }),
    hint(StorageClass, {
      when: ({ object, old, deleted }) => !deleted && !(old && deepEqual(object.allowedTopologies, old.allowedTopologies)),
      may: usesClaims,
    }),
    hint(CSIDriver, {
      when: ({ object, old, deleted }) => !deleted && old?.spec.storageCapacity === true && object.spec.storageCapacity !== true,
      may: usesClaims,
    }),
    hint(CSIStorageCapacity, { when: ({ object, old, deleted }) => !deleted && hasMore(object, old), may: usesClaims }),
    onNodes([nodeAdded, nodeRelabelled]),
  ],
  preFilter(pod, { informers }, state) {
    const claims = claimsOf(pod, informers);
    if (claims === undefined) return { skip: true };
    if (typeof claims === 'string') return { rejection: unresolvable(claims) };
    if (claims.immediate.length > 0) return { rejection: unresolvable(UNBOUND) };
    const known: ClaimState = { claims, informers, assumed: assumedVolumes(informers), byNode: new Map(), written: false };
    state.write(NAME, known);
    return undefined;
  },
  filter(_pod, { node }, state) {
    const known = stateOf(state);
    if (!known) return undefined;
    const { volumes, reasons } = findPodVolumes(known.claims, { node, informers: known.informers, assumed: known.assumed });
    if (!volumes) return unresolvable(...reasons);
    known.byNode.set(node.metadata.name, volumes);
    return undefined;
  },
  reserve(_pod, { name }, state) {
    const found = missingOn(name, state);
    found?.known.assumed.assume(found.missing, name);
    return undefined;
  },
  unreserve: (_pod, node, state) => forget(node, state),
  preBindPreFlight: (_pod, node, state) => missingOn(node, state) !== undefined,
  async preBind(_pod, node, state, { client }) {
    const found = missingOn(node, state);
    if (!found) return undefined;
    const { known, missing } = found;
    if (!known.written) await write(missing, node, { client, informers: known.informers });
    known.written = true;
    return allBound(missing, node, known.informers) ? undefined : { wait: BIND_TIMEOUT, message: TIMED_OUT };
  },
  postBind: (_pod, node, state) => forget(node, state),
};

/** Volumes refer to their claims, and claims name the node; the binder and the provisioners do the rest (bindAPIUpdate). */
async function write(
  { bindings, provisions }: PodVolumes,
  node: string,
  { client, informers }: Pick<Effects, 'client'> & { informers: Informers },
): Promise<void> {
  for (const { volume } of bindings) await client.update(PersistentVolume, volume);
  for (const { metadata } of provisions) {
    const claim = informers.of(PersistentVolumeClaim).get(metadata.name, metadata.namespace);
    if (!claim || claim.metadata.annotations?.[SELECTED_NODE] === node) continue;
    const annotations = { ...claim.metadata.annotations, [SELECTED_NODE]: node };
    await client.update(PersistentVolumeClaim, { ...claim, metadata: { ...claim.metadata, annotations } });
  }
}

/** Why claims will never be bound, so that the pod has to be scheduled again. */
class BindingError extends Error {
  constructor(message: string) {
    super(`binding volumes: ${message}`);
  }
}

const isBound = ({ spec, metadata }: Claim): boolean => Boolean(spec.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined;

function currentClaim({ metadata: { name, namespace } }: Claim, informers: Informers): Claim {
  const found = informers.of(PersistentVolumeClaim).get(name, namespace);
  if (!found) throw new BindingError(`failed to get pvc from API server: persistentvolumeclaim "${name}" not found`);
  if (found.metadata.deletionTimestamp) throw new BindingError(`PVC "${claimKeyOf(found)}" is being deleted`);
  return found;
}

/** Whether all claims are bound. Throws a BindingError if they never will be (checkBindings). */
function allBound({ bindings, provisions }: PodVolumes, node: string, informers: Informers): boolean {
  let bound = true;
  for (const { claim, volume } of bindings) {
    const { name } = volume.metadata;
    const found = informers.of(PersistentVolume).get(name);
    if (!found) throw new BindingError(`could not find pv "${name}"`);
    if (!isVolumeBoundToClaim(found, claim)) throw new BindingError(`pv "${name}" is bound to another claim`);
    if (!isBound(currentClaim(claim, informers))) bound = false;
  }
  for (const claim of provisions) {
    const found = currentClaim(claim, informers);
    if (isBound(found)) continue;
    bound = false;
    if (found.metadata.annotations?.[SELECTED_NODE] !== node)
      throw new BindingError(`selectedNode annotation reset for PVC "${found.metadata.name}"`);
  }
  return bound;
}
