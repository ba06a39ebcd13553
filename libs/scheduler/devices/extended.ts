import { type corev1, DeviceClass, ResourceClaim, type resourcev1 } from '#api';
import { parseQuantity } from '#apimachinery';
import type { Informers } from '#client';
import { isExtendedResource } from '#component-helpers';
import { podAmounts } from '../pod-amounts.js';

type Claim = resourcev1.ResourceClaim;
type Mapping = corev1.ContainerExtendedResourceRequest;

/** Resources of this prefix name a device class (ResourceDeviceClassPrefix). */
const IMPLICIT = 'deviceclass.resource.kubernetes.io/';
const ANNOTATION = 'resource.kubernetes.io/extended-resource-claim';
/** The name of a claim that is not written yet. */
const UNWRITTEN = '<extended-resources>';

/** Whether devices may provide a resource (IsDRAExtendedResourceName). */
const isName = (resource: string): boolean => resource.startsWith(IMPLICIT) || isExtendedResource(resource);

/** Whether a pod requests something that devices may provide. */
export const mayNeedDevices = (pod: corev1.Pod): boolean => podAmounts(pod).wanted.some(([resource]) => isName(resource));

/** The class of the devices that provide a resource: the newest of several. */
export function classOf(resource: string, informers: Informers): resourcev1.DeviceClass | undefined {
  if (!isName(resource)) return undefined;
  const classes = informers.of(DeviceClass);
  if (resource.startsWith(IMPLICIT)) return classes.get(resource.slice(IMPLICIT.length));
  const time = ({ metadata }: resourcev1.DeviceClass) => metadata.creationTimestamp ?? '';
  return classes
    .list()
    .filter(({ spec }) => spec.extendedResourceName === resource)
    .sort((a, b) => (time(a) === time(b) ? (a.metadata.name < b.metadata.name ? -1 : 1) : time(a) < time(b) ? 1 : -1))[0];
}

/** The resources that a pod requests and devices provide, with their amounts. */
export function providedByDevices(pod: corev1.Pod, informers: Informers): Array<readonly [string, number]> {
  return podAmounts(pod).wanted.filter(([resource, amount]) => amount > 0 && classOf(resource, informers) !== undefined);
}

/** The claim for a pod's extended resources that an earlier attempt has left (findExtendedResourceClaim). */
export function leftClaim({ metadata }: corev1.Pod, informers: Informers): Claim | undefined {
  const isIts = (claim: Claim) =>
    claim.metadata.annotations?.[ANNOTATION] === 'true' &&
    claim.metadata.ownerReferences?.some(({ uid, controller }) => controller === true && uid === metadata.uid);
  return informers.of(ResourceClaim).list(metadata.namespace).find(isIts);
}

/** The claim for the extended resources of a pod, before it is written. */
export function extendedClaim({ metadata: { name, namespace, uid = '' } }: corev1.Pod, requests: resourcev1.DeviceRequest[]): Claim {
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name: UNWRITTEN,
      generateName: `${name}-extended-resources-`,
      namespace,
      // The pod's, until it has its own.
      uid,
      annotations: { [ANNOTATION]: 'true' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
    },
    spec: { devices: { requests } },
  };
}

/** A container and what it gets: its place among the init containers and containers. */
interface Placed {
  container: corev1.Container;
  index: number;
}

interface Requested {
  name: string;
  count: number;
}

/** What a container needs of a resource beside what it can use of others, and where it gets it (createResourceRequestAndMappings). */
function requestOf({ container, index }: Placed, resource: string, reusable: readonly Requested[]) {
  const requests = container.resources?.requests ?? {};
  const wanted = parseQuantity(requests[resource] ?? 0).value();
  const mappings: Mapping[] = [];
  if (wanted <= 0) return { mappings };
  const mapped = (requestName: string): Mapping => ({ containerName: container.name, resourceName: resource, requestName });
  let sum = 0;
  for (const { name, count } of reusable) {
    sum += count;
    mappings.push(mapped(name));
    if (sum >= wanted) return { mappings };
  }
  const name = `container-${index}-request-${Object.keys(requests).sort().indexOf(resource)}`;
  return { request: { name, count: wanted - sum }, mappings: [...mappings, mapped(name)] };
}

const isShortLived = (init: boolean, { restartPolicy }: corev1.Container): boolean => init && restartPolicy !== 'Always';

/** The requests and mappings for one resource: what containers that end before others start need can be used again. */
function forResource(pod: corev1.Pod, resource: string) {
  const { initContainers = [], containers } = pod.spec;
  const all = [...initContainers, ...containers].map((container, index): Placed => ({ container, index }));
  const short = all.filter(({ container, index }) => isShortLived(index < initContainers.length, container));
  const lasting = new Map<number, Requested>();
  const mappings: Mapping[] = [];
  for (const placed of all.filter((each) => !short.includes(each))) {
    const own = requestOf(placed, resource, []);
    if (own.request) lasting.set(placed.index, own.request);
    mappings.push(...own.mappings);
  }
  let most: Requested | undefined;
  const names = new Set<string>();
  const passing: Mapping[] = [];
  for (const placed of short) {
    const later = [...lasting].filter(([index]) => index >= placed.index).map(([, request]) => request);
    const { request, mappings: own } = requestOf(placed, resource, later);
    if (request) names.add(request.name);
    if (request && (most === undefined || most.count < request.count)) most = request;
    passing.push(...own);
  }
  const shared = most;
  const renamed = passing.map((one) => (shared && names.has(one.requestName) ? { ...one, requestName: shared.name } : one));
  return { requests: [...(shared ? [shared] : []), ...lasting.values()], mappings: [...mappings, ...renamed] };
}

/** The requests of a claim for the extended resources of a pod, and which container uses which (createRequestsAndMappings). Pure. */
export function requestsAndMappings(
  pod: corev1.Pod,
  resources: ReadonlyMap<string, string>,
): { requests: resourcev1.DeviceRequest[]; mappings: Mapping[] } {
  const found = [...resources]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, deviceClassName]) => ({
      deviceClassName,
      ...forResource(pod, resource),
    }));
  const requests = found.flatMap(({ deviceClassName, requests: own }) =>
    own.map(({ name, count }) => ({ name, exactly: { deviceClassName, allocationMode: 'ExactCount', count } })),
  );
  return { requests: requests.sort((a, b) => (a.name < b.name ? -1 : 1)), mappings: found.flatMap(({ mappings }) => mappings) };
}
