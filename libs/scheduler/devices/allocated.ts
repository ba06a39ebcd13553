import { ResourceClaim, type resourcev1 } from '#api';
import { parseQuantity, type Quantity } from '#apimachinery';
import { type Informers, perCluster } from '#client';
import type { Allocated } from './allocate.js';
import { addAmounts } from './capacity.js';
import { deviceId } from './pools.js';

/** The allocations of a cluster that are about to be written, by the claim's uid. */
export const pendingOf = perCluster(() => new Map<string, resourcev1.AllocationResult>());

/** What claims have or are about to get (GatherAllocatedState). */
export function allocatedState(informers: Informers): Allocated {
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
