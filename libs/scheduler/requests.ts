import type { corev1 } from '#api';
import { Memo, parseQuantity } from '#apimachinery';

/** Amounts of resources: cpu in thousandths of a core, everything else in whole units (bytes, devices). */
export type Amounts = Map<string, number>;

/** What scoring takes a container to use that asks for nothing (upstream util.DefaultMilliCPURequest, DefaultMemoryRequest). */
const assumed: ReadonlyArray<readonly [string, number]> = [
  ['cpu', 100],
  ['memory', 200 * 1024 * 1024],
];

/** What a pod asks for. `scored` counts containers without requests as small ones. */
export interface PodRequests {
  asked: Amounts;
  scored: Amounts;
}

const parsed = new Memo<number>({ longest: 64 });

/** A quantity as a number: thousandths for cpu, whole units rounded up for the rest. */
export function amount(resource: string, quantity: string): number {
  if (resource === 'cpu') return parsed.of(`c${quantity}`, () => parseQuantity(quantity).milliValue());
  return parsed.of(quantity, () => parseQuantity(quantity).value());
}

const add = (into: Amounts, resource: string, more: number): unknown => into.set(resource, (into.get(resource) ?? 0) + more);

function addAll(into: Amounts, more: Amounts): void {
  for (const [resource, value] of more) add(into, resource, value);
}

function atLeast(into: Amounts, floor: Amounts): void {
  for (const [resource, value] of floor) if (value > (into.get(resource) ?? 0)) into.set(resource, value);
}

function ofContainer(container: corev1.Container, scored: boolean): Amounts {
  const amounts: Amounts = new Map();
  for (const [resource, quantity] of Object.entries(container.resources?.requests ?? {})) amounts.set(resource, amount(resource, quantity));
  if (scored) for (const [resource, value] of assumed) if (!amounts.has(resource)) amounts.set(resource, value);
  return amounts;
}

/**
 * Containers together, or the largest init container with the sidecars before it, whichever is more; then overhead
 * (component-helpers resource.PodRequests).
 */
function total(spec: corev1.PodSpec, scored: boolean): Amounts {
  const running: Amounts = new Map();
  for (const container of spec.containers) addAll(running, ofContainer(container, scored));
  const sidecars: Amounts = new Map();
  const starting: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const own = ofContainer(container, scored);
    if (container.restartPolicy === 'Always') {
      addAll(running, own);
      addAll(sidecars, own);
      atLeast(starting, sidecars);
    } else {
      addAll(own, sidecars);
      atLeast(starting, own);
    }
  }
  atLeast(running, starting);
  for (const [resource, quantity] of Object.entries(spec.overhead ?? {})) add(running, resource, amount(resource, quantity));
  return running;
}

const known = new WeakMap<corev1.PodSpec, PodRequests>();

/** What a pod asks of its node. Remembered for the object's spec, which never changes in place. */
export function requestsOf(pod: corev1.Pod): PodRequests {
  const there = known.get(pod.spec);
  if (there) return there;
  const requests = { asked: total(pod.spec, false), scored: total(pod.spec, true) };
  known.set(pod.spec, requests);
  return requests;
}
