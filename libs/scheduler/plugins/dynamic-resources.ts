import { type corev1, DeviceClass, ResourceClaim, ResourceSlice, type resourcev1 } from '#api';
import { formatTime, type Instant } from '#apimachinery';
import type { Informers } from '#client';
import { nodeSelectorMatcher } from '#component-helpers';
import { type Allocated, AllocationFailure, allocate } from '../devices/allocate.js';
import { allocatedState, pendingOf } from '../devices/allocated.js';
import { BindingFailure, hasBindingConditions, isReadyForBinding } from '../devices/binding.js';
import { CLAIMS_DO_NOT_HELP, DEALLOCATED, NO_CLAIM_STATE, NO_CLAIMS } from '../devices/messages.js';
import { alternativesScore, claimsOf, isReservedFor, missingClass, usesClaims } from '../devices/pod-claims.js';
import { Slices } from '../devices/pools.js';
import { type CycleState, normalizeByMax, type Plugin, type StateData, unresolvable } from '../framework.js';
import { hint } from '../hints.js';
import { nodeAdded, onNodes } from '../plugin-hints.js';

type Claim = resourcev1.ResourceClaim;

const NAME = 'DynamicResources';
const FINALIZER = 'resource.kubernetes.io/delete-protection';
/** Pods that may use one claim (ResourceClaimReservedForMaxSize). */
const MOST_CONSUMERS = 256;
/** How often the binding conditions of devices are looked at. */
const BINDING_POLL = 5_000;

interface DeviceState extends StateData {
  informers: Informers;
  claims: readonly Claim[];
  open: readonly Claim[];
  supply: { allocated: Allocated; slices: Slices } | undefined;
  /** Claims whose devices cannot be used where they are. */
  unavailable: Set<Claim>;
  /** It waits for the binding conditions of devices. */
  waits?: boolean;
  byNode: Map<string, readonly resourcev1.AllocationResult[]>;
}

const stateOf = (state: CycleState): DeviceState | undefined => state.read<DeviceState>(NAME);

/** Whether the devices of a claim can be used on a node: they are there, and did not fail to be made ready for a pod. */
function isAvailable(claim: Claim, node: corev1.Node, now: Instant): boolean {
  const { allocation } = claim.status ?? {};
  if (allocation?.nodeSelector && !nodeSelectorMatcher(allocation.nodeSelector)(node)) return false;
  try {
    if (allocation) isReadyForBinding(claim, now);
    return true;
  } catch (error) {
    if (error instanceof BindingFailure) return false;
    throw error;
  }
}

const withClock = (now: () => Instant): Plugin => ({
  name: NAME,
  hints: [
    hint(ResourceClaim, { may: usesClaims }),
    hint(DeviceClass, { may: usesClaims }),
    hint(ResourceSlice, { may: usesClaims }),
    onNodes([nodeAdded]),
  ],
  preEnqueue(pod, informers) {
    const claims = usesClaims(pod) ? claimsOf(pod, informers) : [];
    return typeof claims === 'string' ? unresolvable(claims) : undefined;
  },
  preFilter(pod, { informers }, state) {
    if (!usesClaims(pod)) return { skip: true };
    const claims = claimsOf(pod, informers);
    if (typeof claims === 'string') return { rejection: unresolvable(claims) };
    const open = claims.filter(({ status }) => status?.allocation === undefined);
    for (const claim of claims) {
      const { status, metadata } = claim;
      const full = (status?.reservedFor ?? []).length >= MOST_CONSUMERS && !isReservedFor(claim, pod);
      if (status?.allocation && full) return { rejection: unresolvable('resourceclaim in use') };
      if (!status?.allocation && pendingOf(informers).has(metadata.uid ?? ''))
        return {
          rejection: unresolvable(`resource claim ${metadata.namespace}/${metadata.name} is in the process of being allocated`),
        };
    }
    for (const claim of open) {
      const missing = missingClass(claim, informers);
      if (missing !== undefined) return { rejection: unresolvable(missing) };
    }
    const supply =
      open.length > 0 ? { allocated: allocatedState(informers), slices: new Slices(informers.of(ResourceSlice).list()) } : undefined;
    const known: DeviceState = { informers, claims, open, supply, unavailable: new Set(), byNode: new Map() };
    state.write(NAME, known);
    return undefined;
  },
  filter(_pod, { node }, state) {
    const known = stateOf(state);
    if (!known) return undefined;
    const { claims, open, informers, supply } = known;
    const unavailable = claims.filter((claim) => !isAvailable(claim, node, now()));
    for (const claim of unavailable) known.unavailable.add(claim);
    if (unavailable.length > 0) return unresolvable('resourceclaim not available on the node');
    if (!supply) return undefined;
    const deviceClass = (name: string) => informers.of(DeviceClass).get(name);
    try {
      const { allocated, slices } = supply;
      const found = allocate(open, { node, pools: slices.poolsFor(node), allocated, deviceClass });
      if (!found) return unresolvable('cannot allocate all claims');
      known.byNode.set(node.metadata.name, found);
      return undefined;
    } catch (error) {
      if (error instanceof AllocationFailure) return unresolvable(error.message);
      throw error;
    }
  },
  postFilter(pod, _world, { failure }) {
    if (failure.preFilter) return { nomination: 'keep', message: NO_CLAIM_STATE };
    const known = stateOf(failure.filters.state);
    if (!known) return { nomination: 'keep', message: NO_CLAIMS };
    const claim = [...known.unavailable].find(({ status }) => (status?.reservedFor ?? []).every(({ uid }) => uid === pod.metadata.uid));
    if (!claim) return { nomination: 'keep', message: CLAIMS_DO_NOT_HELP };
    return {
      ...{ nomination: 'keep', message: DEALLOCATED },
      async act({ client }) {
        await client.updateStatus(ResourceClaim, { ...claim, status: {} });
      },
    };
  },
  preScore(_pod, _nodes, state) {
    const claims = stateOf(state)?.claims ?? [];
    return !claims.some(({ spec }) => spec.devices?.requests?.some(({ firstAvailable = [] }) => firstAvailable.length > 0));
  },
  score(_pod, { node }, state) {
    const known = stateOf(state);
    const found = known?.byNode.get(node.metadata.name);
    if (!known || !found) return 0;
    return known.claims.reduce((sum, claim) => {
      const allocation = claim.status?.allocation ?? found[known.open.indexOf(claim)];
      return sum + alternativesScore(claim, allocation);
    }, 0);
  },
  normalize: (scores) => normalizeByMax(scores, false),
  reserve(_pod, { name }, state) {
    const known = stateOf(state);
    const allocations = known?.byNode.get(name);
    known?.open.forEach((claim, at) => {
      const allocation = allocations?.[at];
      if (allocation) pendingOf(known.informers).set(claim.metadata.uid ?? '', allocation);
    });
    return undefined;
  },
  unreserve: (_pod, _node, state) => forget(state),
  preBindPreFlight: (pod, _node, state) =>
    (stateOf(state)?.claims ?? []).some((claim) => !isReservedFor(claim, pod) || hasBindingConditions(claim)),
  async preBind(pod, node, state, { client, clock, recorder }) {
    const known = stateOf(state);
    if (!known) return undefined;
    const { name, uid = '' } = pod.metadata;
    for (const claim of known.claims) {
      const current = known.informers.of(ResourceClaim).get(claim.metadata.name, claim.metadata.namespace) ?? claim;
      if (isReservedFor(current, pod)) continue;
      const allocation = current.status?.allocation ?? known.byNode.get(node)?.[known.open.indexOf(claim)];
      if (!allocation)
        throw new Error(`claim ${claim.metadata.namespace}/${claim.metadata.name} got deallocated elsewhere in the meantime`);
      const finalizers = current.metadata.finalizers ?? [];
      const guarded = finalizers.includes(FINALIZER)
        ? current
        : await client.update(ResourceClaim, { ...current, metadata: { ...current.metadata, finalizers: [...finalizers, FINALIZER] } });
      const reservedFor = [...(guarded.status?.reservedFor ?? []), { resource: 'pods', name, uid }];
      const timed = { allocationTimestamp: formatTime(clock.now()), ...allocation };
      await client.updateStatus(ResourceClaim, { ...guarded, status: { ...guarded.status, allocation: timed, reservedFor } });
    }
    const claims = known.claims.map(({ metadata }) => known.informers.of(ResourceClaim).get(metadata.name, metadata.namespace));
    if (!claims.some((claim) => claim && hasBindingConditions(claim))) return undefined;
    if (!known.waits) {
      const message = `waiting for binding conditions for device on node ${node}`;
      recorder.record({ about: pod, type: 'Normal', reason: 'BindingConditionsPending', message, action: 'Scheduling' });
    }
    known.waits = true;
    return claims.every((claim) => claim && isReadyForBinding(claim, clock.now())) ? undefined : { wait: BINDING_POLL, message: '' };
  },
  postBind: (_pod, _node, state) => forget(state),
});

/** Gives the claims of a pod devices of the node it gets (KEP-4381, structured parameters). */
export const dynamicResources: Plugin = { ...withClock(() => 0), open: ({ clock }) => withClock(() => clock.now()) };

function forget(state: CycleState): void {
  const known = stateOf(state);
  for (const { metadata } of known?.open ?? []) if (known) pendingOf(known.informers).delete(metadata.uid ?? '');
}
