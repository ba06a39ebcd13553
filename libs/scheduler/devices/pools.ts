import type { corev1, resourcev1 } from '#api';
import { parseQuantity, type Quantity } from '#apimachinery';
import { nodeSelectorMatcher } from '#component-helpers';

type Slice = resourcev1.ResourceSlice;
type Device = resourcev1.Device;

/** A device of a pool, and the slice that publishes it. */
export interface Offered {
  device: Device;
  /** Its name in the cluster. */
  id: string;
  slice: Slice;
  pool: Pool;
}

/** The counters of a pool by their set. */
export type Counters = Map<string, Map<string, Quantity>>;

/** What a driver offers together, as far as one node can use it. */
export interface Pool {
  readonly driver: string;
  readonly name: string;
  /** Not all of its slices are there: nothing can be allocated from it. */
  readonly incomplete: boolean;
  /** Its slices contradict one another: nothing can be allocated from it. */
  readonly invalid: boolean;
  /** The devices that may be allocated for the node. */
  readonly offered: readonly Offered[];
  /** All devices of the pool. */
  readonly all: readonly Offered[];
  readonly counters: ReadonlyMap<string, ReadonlyMap<string, Quantity>>;
}

/** A device's name in the cluster. */
export const deviceId = ({ driver, pool, device }: { driver: string; pool: string; device: string }): string =>
  `${driver}/${pool}/${device}`;

type Placed = Pick<resourcev1.ResourceSliceSpec, 'nodeName' | 'nodeSelector' | 'allNodes'>;

function reaches({ nodeName, nodeSelector, allNodes }: Placed, node: corev1.Node): boolean {
  if (nodeName) return nodeName === node.metadata.name;
  return allNodes === true || (nodeSelector !== undefined && nodeSelectorMatcher(nodeSelector)(node));
}

const sharesCounters = ({ spec }: Slice): boolean => (spec.sharedCounters ?? []).length > 0;
const byName = (a: Slice, b: Slice): number => (a.metadata.name < b.metadata.name ? -1 : 1);

function concerns(slice: Slice, node: corev1.Node): boolean {
  const { spec } = slice;
  if (sharesCounters(slice)) return true;
  if (spec.perDeviceNodeSelection) return (spec.devices ?? []).some((device) => reaches(device, node));
  return reaches(spec, node);
}

/** All slices of a cluster, so that those of one node are found without looking at the others. */
export class Slices {
  private readonly byPool = new Map<string, Slice[]>();
  private readonly onNode = new Map<string, Slice[]>();
  private readonly shared: Slice[] = [];

  constructor(all: readonly Slice[]) {
    for (const slice of all) {
      const { driver, pool, nodeName } = slice.spec;
      push(this.byPool, `${driver}/${pool.name}`, slice);
      if (nodeName && !sharesCounters(slice)) push(this.onNode, nodeName, slice);
      else this.shared.push(slice);
    }
  }

  /** The pools that a node can use something of (GatherPools). Those with binding conditions are last. */
  poolsFor(node: corev1.Node): Pool[] {
    const relevant = [...(this.onNode.get(node.metadata.name) ?? []), ...this.shared].filter((slice) => concerns(slice, node));
    const pools = new Map<string, Slice[]>();
    for (const slice of relevant) push(pools, `${slice.spec.driver}/${slice.spec.pool.name}`, slice);
    const found = [...pools].flatMap(([id, slices]) => this.poolOf(id, slices, node) ?? []);
    const binds = ({ offered }: Pool) => offered.some(({ device }) => (device.bindingConditions ?? []).length > 0);
    const order = (a: Pool, b: Pool): number => {
      if (binds(a) !== binds(b)) return binds(a) ? 1 : -1;
      return a.driver === b.driver ? (a.name < b.name ? -1 : 1) : a.driver < b.driver ? -1 : 1;
    };
    return found.sort(order);
  }

  /** Undefined if the slices are being replaced by a newer generation. */
  private poolOf(id: string, relevant: readonly Slice[], node: corev1.Node): Pool | undefined {
    const newest = Math.max(...relevant.map(({ spec }) => spec.pool.generation ?? 0));
    const all = this.byPool.get(id) ?? [];
    if (all.some(({ spec }) => (spec.pool.generation ?? 0) > newest)) return undefined;
    const current = all.filter(({ spec }) => (spec.pool.generation ?? 0) === newest);
    const used = new Set(relevant);
    return buildPool(current.sort(byName), (slice) => used.has(slice), node);
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}

function buildPool(slices: readonly Slice[], isUsed: (slice: Slice) => boolean, node: corev1.Node): Pool | undefined {
  const [first] = slices;
  if (!first) return undefined;
  const { driver, pool } = first.spec;
  const empty = { driver, name: pool.name, offered: [], all: [], counters: new Map() };
  if (slices.length !== pool.resourceSliceCount) return { ...empty, incomplete: true, invalid: false };
  const all: Offered[] = [];
  const built: Pool = { ...empty, incomplete: false, invalid: !isConsistent(slices), all, counters: countersOf(slices) };
  for (const slice of slices) {
    for (const device of slice.spec.devices ?? [])
      all.push({ device, slice, pool: built, id: deviceId({ driver, pool: pool.name, device: device.name }) });
  }
  const here = ({ slice, device }: Offered) => isUsed(slice) && (!slice.spec.perDeviceNodeSelection || reaches(device, node));
  return Object.assign(built, { offered: all.filter(here) });
}

function countersOf(slices: readonly Slice[]): Counters {
  const sets: Counters = new Map();
  for (const { name, counters = {} } of slices.flatMap(({ spec }) => spec.sharedCounters ?? []))
    sets.set(name, new Map(Object.entries(counters).map(([key, { value }]) => [key, parseQuantity(value ?? 0)])));
  return sets;
}

/** Names of devices and counter sets occur once, and devices consume counters that there are (buildPool). */
function isConsistent(slices: readonly Slice[]): boolean {
  const devices = slices.flatMap(({ spec }) => spec.devices ?? []);
  const sets = slices.flatMap(({ spec }) => spec.sharedCounters ?? []);
  const counters = new Map(sets.map(({ name, counters: own = {} }) => [name, own]));
  if (new Set(devices.map(({ name }) => name)).size < devices.length || counters.size < sets.length) return false;
  return devices.every(({ consumesCounters = [] }) =>
    consumesCounters.every(({ counterSet, counters: wanted = {} }) => {
      const known = counters.get(counterSet);
      return known !== undefined && Object.keys(wanted).every((name) => known[name] !== undefined);
    }),
  );
}
