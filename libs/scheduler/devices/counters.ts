import type { resourcev1 } from '#api';
import { parseQuantity, type Quantity } from '#apimachinery';
import type { Counters, Offered, Pool } from './pools.js';

const copied = (counters: Pool['counters']): Counters => new Map([...counters].map(([set, amounts]) => [set, new Map(amounts)]));

function subtract(from: Counters, { consumesCounters = [] }: resourcev1.Device, sign: 1 | -1): void {
  for (const { counterSet, counters = {} } of consumesCounters) {
    const set = from.get(counterSet);
    for (const [name, { value }] of Object.entries(counters)) {
      const before = set?.get(name);
      if (set && before) set.set(name, sign > 0 ? before.sub(parseQuantity(value ?? 0)) : before.add(parseQuantity(value ?? 0)));
    }
  }
}

const isNegative = (amount: Quantity): boolean => amount.compare(parseQuantity(0)) < 0;

/** What is left of the counters of pools while devices are tried (checkAvailableCounters). */
export class CounterUse {
  private readonly left = new Map<Pool, Counters>();

  constructor(private readonly isAllocated: (offered: Offered) => boolean) {}

  /** Takes what a device needs; false if there is not enough. */
  take({ device, pool }: Offered): boolean {
    if ((device.consumesCounters ?? []).length === 0) return true;
    const left = this.leftOf(pool);
    subtract(left, device, 1);
    if (![...left.values()].some((set) => [...set.values()].some(isNegative))) return true;
    subtract(left, device, -1);
    return false;
  }

  giveBack({ device, pool }: Offered): void {
    if ((device.consumesCounters ?? []).length > 0) subtract(this.leftOf(pool), device, -1);
  }

  private leftOf(pool: Pool): Counters {
    const known = this.left.get(pool);
    if (known) return known;
    const left = copied(pool.counters);
    for (const offered of pool.all) if (this.isAllocated(offered)) subtract(left, offered.device, 1);
    this.left.set(pool, left);
    return left;
  }
}
