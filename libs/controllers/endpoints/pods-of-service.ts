import { type corev1, Service } from '#api';
import { deepEqual, keyOf, type LabelSelector, type ObjectKey, parseTime, selectorFromSet } from '#apimachinery';
import { isPodReady, isPodTerminal } from '#component-helpers';
import { type Change, type Informers } from '#controller-runtime';

/** The time of the last relevant change (v1.EndpointsLastChangeTriggerTime). */
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
/** Marks the endpoints of headless Services. */
export const HEADLESS = 'service.kubernetes.io/headless';

const selectors = new WeakMap<corev1.Service, LabelSelector>();

/** A Service's pod selector; undefined if its endpoints are not managed here: no selector, or an ExternalName. */
export function podSelector(service: corev1.Service): LabelSelector | undefined {
  if (service.spec?.selector === undefined || service.spec.type === 'ExternalName') return undefined;
  let selector = selectors.get(service);
  if (selector === undefined) {
    selector = selectorFromSet(service.spec.selector);
    selectors.set(service, selector);
  }
  return selector;
}

/** Whether a pod belongs to the endpoints (ShouldPodBeInEndpoints). */
export function hasAddress(pod: corev1.Pod, includeTerminating: boolean): boolean {
  if (isPodTerminal(pod) || (!pod.status?.podIP && (pod.status?.podIPs ?? []).length === 0)) return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** Whether the Service is headless. */
export function isHeadless({ spec }: corev1.Service): boolean {
  return !spec?.clusterIP || spec.clusterIP === 'None';
}

/** The pod's hostname in the Service's domain, if it has one. */
export function hostnameFor(pod: corev1.Pod, service: corev1.Service): string | undefined {
  return pod.spec.hostname && pod.spec.subdomain === service.metadata.name ? pod.spec.hostname : undefined;
}

function endpointChanged(old: corev1.Pod, pod: corev1.Pod): boolean {
  return (
    old.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    isPodReady(old) !== isPodReady(pod) ||
    isPodTerminal(old) !== isPodTerminal(pod) ||
    !deepEqual(old.status?.podIPs, pod.status?.podIPs)
  );
}

function membershipChanged(old: corev1.Pod, pod: corev1.Pod): boolean {
  return (
    !deepEqual(old.metadata.labels, pod.metadata.labels) ||
    old.spec.hostname !== pod.spec.hostname ||
    old.spec.subdomain !== pod.spec.subdomain
  );
}

/** The Services that are affected by a change of a pod (endpointslice/util GetServicesToUpdate). */
export function servicesOf({ object, old, deleted }: Change<corev1.Pod>, informers: Informers): ObjectKey[] {
  const before = deleted ? undefined : old;
  const moved = before !== undefined && membershipChanged(before, object);
  if (before !== undefined && !moved && !endpointChanged(before, object)) return [];
  const services = informers.of(Service).list(object.metadata.namespace);
  const selects = (service: corev1.Service, pod: corev1.Pod): boolean => podSelector(service)?.matches(pod.metadata.labels) === true;
  return services.filter((service) => selects(service, object) || (moved && selects(service, before))).map(keyOf);
}

/** The pod's port number for a service port; undefined if the pod has no port of that name (FindPort). */
export function portOf(pod: corev1.Pod, servicePort: corev1.ServicePort): number | undefined {
  const { targetPort = servicePort.port, protocol = 'TCP' } = servicePort;
  if (typeof targetPort === 'number') return targetPort === 0 ? servicePort.port : targetPort;
  return namedPorts(pod.spec).get(`${targetPort}/${protocol}`);
}

const portsOfSpec = new WeakMap<corev1.PodSpec, ReadonlyMap<string, number>>();

/** The pod's ports by name and protocol, the first of each. Cached with the object's spec, which is not modified. */
function namedPorts(spec: corev1.PodSpec): ReadonlyMap<string, number> {
  const known = portsOfSpec.get(spec);
  if (known !== undefined) return known;
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const ports = new Map<string, number>();
  for (const { ports: own = [] } of [...spec.containers, ...sidecars]) {
    for (const { name, protocol = 'TCP', containerPort } of own) {
      const key = `${name}/${protocol}`;
      if (name && !ports.has(key)) ports.set(key, containerPort);
    }
  }
  portsOfSpec.set(spec, ports);
  return ports;
}

function readyTransition({ status }: corev1.Pod): string | undefined {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
}

/**
 * The time of the first change since the last recorded one: the Service's creation, or a change of a pod's readiness. Upstream keeps the
 * times it has seen in memory (trigger_time_tracker.go); here the annotation itself is used.
 */
export function triggerTime(service: corev1.Service, pods: readonly corev1.Pod[], told: string | undefined): string | undefined {
  const after = told === undefined ? Number.NEGATIVE_INFINITY : (parseTime(told) ?? Number.NEGATIVE_INFINITY);
  const times = [service.metadata.creationTimestamp, ...pods.map(readyTransition)];
  let first: { text: string; at: number } | undefined;
  for (const text of times) {
    const at = text === undefined ? undefined : parseTime(text);
    if (text !== undefined && at !== undefined && at > after && (first === undefined || at < first.at)) first = { text, at };
  }
  return first?.text ?? told;
}
