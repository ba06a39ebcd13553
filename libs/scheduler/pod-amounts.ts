import type { corev1 } from '#api';
import { Memo, parseQuantity, type Quantity } from '#apimachinery';
import { podRequests, type ResourceList } from '#component-helpers';

/** Amounts of resources: cpu in thousandths of a core, everything else in whole units (bytes, devices). */
export type Amounts = Map<string, number>;

/** What scoring takes a container to use that asks for nothing (util.DefaultMilliCPURequest, DefaultMemoryRequest). */
const nonMissing: ResourceList = new Map([
  ['cpu', parseQuantity('100m')],
  ['memory', parseQuantity('200Mi')],
]);

/** What a pod asks for. `scored` counts containers without requests as small ones. */
export interface PodAmounts {
  asked: Amounts;
  scored: Amounts;
}

const inUnits = (resource: string, quantity: Quantity): number => (resource === 'cpu' ? quantity.milliValue() : quantity.value());

const parsed = new Memo<Quantity>({ longest: 64 });

/** A quantity as a number: thousandths for cpu, whole units rounded up for the rest. */
export function amountOf(resource: string, text: string): number {
  return inUnits(resource, parsed.of(text, parseQuantity));
}

const amounts = (list: ResourceList): Amounts => new Map([...list].map(([resource, quantity]) => [resource, inUnits(resource, quantity)]));

const known = new WeakMap<corev1.PodSpec, PodAmounts>();

/** What a pod asks of its node. Kept for the object's spec, which never changes in place. */
export function podAmounts(pod: corev1.Pod): PodAmounts {
  const there = known.get(pod.spec);
  if (there) return there;
  const made = { asked: amounts(podRequests(pod)), scored: amounts(podRequests(pod, { nonMissing })) };
  known.set(pod.spec, made);
  return made;
}
