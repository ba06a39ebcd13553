import { type corev1, DeviceClass, ResourceClaim, ResourceSlice, type resourcev1 } from '#api';
import { controllerOf, formatTime, parseQuantity, type Quantity } from '#apimachinery';
import type { Informers } from '#client';
import { nodeSelectorMatcher } from '#component-helpers';
import { type Allocated, AllocationFailure, allocate } from '../devices/allocate.js';
import { hasBindingConditions, isReadyForBinding } from '../devices/binding.js';
import { addAmounts } from '../devices/capacity.js';
import { deviceId, Slices } from '../devices/pools.js';
import { type CycleState, normalizeByMax, type Plugin, type StateData, unresolvable } from '../framework.js';
import { hint } from '../hints.js';
import { nodeAdded, onNodes } from '../plugin-hints.js';

type Claim = resourcev1.ResourceClaim;

const NAME = 'DynamicResources';
const FINALIZER = 'resource.kubernetes.io/delete-protection';
/** Pods that may use one claim (ResourceClaimReservedForMaxSize). */
const MOST_CONSUMERS = 256;
/** Alternatives of a request (FirstAvailableDeviceRequestMaxSize). */
const MOST_ALTERNATIVES = 8;
/** How often the binding conditions of devices are looked at. */
const BINDING_POLL = 5_000;

/** Allocations that are about to be written, by the claim's uid. */
const pending = new WeakMap<Informers, Map<string, resourcev1.AllocationResult>>();

function pendingOf(informers: Informers): Map<string, resourcev1.AllocationResult> {
  const known = pending.get(informers) ?? new Map();
  pending.set(informers, known);
  return known;
}

interface DeviceState extends StateData {
  informers: Informers;
  claims: readonly Claim[];
  open: readonly Claim[];
  supply: { allocated: Allocated; slices: Slices } | undefined;
  /** It waits for the binding conditions of devices. */
  waits?: boolean;
  byNode: Map<string, readonly resourcev1.AllocationResult[]>;
}

const stateOf = (state: CycleState): DeviceState | undefined => state.read<DeviceState>(NAME);
const usesClaims = ({ spec }: corev1.Pod): boolean => (spec.resourceClaims ?? []).length > 0;

const isReservedFor = ({ status }: Claim, { metadata }: corev1.Pod): boolean =>
  (status?.reservedFor ?? []).some(({ uid }) => uid === metadata.uid);

/** The claims of a pod; a text says why they cannot be used yet (foreachPodResourceClaim). */
function claimsOf(pod: corev1.Pod, informers: Informers): Claim[] | string {
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
function missingClass({ spec }: Claim, informers: Informers): string | undefined {
  for (const { name, exactly, firstAvailable = [] } of spec.devices?.requests ?? []) {
    const wanted = exactly ? [{ at: name, request: exactly }] : firstAvailable.map((one) => ({ at: `${name}/${one.name}`, request: one }));
    for (const { at, request } of wanted)
      if (!informers.of(DeviceClass).get(request.deviceClassName))
        return `request ${at}: device class ${request.deviceClassName} does not exist`;
  }
  return undefined;
}

/** What claims have or are about to get (GatherAllocatedState). */
function allocatedState(informers: Informers): Allocated {
  const allocations = [
    ...informers
      .of(ResourceClaim)
      .list()
      .map(({ status }) => status?.allocation),
    ...pendingOf(informers).values(),
  ];
  const devices = new Set<string>();
  const capacity = new Map<string, Map<string, Quantity>>();
  for (const result of allocations.flatMap((allocation) => allocation?.devices?.results ?? [])) {
    if (result.adminAccess) continue;
    const id = deviceId(result);
    if (result.shareID === undefined) {
      devices.add(id);
      continue;
    }
    const used = capacity.get(id) ?? new Map<string, Quantity>();
    capacity.set(id, used);
    addAmounts(used, new Map(Object.entries(result.consumedCapacity ?? {}).map(([name, amount]) => [name, parseQuantity(amount)])));
  }
  return { devices, capacity };
}

/** The more, the earlier alternatives of its requests a claim gets (computeScore). */
function alternativesScore({ spec }: Claim, allocation: resourcev1.AllocationResult | undefined): number {
  const chosen = new Set(allocation?.devices?.results?.map(({ request }) => request));
  let score = 0;
  for (const { name, firstAvailable = [] } of spec.devices?.requests ?? []) {
    firstAvailable.forEach((alternative, at) => {
      if (chosen.has(`${name}/${alternative.name}`)) score += MOST_ALTERNATIVES - at;
    });
  }
  return score;
}

/** Gives the claims of a pod devices of the node it gets (KEP-4381, structured parameters). */
export const dynamicResources: Plugin = {
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
    const known: DeviceState = { informers, claims, open, supply, byNode: new Map() };
    state.write(NAME, known);
    return undefined;
  },
  filter(_pod, { node }, state) {
    const known = stateOf(state);
    if (!known) return undefined;
    const { claims, open, informers, supply } = known;
    for (const { status } of claims) {
      const selector = status?.allocation?.nodeSelector;
      if (selector && !nodeSelectorMatcher(selector)(node)) return unresolvable('resourceclaim not available on the node');
    }
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
  preBindPreFlight: (pod, _node, state) => (stateOf(state)?.claims ?? []).some((claim) => !isReservedFor(claim, pod)),
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
};

function forget(state: CycleState): void {
  const known = stateOf(state);
  for (const { metadata } of known?.open ?? []) if (known) pendingOf(known.informers).delete(metadata.uid ?? '');
}
