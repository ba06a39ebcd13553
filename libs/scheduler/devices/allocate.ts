import type { corev1, resourcev1 } from '#api';
import { finish, type Quantity } from '#apimachinery';
import { compileSelector, SelectorFailure, selectsDevice, toleratesDeviceTaint } from '#component-helpers';
import { allocationOf } from './allocation.js';
import { type Amounts, addAmounts, consumedCapacity, fitsCapacity } from './capacity.js';
import { type Chosen, keepsTo } from './constraints.js';
import { CounterUse } from './counters.js';
import type { Offered, Pool } from './pools.js';

type Claim = resourcev1.ResourceClaim;
type Request = resourcev1.ExactDeviceRequest | resourcev1.DeviceSubRequest;

/** Devices that are tried for all claims of a pod on a node at most: beyond it the node counts as not suitable. */
const MOST_TRIES = 20_000;
/** Devices of a claim at most (AllocationResultsMaxSize). */
const MOST_RESULTS = 32;

/** What claims have been given, in the cluster. */
export interface Allocated {
  /** Ids of devices that are taken as a whole. */
  readonly devices: ReadonlySet<string>;
  /** What is used of devices that several claims share, by the devices' ids. */
  readonly capacity: ReadonlyMap<string, Amounts>;
}

/** What claims are allocated from. */
export interface Supply {
  node: corev1.Node;
  pools: readonly Pool[];
  allocated: Allocated;
  deviceClass(name: string): resourcev1.DeviceClass | undefined;
}

/** A claim that cannot be allocated on any node as it is. */
export class AllocationFailure extends Error {}

/** A request that is being fulfilled: `name` is `request` or `request/subrequest`. */
interface Wanted {
  readonly name: string;
  readonly request: Request;
  readonly deviceClass: resourcev1.DeviceClass;
  readonly adminAccess: boolean;
}

/** A device that is given to a request. */
export interface Given extends Chosen {
  readonly wanted: Wanted;
  /** What it takes of a device that several may share. */
  readonly consumes?: Amounts;
}

/** What is tried for one claim. */
interface Attempt {
  readonly claim: Claim;
  readonly index: number;
  readonly given: readonly Given[];
}

const isShared = ({ device }: Offered): boolean => device.allowMultipleAllocations === true;

function isTainted({ taints = [] }: resourcev1.Device, tolerations: readonly resourcev1.DeviceToleration[] = []): boolean {
  return taints.some(
    (taint) =>
      (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !tolerations.some((one) => toleratesDeviceTaint(one, taint)),
  );
}

/** Allocates the devices of one node to claims: depth first, bounded (structured/internal/incubating allocator_incubating.go). */
class Allocator {
  private tries = 0;
  /** Claims that devices are about to be given to, by the devices' ids. */
  private readonly taking = new Map<string, Set<number>>();
  private readonly capacity = new Map<string, Map<string, Quantity>>();
  private readonly counters: CounterUse;
  private readonly suitable = new Map<Wanted, Offered[]>();

  constructor(
    private readonly claims: readonly Claim[],
    private readonly supply: Supply,
  ) {
    const { devices, capacity } = supply.allocated;
    this.counters = new CounterUse(({ id }) => devices.has(id) || capacity.has(id));
  }

  run(): Array<readonly Given[]> | undefined {
    return this.claim(0);
  }

  private claim(index: number): Array<readonly Given[]> | undefined {
    const claim = this.claims[index];
    if (!claim) return [];
    return this.requests(claim.spec.devices?.requests ?? [], { claim, index, given: [] });
  }

  private requests(requests: readonly resourcev1.DeviceRequest[], attempt: Attempt): Array<readonly Given[]> | undefined {
    const [first, ...rest] = requests;
    if (!first) {
      const later = this.claim(attempt.index + 1);
      return later && [attempt.given, ...later];
    }
    for (const wanted of this.optionsOf(first)) {
      const found = this.fulfil(wanted, rest, attempt);
      if (found) return found;
    }
    return undefined;
  }

  private readonly options = new Map<resourcev1.DeviceRequest, Wanted[]>();

  private optionsOf(request: resourcev1.DeviceRequest): Wanted[] {
    const known = this.options.get(request);
    if (known) return known;
    const { name, exactly, firstAvailable = [] } = request;
    const all = exactly
      ? [{ name, request: exactly, adminAccess: exactly.adminAccess === true }]
      : firstAvailable.map((sub) => ({ name: `${name}/${sub.name}`, request: sub, adminAccess: false }));
    const options = all.flatMap((one) => {
      const deviceClass = this.supply.deviceClass(one.request.deviceClassName);
      return deviceClass ? [{ ...one, deviceClass }] : [];
    });
    this.options.set(request, options);
    return options;
  }

  private fulfil(wanted: Wanted, rest: readonly resourcev1.DeviceRequest[], attempt: Attempt): Array<readonly Given[]> | undefined {
    const all = wanted.request.allocationMode === 'All';
    const suitable = this.suitableFor(wanted, attempt.claim);
    const count = all ? suitable.length : (wanted.request.count ?? 1);
    if (count === 0 || suitable.length < count || attempt.given.length + count > MOST_RESULTS) return undefined;
    return this.pick({ wanted, suitable, from: 0, left: count, all }, rest, attempt);
  }

  private pick(picking: Picking, rest: readonly resourcev1.DeviceRequest[], attempt: Attempt): Array<readonly Given[]> | undefined {
    const { wanted, suitable, from, left, all } = picking;
    if (left === 0) return this.requests(rest, attempt);
    for (let at = from; at <= suitable.length - left; at++) {
      const offered = suitable[at];
      this.tries += 1;
      if (!offered || this.tries > MOST_TRIES) return undefined;
      const given = this.take(offered, wanted, attempt);
      if (given) {
        const next = { ...attempt, given: [...attempt.given, given] };
        const found = this.pick({ ...picking, from: at + 1, left: left - 1 }, rest, next);
        if (found) return found;
        this.giveBack(given, attempt);
      }
      // All devices are wanted: without this one there is no solution.
      if (all) return undefined;
    }
    return undefined;
  }

  /** Reserves a device; undefined if it is in use, has too little left, or does not fit the claim's constraints. */
  private take(offered: Offered, wanted: Wanted, { claim, index, given }: Attempt): Given | undefined {
    const { id, device } = offered;
    const takers = this.taking.get(id);
    const shared = isShared(offered);
    if (wanted.adminAccess ? !shared && takers?.has(index) : this.supply.allocated.devices.has(id) || (takers?.size ?? 0) > 0)
      return undefined;
    if (!this.hasRoom(wanted, offered) || isTainted(device, wanted.request.tolerations)) return undefined;
    const chosen = { request: wanted.name, offered };
    if (!keepsTo(claim.spec.devices?.constraints ?? [], chosen, given)) return undefined;
    const isUsed = this.supply.allocated.capacity.has(id) || this.capacity.has(id);
    if (!(shared && isUsed) && !this.counters.take(offered)) return undefined;
    if (!shared) {
      this.taking.set(id, (takers ?? new Set()).add(index));
      return { ...chosen, wanted };
    }
    const consumes = consumedCapacity(wanted.request.capacity, device);
    const before = this.capacity.get(id) ?? new Map<string, Quantity>();
    this.capacity.set(id, before);
    addAmounts(before, consumes);
    return { ...chosen, wanted, consumes };
  }

  private giveBack({ offered, consumes }: Given, { index }: Attempt): void {
    const { id } = offered;
    const used = this.capacity.get(id);
    if (consumes && used) addAmounts(used, consumes, -1);
    else this.taking.get(id)?.delete(index);
    if (!consumes) this.counters.giveBack(offered);
  }

  /** The devices that the selectors of a request and of its class select. */
  private suitableFor(wanted: Wanted, claim: Claim): readonly Offered[] {
    const known = this.suitable.get(wanted);
    if (known) return known;
    const all = wanted.request.allocationMode === 'All';
    const found: Offered[] = [];
    for (const pool of this.supply.pools) {
      if (pool.incomplete || pool.invalid) {
        if (all) throw new AllocationFailure(unusable(pool, wanted, claim));
        continue;
      }
      for (const offered of pool.offered)
        if (this.suits(wanted, offered, claim) && (!all || this.hasRoom(wanted, offered))) found.push(offered);
    }
    this.suitable.set(wanted, found);
    return found;
  }

  /** Whether other claims leave enough of a device's capacity. */
  private hasRoom({ request }: Wanted, { id, device }: Offered): boolean {
    const used = [this.supply.allocated.capacity.get(id), this.capacity.get(id)].filter((amounts) => amounts !== undefined);
    return fitsCapacity(request.capacity, device, used);
  }

  private suits({ request, deviceClass }: Wanted, offered: Offered, { metadata }: Claim): boolean {
    this.tries += 1;
    if (this.tries > MOST_TRIES) return false;
    return (
      matches(deviceClass.spec.selectors, offered, `class ${deviceClass.metadata.name}`) &&
      matches(request.selectors, offered, `claim ${metadata.namespace}/${metadata.name}`)
    );
  }
}

interface Picking {
  readonly wanted: Wanted;
  readonly suitable: readonly Offered[];
  readonly from: number;
  readonly left: number;
  readonly all: boolean;
}

const unusable = ({ driver, name, incomplete }: Pool, wanted: Wanted, { metadata }: Claim): string =>
  `claim ${metadata.namespace}/${metadata.name}, request ${wanted.name.split('/').at(-1)}: asks for all devices, ` +
  `but resource pool ${driver}/${name} is currently ${incomplete ? 'being updated' : 'invalid'}`;

function matches(selectors: readonly resourcev1.DeviceSelector[] = [], { device, slice }: Offered, whose: string): boolean {
  return selectors.every(({ cel }, index) => {
    const { program, error } = finish(compileSelector(cel?.expression ?? ''));
    if (!program) throw new AllocationFailure(`${whose}: selector #${index}: CEL compile error: ${error}`);
    try {
      return selectsDevice(program, device, slice.spec.driver);
    } catch (failure) {
      if (failure instanceof SelectorFailure)
        throw new AllocationFailure(`${whose}: selector #${index}: CEL runtime error: ${failure.message}`);
      throw failure;
    }
  });
}

/** The allocations of all claims on a node, in their order; undefined if the node has not enough devices. Throws an AllocationFailure. */
export function allocate(claims: readonly Claim[], supply: Supply): resourcev1.AllocationResult[] | undefined {
  const given = new Allocator(claims, supply).run();
  if (given) return claims.map((claim, index) => allocationOf(claim, given[index] ?? [], supply.node));
  if (supply.pools.some(({ invalid }) => invalid)) throw new AllocationFailure('invalid resource pools were encountered');
  return undefined;
}
