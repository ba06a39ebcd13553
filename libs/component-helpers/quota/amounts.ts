import { parseQuantity, Quantity } from '#apimachinery';
import type { ResourceList } from '../pod-requests.js';

/** Arithmetic over amounts by resource (apiserver/pkg/quota/v1/resources.go). All functions are pure. */
type Amounts = Readonly<Record<string, string>>;

const ZERO = Quantity.of(0);

/** The amounts of an object's field. */
export function amountsOf(texts: Amounts = {}): ResourceList {
  return new Map(Object.entries(texts).map(([resource, text]) => [resource, parseQuantity(text)]));
}

/** a + b for each resource of either. */
export function addAmounts(a: ResourceList, b: ResourceList): ResourceList {
  const sum = new Map(a);
  for (const [resource, amount] of b) sum.set(resource, sum.get(resource)?.add(amount) ?? amount);
  return sum;
}

/** a - b for each resource of either, and no less than zero (SubtractWithNonNegativeResult). */
export function subtractAmounts(a: ResourceList, b: ResourceList): ResourceList {
  const difference = new Map<string, Quantity>();
  for (const [resource, amount] of a) {
    const less = b.get(resource);
    const left = less ? amount.sub(less) : amount;
    difference.set(resource, left.sign > 0 ? left : ZERO);
  }
  for (const resource of b.keys()) if (!difference.has(resource)) difference.set(resource, ZERO);
  return difference;
}

/** Only the resources that are named (Mask). */
export function maskAmounts(amounts: ResourceList, names: Iterable<string>): ResourceList {
  const wanted = new Set(names);
  return new Map([...amounts].filter(([resource]) => wanted.has(resource)));
}

/** Without the resources of which there is nothing (RemoveZeros). */
export function withoutZeros(amounts: ResourceList): ResourceList {
  return new Map([...amounts].filter(([, amount]) => !amount.isZero));
}

/** Whether both name the same resources with the same amounts (Equals). */
export function sameAmounts(a: ResourceList, b: ResourceList): boolean {
  return a.size === b.size && [...a].every(([resource, amount]) => b.get(resource)?.equals(amount) === true);
}

/** The resources of which there is more than allowed (LessThanOrEqual). */
export function exceedingResources(amounts: ResourceList, allowed: ResourceList): string[] {
  return [...allowed].filter(([resource, most]) => (amounts.get(resource)?.compare(most) ?? -1) > 0).map(([resource]) => resource);
}
