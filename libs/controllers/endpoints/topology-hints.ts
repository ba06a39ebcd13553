import type { corev1, discoveryv1 } from '#api';
import { parseQuantity } from '#apimachinery';
import { conditionOf } from '#component-helpers';
import { type Hinted, withHints, withoutHints } from './traffic-distribution.js';

type Endpoint = discoveryv1.Endpoint;
type Slice = discoveryv1.EndpointSlice;

/** What an event of the Service says. */
export interface HintsEvent {
  type: 'Normal' | 'Warning';
  reason: 'TopologyAwareHintsEnabled' | 'TopologyAwareHintsDisabled';
  message: string;
}

/** How much more than its share an endpoint may get. */
const OVERLOAD = 0.2;
const ZONE = 'topology.kubernetes.io/zone';
const EXCLUDED = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** Whether a Service asks for hints by its annotation (hintsEnabled). */
export function asksForHints({ metadata: { annotations = {} } }: corev1.Service): boolean {
  const mode = annotations['service.kubernetes.io/topology-aware-hints'] ?? annotations['service.kubernetes.io/topology-mode'];
  return mode === 'Auto' || mode === 'auto';
}

/** The share of each zone in the CPUs of the ready nodes; undefined if some node tells too little, or there is one zone (SetNodes). */
export function zoneRatios(nodes: readonly corev1.Node[]): ReadonlyMap<string, number> | undefined {
  const byZone = new Map<string, number>();
  let total = 0;
  for (const { metadata, status } of nodes) {
    if (EXCLUDED.some((label) => metadata.labels?.[label] !== undefined)) continue;
    if (conditionOf(status?.conditions, 'Ready')?.status !== 'True') continue;
    const zone = metadata.labels?.[ZONE];
    const cpu = parseQuantity(status?.allocatable?.cpu ?? '0').milliValue();
    if (!zone || cpu === 0) return undefined;
    byZone.set(zone, (byZone.get(zone) ?? 0) + cpu);
    total += cpu;
  }
  if (byZone.size < 2) return undefined;
  return new Map([...byZone].sort(([a], [b]) => (a < b ? -1 : 1)).map(([zone, cpu]) => [zone, cpu / total]));
}

interface Allocation {
  desired: number;
  maximum: number;
}

type Allocations = ReadonlyMap<string, Allocation>;

/** How many endpoints each zone gets; the reason if it is not possible (getAllocations). */
function allocationsOf(endpoints: number, ratios: ReadonlyMap<string, number> | undefined): Allocations | string {
  if (!ratios) return 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes';
  const counts = `(${endpoints} endpoints, ${ratios.size} zones)`;
  if (ratios.size > endpoints) return `Insufficient number of endpoints ${counts}`;
  const minima = [...ratios].map(([zone, ratio]) => ({
    zone,
    share: ratio * endpoints,
    minimum: Math.ceil(ratio * endpoints * (1 / (1 + OVERLOAD))),
  }));
  const left = endpoints - minima.reduce((sum, { minimum }) => sum + minimum, 0);
  if (left < 0) return `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counts}`;
  return new Map(minima.map(({ zone, share, minimum }) => [zone, { desired: Math.max(share, minimum), maximum: minimum + left }]));
}

const readyOf = ({ endpoints = [] }: Slice): Endpoint[] => endpoints.filter(({ conditions }) => conditions?.ready === true);

const addUp = (sums: Map<string, number>, more: ReadonlyMap<string, number>): void => {
  for (const [zone, count] of more) sums.set(zone, (sums.get(zone) ?? 0) + count);
};

/** The hints of a slice by zone; undefined if they have to change (getHintsByZone). */
function standingHints(slice: Slice, allocated: ReadonlyMap<string, number>, allocations: Allocations): Map<string, number> | undefined {
  const byZone = new Map<string, number>();
  for (const { hints } of readyOf(slice)) {
    const zones = hints?.forZones ?? [];
    if (zones.length === 0 || zones.some(({ name }) => !allocations.has(name))) return undefined;
    addUp(byZone, new Map(zones.map(({ name }) => [name, 1])));
  }
  const tooMany = ([zone, count]: [string, number]) => count + (allocated.get(zone) ?? 0) > (allocations.get(zone)?.maximum ?? 0);
  return [...byZone].some(tooMany) ? undefined : byZone;
}

function most(zones: ReadonlyMap<string, number>): [string, number] {
  let found: [string, number] = ['', 0];
  for (const [zone, count] of zones) if (count > found[1]) found = [zone, count];
  return found;
}

/** How many endpoints zones give to others, and get from others (getGivingAndReceivingZones). */
function exchange(allocations: Allocations, allocated: ReadonlyMap<string, number>) {
  const [surplus, want] = [new Map<string, number>(), new Map<string, number>()];
  for (const [zone, { desired }] of allocations) {
    const has = allocated.get(zone) ?? 0;
    if (has > desired) surplus.set(zone, has - desired);
    else if (has < desired) want.set(zone, desired - has);
  }
  const [giving, receiving] = [new Map<string, number>(), new Map<string, number>()];
  for (;;) {
    const [from, given] = most(surplus);
    const [to, wanted] = most(want);
    if (from === '' || to === '' || (given < 1 && wanted < 1) || given < 0.5 || wanted < 0.5) return { giving, receiving };
    addUp(giving, new Map([[from, 1]]));
    addUp(receiving, new Map([[to, 1]]));
    surplus.set(from, given - 1);
    want.set(to, wanted - 1);
  }
}

function takeOne(zones: Map<string, number>, zone: string): void {
  const left = (zones.get(zone) ?? 0) - 1;
  if (left > 0) zones.set(zone, left);
  else zones.delete(zone);
}

/** Endpoints with hints for their own zone, or for one that gets them (redistributeHints). */
function distribute(slices: readonly Slice[], { giving, receiving }: ReturnType<typeof exchange>): Slice[] {
  const zoneFor = (own: string): string => {
    const [to] = giving.has(own) ? receiving.keys() : [];
    if (to === undefined) return own;
    takeOne(giving, own);
    takeOne(receiving, to);
    return to;
  };
  return slices.map((slice) => ({
    ...slice,
    endpoints: (slice.endpoints ?? []).map((endpoint) =>
      endpoint.conditions?.ready === true
        ? withHints(endpoint, { forZones: [{ name: zoneFor(endpoint.zone ?? '') }] })
        : withHints(endpoint, undefined),
    ),
  }));
}

/** The slices of one address type with hints, as the annotation asks for them (topologycache AddHints). `before`: they had hints. Pure. */
export function addTopologyHints(
  slices: Hinted,
  { ratios, addressType, before }: { ratios: ReadonlyMap<string, number> | undefined; addressType: string; before: boolean },
): { slices: Hinted; event?: HintsEvent } {
  const disabled = (why: string): { slices: Hinted; event: HintsEvent } => ({
    slices: withoutHints(slices),
    event: { type: 'Warning', reason: 'TopologyAwareHintsDisabled', message: `${why}, addressType: ${addressType}` },
  });
  const all = [...slices.create, ...slices.update, ...slices.unchanged].flatMap(readyOf);
  const allocations = allocationsOf(all.length, ratios);
  if (typeof allocations === 'string') return disabled(allocations);
  const allocated = new Map<string, number>();
  const [unchanged, stale]: [Slice[], Slice[]] = [[], []];
  for (const slice of slices.unchanged) {
    const hints = standingHints(slice, allocated, allocations);
    (hints ? unchanged : stale).push(slice);
    if (hints) addUp(allocated, hints);
  }
  const update = [...slices.update, ...stale];
  const zones = [...slices.create, ...update].flatMap(readyOf).map(({ zone }) => zone);
  if (zones.some((zone) => !zone)) return disabled('One or more endpoints do not have a zone specified');
  for (const zone of zones) addUp(allocated, new Map([[zone ?? '', 1]]));
  const moves = exchange(allocations, allocated);
  const message = `Topology Aware Hints has been enabled, addressType: ${addressType}`;
  return {
    slices: { create: distribute(slices.create, moves), update: distribute(update, moves), unchanged },
    ...(before ? {} : { event: { type: 'Normal', reason: 'TopologyAwareHintsEnabled', message } }),
  };
}

/** Whether the hints of a Service leave some zone with too few endpoints (serviceOverloaded). Pure. */
export function isOverloaded(slices: readonly Slice[], ratios: ReadonlyMap<string, number> | undefined): boolean {
  const byZone = new Map<string, number>();
  let total = 0;
  for (const { hints } of slices.flatMap(({ endpoints = [] }) => endpoints)) {
    for (const { name } of hints?.forZones ?? []) {
      addUp(byZone, new Map([[name, 1]]));
      total += 1;
    }
  }
  if (total === 0) return false;
  if (!ratios) return true;
  return [...ratios].some(([zone, ratio]) => (byZone.get(zone) ?? -1) < Math.ceil(total * ratio * (1 / (1 + OVERLOAD))));
}
