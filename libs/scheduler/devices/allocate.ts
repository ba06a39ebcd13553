import type { corev1, resourcev1 } from '#api';
import { deepEqual } from '#apimachinery';
import { nodeSelectorMatcher } from '#component-helpers';
import { SelectorFailure, selects } from './selectors.js';

type Claim = resourcev1.ResourceClaim;
type Result = resourcev1.DeviceRequestAllocationResult;
type Request = resourcev1.ExactDeviceRequest | resourcev1.DeviceSubRequest;

/** Devices that are tried for all claims of a pod on a node at most: beyond it the node counts as not suitable. */
const MOST_TRIES = 20_000;

/** A device of a node, and where it is published. */
export interface Offered {
  device: resourcev1.Device;
  driver: string;
  pool: string;
  /** Unset if it can be used on this node only. */
  elsewhere: boolean;
}

/** A device's name in the cluster. */
export const deviceId = ({ driver, pool, device }: { driver: string; pool: string; device: string }): string =>
  `${driver}/${pool}/${device}`;

function reaches(
  { nodeName, nodeSelector, allNodes }: Pick<resourcev1.ResourceSliceSpec, 'nodeName' | 'nodeSelector' | 'allNodes'>,
  node: corev1.Node,
): boolean {
  if (nodeName) return nodeName === node.metadata.name;
  return allNodes === true || (nodeSelector !== undefined && nodeSelectorMatcher(nodeSelector)(node));
}

/** The devices that a node offers: those of the newest generation of each pool. */
export function devicesOn(node: corev1.Node, slices: readonly resourcev1.ResourceSlice[]): Offered[] {
  const newest = new Map<string, number>();
  for (const { spec } of slices) {
    const pool = `${spec.driver}/${spec.pool.name}`;
    newest.set(pool, Math.max(newest.get(pool) ?? 0, spec.pool.generation ?? 0));
  }
  return slices.flatMap(({ spec }) => {
    const { driver, pool, devices = [], perDeviceNodeSelection } = spec;
    if ((pool.generation ?? 0) < (newest.get(`${driver}/${pool.name}`) ?? 0)) return [];
    if (!perDeviceNodeSelection && !reaches(spec, node)) return [];
    const here = perDeviceNodeSelection ? devices.filter((device) => reaches(device, node)) : devices;
    return here.map((device) => ({ device, driver, pool: pool.name, elsewhere: !(device.nodeName ?? spec.nodeName) }));
  });
}

/** What claims are allocated from. */
export interface Supply {
  node: corev1.Node;
  devices: readonly Offered[];
  /** Ids of devices that other claims have. */
  taken: ReadonlySet<string>;
  deviceClass(name: string): resourcev1.DeviceClass | undefined;
}

function tolerated({ taints = [] }: resourcev1.Device, tolerations: readonly resourcev1.DeviceToleration[] = []): boolean {
  return taints.every(({ key, value = '', effect }) => {
    if (effect !== 'NoSchedule' && effect !== 'NoExecute') return true;
    return tolerations.some((one) => {
      if (one.effect && one.effect !== effect) return false;
      if (one.key && one.key !== key) return false;
      return one.operator === 'Exists' || (one.key !== undefined && (one.value ?? '') === value);
    });
  });
}

/** A request that is being fulfilled. */
interface Wanted {
  /** `request` or `request/subrequest`. */
  name: string;
  request: Request;
  deviceClass: resourcev1.DeviceClass;
  adminAccess: boolean;
}

/** Allocates the devices of one node to claims: depth first, bounded. */
class Allocator {
  private tries = 0;
  private readonly used: Set<string>;

  constructor(private readonly supply: Supply) {
    this.used = new Set(supply.taken);
  }

  /** The devices of a claim; undefined if there are not enough. */
  claim({ spec, metadata }: Claim): Result[] | undefined {
    const { requests = [], constraints = [] } = spec.devices ?? {};
    return this.requests(requests, { constraints, chosen: [], claim: metadata.name });
  }

  private requests(requests: readonly resourcev1.DeviceRequest[], state: Chosen): Result[] | undefined {
    const [first, ...rest] = requests;
    if (!first) return state.chosen.map(({ result }) => result);
    const options: Array<{ name: string; request: Request; adminAccess: boolean }> = first.exactly
      ? [{ name: first.name, request: first.exactly, adminAccess: first.exactly.adminAccess === true }]
      : (first.firstAvailable ?? []).map((sub) => ({ name: `${first.name}/${sub.name}`, request: sub, adminAccess: false }));
    for (const option of options) {
      const deviceClass = this.supply.deviceClass(option.request.deviceClassName);
      if (!deviceClass) continue;
      const found = this.fulfil({ ...option, deviceClass }, rest, state);
      if (found) return found;
    }
    return undefined;
  }

  private fulfil(wanted: Wanted, rest: readonly resourcev1.DeviceRequest[], state: Chosen): Result[] | undefined {
    const suitable = this.supply.devices.filter((offered) => this.suits(wanted, offered, state.claim));
    const all = wanted.request.allocationMode === 'All';
    const count = all ? suitable.length : (wanted.request.count ?? 1);
    if (count === 0 || suitable.length < count) return undefined;
    return this.pick({ wanted, suitable, from: 0, left: count }, rest, state);
  }

  private pick(
    { wanted, suitable, from, left }: { wanted: Wanted; suitable: readonly Offered[]; from: number; left: number },
    rest: readonly resourcev1.DeviceRequest[],
    state: Chosen,
  ): Result[] | undefined {
    if (left === 0) return this.requests(rest, state);
    for (let at = from; at <= suitable.length - left; at++) {
      const offered = suitable[at];
      this.tries += 1;
      if (!offered || this.tries > MOST_TRIES) return undefined;
      const id = deviceId({ ...offered, device: offered.device.name });
      if ((!wanted.adminAccess && this.used.has(id)) || !fits(offered, wanted, state)) continue;
      if (!wanted.adminAccess) this.used.add(id);
      const found = this.pick({ wanted, suitable, from: at + 1, left: left - 1 }, rest, {
        ...state,
        chosen: [...state.chosen, { offered, result: resultOf(offered, wanted) }],
      });
      if (found) return found;
      if (!wanted.adminAccess) this.used.delete(id);
    }
    return undefined;
  }

  private suits({ request, deviceClass }: Wanted, { device, driver }: Offered, claim: string): boolean {
    this.tries += 1;
    if (this.tries > MOST_TRIES || !tolerated(device, request.tolerations)) return false;
    const selectors = [...(deviceClass.spec.selectors ?? []), ...(request.selectors ?? [])];
    try {
      return selectors.every((selector) => selects(selector, device, driver));
    } catch (error) {
      if (error instanceof SelectorFailure) throw new SelectorFailure(`claim ${claim}: ${error.message}`);
      throw error;
    }
  }
}

interface Chosen {
  claim: string;
  constraints: readonly resourcev1.DeviceConstraint[];
  chosen: ReadonlyArray<{ offered: Offered; result: Result }>;
}

const attributeOf = ({ device, driver }: Offered, name: string): resourcev1.DeviceAttribute | undefined => {
  const local = name.startsWith(`${driver}/`) ? device.attributes?.[name.slice(driver.length + 1)] : undefined;
  return device.attributes?.[name] ?? local;
};

/** Whether a device keeps to the constraints of its claim, beside those that were chosen before. */
function fits(offered: Offered, { name }: Wanted, { constraints, chosen }: Chosen): boolean {
  const base = name.split('/', 1)[0] ?? name;
  return constraints.every(({ requests = [], matchAttribute, distinctAttribute }) => {
    const concerns = (one: string) => requests.length === 0 || requests.includes(one) || requests.includes(one.split('/', 1)[0] ?? one);
    if (!concerns(name) && !requests.includes(base)) return true;
    const attribute = matchAttribute ?? distinctAttribute ?? '';
    const mine = attributeOf(offered, attribute);
    if (mine === undefined) return false;
    const others = chosen.filter(({ result }) => concerns(result.request)).map((one) => attributeOf(one.offered, attribute));
    return others.every((other) => deepEqual(other, mine) === (matchAttribute !== undefined));
  });
}

const resultOf = ({ driver, pool, device }: Offered, { name, adminAccess, request }: Wanted): Result => ({
  request: name,
  driver,
  pool,
  device: device.name,
  ...(adminAccess ? { adminAccess } : {}),
  ...(request.tolerations ? { tolerations: request.tolerations } : {}),
});

const onlyOn = (name: string): corev1.NodeSelector => ({
  nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
});

/** The allocations of all claims on a node, in their order; undefined if the node has not enough devices. Throws a SelectorFailure. */
export function allocate(claims: readonly Claim[], supply: Supply): resourcev1.AllocationResult[] | undefined {
  const allocator = new Allocator(supply);
  const allocations: resourcev1.AllocationResult[] = [];
  for (const claim of claims) {
    const results = allocator.claim(claim);
    if (!results) return undefined;
    const local = results.some(({ driver, pool, device }) =>
      supply.devices.some((one) => !one.elsewhere && one.driver === driver && one.pool === pool && one.device.name === device),
    );
    const config = (claim.spec.devices?.config ?? []).map((one) => ({ source: 'FromClaim', ...one }));
    allocations.push({
      devices: { results, ...(config.length > 0 ? { config } : {}) },
      ...(local ? { nodeSelector: onlyOn(supply.node.metadata.name) } : {}),
    });
  }
  return allocations;
}
