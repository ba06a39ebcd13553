import { type corev1, DeviceClass, ResourceClaim, ResourceSlice, type resourcev1 } from '#api';
import { formatTime, type Instant } from '#apimachinery';
import type { Informers } from '#client';
import { nodeSelectorMatcher } from '#component-helpers';
import { type Allocated, AllocationFailure, allocate } from '../devices/allocate.js';
import { allocatedState, pendingOf } from '../devices/allocated.js';
import { deleteExtendedClaim, type ExtendedAllocation, FINALIZER, writeExtendedClaim } from '../devices/bind-extended.js';
import { BindingFailure, hasBindingConditions, isReadyForBinding } from '../devices/binding.js';
import { classOf, extendedClaim, leftClaim, mayNeedDevices, providedByDevices, requestsAndMappings } from '../devices/extended.js';
import { CLAIMS_DO_NOT_HELP, DEALLOCATED, DELETED, EXTENDED_CLAIM_LEFT, NO_CLAIM_STATE, NO_CLAIMS } from '../devices/messages.js';
import { alternativesScore, claimsOf, isReservedFor, missingClass, usesClaims } from '../devices/pod-claims.js';
import { Slices } from '../devices/pools.js';
import { type CycleState, normalizeByMax, type Plugin, type StateData, unresolvable } from '../framework.js';
import { hint } from '../hints.js';
import type { NodeInfo } from '../node-info.js';
import { nodeAdded, onNodes } from '../plugin-hints.js';

type Claim = resourcev1.ResourceClaim;

const NAME = 'DynamicResources';
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
  extended: Extended | undefined;
  /** It waits for the binding conditions of devices. */
  waits?: boolean;
  byNode: Map<string, readonly resourcev1.AllocationResult[]>;
}

/** The extended resources of a pod that devices provide. */
interface Extended {
  /** Device classes by the resources. */
  resources: ReadonlyMap<string, string>;
  /** The claim that an earlier attempt has left. */
  left: Claim | undefined;
  byNode: Map<string, ExtendedAllocation>;
  written: boolean;
}

function extendedOf(pod: corev1.Pod, informers: Informers): Extended | undefined {
  const provided = mayNeedDevices(pod) ? providedByDevices(pod, informers) : [];
  if (provided.length === 0) return undefined;
  const resources = new Map(provided.map(([resource]) => [resource, classOf(resource, informers)?.metadata.name ?? '']));
  return { resources, left: leftClaim(pod, informers), byNode: new Map(), written: false };
}

/** The claim for what a node has no plugin of its own for. */
function claimOn(pod: corev1.Pod, { allocatable }: NodeInfo, { resources }: Extended) {
  const absent = [...resources].filter(([resource]) => (allocatable.get(resource) ?? 0) === 0);
  const { requests, mappings } = requestsAndMappings(pod, new Map(absent));
  return requests.length === 0 ? undefined : { claim: extendedClaim(pod, requests), mappings };
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

const needsDevices = (pod: corev1.Pod): boolean => usesClaims(pod) || mayNeedDevices(pod);

const withClock = (now: () => Instant): Plugin => ({
  name: NAME,
  hints: [
    hint(ResourceClaim, { may: needsDevices }),
    hint(DeviceClass, { may: needsDevices }),
    hint(ResourceSlice, { may: needsDevices }),
    onNodes([nodeAdded]),
  ],
  preEnqueue(pod, informers) {
    const claims = usesClaims(pod) ? claimsOf(pod, informers) : [];
    return typeof claims === 'string' ? unresolvable(claims) : undefined;
  },
  preFilter(pod, { informers }, state) {
    const extended = extendedOf(pod, informers);
    if (!usesClaims(pod) && !extended) return { skip: true };
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
      open.length > 0 || extended
        ? { allocated: allocatedState(informers), slices: new Slices(informers.of(ResourceSlice).list()) }
        : undefined;
    const known: DeviceState = { informers, claims, open, supply, extended, unavailable: new Set(), byNode: new Map() };
    state.write(NAME, known);
    return undefined;
  },
  filter(pod, info, state) {
    const known = stateOf(state);
    if (!known) return undefined;
    const { node } = info;
    const { claims, open, informers, supply, extended } = known;
    if (extended?.left) return unresolvable(EXTENDED_CLAIM_LEFT);
    const extra = extended && claimOn(pod, info, extended);
    const unavailable = claims.filter((claim) => !isAvailable(claim, node, now()));
    for (const claim of unavailable) known.unavailable.add(claim);
    if (unavailable.length > 0) return unresolvable('resourceclaim not available on the node');
    if (!supply || (open.length === 0 && !extra)) return undefined;
    const deviceClass = (name: string) => informers.of(DeviceClass).get(name);
    try {
      const { allocated, slices } = supply;
      const found = allocate(extra ? [...open, extra.claim] : open, { node, pools: slices.poolsFor(node), allocated, deviceClass });
      if (!found) return unresolvable('cannot allocate all claims');
      known.byNode.set(node.metadata.name, found);
      const last = found.at(-1);
      if (extra && last) extended?.byNode.set(node.metadata.name, { ...extra, allocation: last });
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
    const left = known.extended?.left;
    if (!claim && left) return { nomination: 'keep', message: DELETED, act: (effects) => deleteExtendedClaim(left, effects) };
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
    const extra = known?.extended?.byNode.get(name);
    if (known && extra) pendingOf(known.informers).set(extra.claim.metadata.uid ?? '', extra.allocation);
    const allocations = known?.byNode.get(name);
    known?.open.forEach((claim, at) => {
      const allocation = allocations?.[at];
      if (allocation) pendingOf(known.informers).set(claim.metadata.uid ?? '', allocation);
    });
    return undefined;
  },
  unreserve: (pod, _node, state) => forget(pod, state),
  preBindPreFlight: (pod, node, state) =>
    stateOf(state)?.extended?.byNode.has(node) === true ||
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
    const extra = known.extended?.byNode.get(node);
    if (known.extended && extra && !known.extended.written) await writeExtendedClaim(pod, extra, { client, clock });
    if (known.extended) known.extended.written = true;
    const claims = known.claims.map(({ metadata }) => known.informers.of(ResourceClaim).get(metadata.name, metadata.namespace));
    if (!claims.some((claim) => claim && hasBindingConditions(claim))) return undefined;
    if (!known.waits) {
      const message = `waiting for binding conditions for device on node ${node}`;
      recorder.record({ about: pod, type: 'Normal', reason: 'BindingConditionsPending', message, action: 'Scheduling' });
    }
    known.waits = true;
    return claims.every((claim) => claim && isReadyForBinding(claim, clock.now())) ? undefined : { wait: BINDING_POLL, message: '' };
  },
  postBind: (pod, _node, state) => forget(pod, state),
});

/** Gives the claims of a pod devices of the node it gets (KEP-4381, structured parameters). */
export const dynamicResources: Plugin = { ...withClock(() => 0), open: ({ clock }) => withClock(() => clock.now()) };

function forget({ metadata: { uid = '' } }: corev1.Pod, state: CycleState): void {
  const known = stateOf(state);
  if (known?.extended) pendingOf(known.informers).delete(uid);
  for (const { metadata } of known?.open ?? []) if (known) pendingOf(known.informers).delete(metadata.uid ?? '');
}
