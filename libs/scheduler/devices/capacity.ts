import type { resourcev1 } from '#api';
import { parseQuantity, type Quantity } from '#apimachinery';

type Capacity = resourcev1.DeviceCapacity;
type Requirements = resourcev1.CapacityRequirements | undefined;

/** Amounts by the name of the capacity. */
export type Amounts = ReadonlyMap<string, Quantity>;

const whole = (value: number): Quantity => parseQuantity(value);

function roundedUp(wanted: Quantity, { validRange, validValues }: resourcev1.CapacityRequestPolicy): Quantity {
  if (validRange?.min !== undefined) {
    const min = parseQuantity(validRange.min);
    if (wanted.compare(min) < 0) return min;
    if (validRange.step === undefined) return wanted;
    const step = parseQuantity(validRange.step).value();
    return whole(min.value() + step * Math.ceil((wanted.value() - min.value()) / step));
  }
  return validValues?.map((value) => parseQuantity(value)).find((value) => wanted.compare(value) <= 0) ?? wanted;
}

/** What a request takes of a capacity (calculateConsumedCapacity). */
function consumed(wanted: string | undefined, { value, requestPolicy }: Capacity): Quantity {
  if (wanted === undefined) return parseQuantity(requestPolicy?.default ?? value ?? 0);
  const amount = parseQuantity(wanted);
  return requestPolicy ? roundedUp(amount, requestPolicy) : amount;
}

function violates(amount: Quantity, policy: resourcev1.CapacityRequestPolicy | undefined): boolean {
  if (!policy || (policy.default !== undefined && amount.equals(parseQuantity(policy.default)))) return false;
  const { validRange, validValues = [] } = policy;
  if (validRange) {
    if (validRange.max !== undefined && amount.compare(parseQuantity(validRange.max)) > 0) return true;
    if (validRange.step === undefined) return false;
    const min = parseQuantity(validRange.min ?? 0).value();
    return (amount.value() - min) % parseQuantity(validRange.step).value() !== 0;
  }
  return validValues.length > 0 && !validValues.some((value) => amount.equals(parseQuantity(value)));
}

/** What a request takes of each capacity of a device (GetConsumedCapacityFromRequest). */
export function consumedCapacity(wanted: Requirements, { capacity = {} }: resourcev1.Device): Map<string, Quantity> {
  return new Map(Object.entries(capacity).map(([name, each]) => [name, consumed(wanted?.requests?.[name], each)]));
}

/** Whether a request fits into what others leave of a device's capacity (CmpRequestOverCapacity). Pure. */
export function fitsCapacity(wanted: Requirements, device: resourcev1.Device, used: readonly Amounts[]): boolean {
  const { capacity = {} } = device;
  if (Object.keys(wanted?.requests ?? {}).some((name) => capacity[name] === undefined)) return false;
  return [...consumedCapacity(wanted, device)].every(([name, amount]) => {
    const { value, requestPolicy } = capacity[name] as Capacity;
    if (violates(amount, requestPolicy)) return false;
    const total = used.reduce((sum, each) => sum.add(each.get(name) ?? whole(0)), amount);
    return total.compare(parseQuantity(value ?? 0)) <= 0;
  });
}

/** Adds amounts to others. */
export function addAmounts(to: Map<string, Quantity>, more: Amounts, sign: 1 | -1 = 1): void {
  for (const [name, amount] of more) {
    const before = to.get(name) ?? whole(0);
    to.set(name, sign > 0 ? before.add(amount) : before.sub(amount));
  }
}
