import type { corev1 } from '#api';
import { Memo, parseQuantity, type Quantity } from '#apimachinery';
import { podRequests, type ResourceList } from '#component-helpers';

/** Amounts of resources: cpu in millicores, everything else in whole units (bytes, devices). */
export type Amounts = Map<string, number>;

/** The requests that scoring assumes for a container without requests (util.DefaultMilliCPURequest, DefaultMemoryRequest). */
const nonMissing: ResourceList = new Map([
  ['cpu', parseQuantity('100m')],
  ['memory', parseQuantity('200Mi')],
]);

/** A pod's requests. `scored` includes defaults for containers without requests. */
export interface PodAmounts {
  asked: Amounts;
  scored: Amounts;
  /** `asked` without zeros, for loops over many nodes. */
  wanted: ReadonlyArray<readonly [resource: string, amount: number]>;
}

const inUnits = (resource: string, quantity: Quantity): number => (resource === 'cpu' ? quantity.milliValue() : quantity.value());

const parsed = new Memo<Quantity>({ longest: 64 });

/** A quantity as a number: millicores for cpu, otherwise whole units, rounded up. */
export function amountOf(resource: string, text: string): number {
  return inUnits(resource, parsed.of(text, parseQuantity));
}

const amounts = (list: ResourceList): Amounts => new Map([...list].map(([resource, quantity]) => [resource, inUnits(resource, quantity)]));

function read(pod: corev1.Pod, useStatus: boolean): PodAmounts {
  const asked = amounts(podRequests(pod, { useStatus }));
  const wanted = [...asked].filter(([, amount]) => amount > 0);
  return { asked, scored: amounts(podRequests(pod, { nonMissing, useStatus })), wanted };
}

const known = new WeakMap<corev1.PodSpec, PodAmounts>();
const resized = new WeakMap<corev1.Pod, PodAmounts>();

/** Whether a pod may have been resized on its node: then its status tells what it still uses, and what it was refused. */
export const mayBeResized = ({ metadata, spec, status }: corev1.Pod): boolean =>
  (metadata.generation ?? 1) > 1 && spec.nodeName !== undefined && status?.containerStatuses !== undefined;

/** A pod's requests. Cached with the object's spec, or with the object if its status counts; neither is modified. */
export function podAmounts(pod: corev1.Pod): PodAmounts {
  const byStatus = mayBeResized(pod);
  const there = byStatus ? resized.get(pod) : known.get(pod.spec);
  if (there) return there;
  const made = read(pod, byStatus);
  if (byStatus) resized.set(pod, made);
  else known.set(pod.spec, made);
  return made;
}

/** The pod is another state of one whose amounts are the same: they are not read again. */
export function keepAmounts(before: corev1.Pod, pod: corev1.Pod): void {
  const there = known.get(before.spec);
  if (there && before.spec !== pod.spec && !mayBeResized(pod)) known.set(pod.spec, there);
}
