import { type corev1, ResourceClaim, type resourcev1 } from '#api';
import { type DeviceDriver, deviceDriverIn, isPodReady, slicesOf } from '#component-helpers';
import type { Informers } from '#controller-runtime';
import { hasSandbox } from '../pod/assemble.js';
import { sharingsOf } from './gpu-config.js';
import { claimsOf, devicesOf, usedBy, usesDevices } from './pod-claims.js';

type Claim = resourcev1.ResourceClaim;

/** What a node has of the devices of a pod. */
export interface DeviceWorld {
  readonly node: string;
  claim(name: string): Claim | undefined;
  /** The driver of a name whose plugin has registered with the kubelet. */
  driver(name: string): DeviceDriver | undefined;
  /** Whether another pod of the node has prepared devices of a claim. */
  isShared(claim: string): boolean;
}

const driversOf = ({ status }: Claim): string[] => [...new Set((status?.allocation?.devices?.results ?? []).map(({ driver }) => driver))];

const notRegistered = (driver: string): string => `DRA driver ${driver} is not registered`;

/** Why a driver does not prepare a claim (dra-example-driver Prepare). */
function refusal(claim: Claim, driver: DeviceDriver, node: string): string | undefined {
  const names = new Set(slicesOf(driver, node).flatMap(({ devices = [] }) => devices.map(({ name }) => name)));
  const strange = claim.status?.allocation?.devices?.results?.find((result) => result.driver === driver.name && !names.has(result.device));
  if (strange) return `requested device is not allocatable: ${strange.device}`;
  const sharings = sharingsOf(claim, driver.name);
  return typeof sharings === 'string' ? sharings : undefined;
}

/** Why the devices of a pod's claims cannot be prepared (kubelet/cm/dra PrepareResources); undefined if they are. Pure. */
export function prepareError(pod: corev1.Pod, world: DeviceWorld): string | undefined {
  const claims = claimsOf(pod, world.claim);
  if (typeof claims === 'string') return `prepare dynamic resources: ${claims}`;
  const absent = claims.flatMap(driversOf).find((name) => world.driver(name) === undefined);
  if (absent !== undefined) return `prepare dynamic resources: ${notRegistered(absent)}`;
  for (const claim of claims)
    for (const name of driversOf(claim)) {
      const driver = world.driver(name);
      const why = driver && refusal(claim, driver, world.node);
      const { metadata } = claim;
      if (why !== undefined)
        return `prepare dynamic resources: NodePrepareResources failed for ResourceClaim ${metadata.name}: error preparing devices for claim ${metadata.uid}: prepare failed: ${why}`;
    }
  return undefined;
}

/** Why the devices of a pod that has stopped cannot be given back; undefined if they are. Pure. */
export function unprepareError(pod: corev1.Pod, world: DeviceWorld): string | undefined {
  const claims = claimsOf(pod, world.claim);
  if (typeof claims === 'string') return undefined;
  const held = claims.filter(({ metadata }) => !world.isShared(metadata.name));
  const absent = held.flatMap(driversOf).find((name) => world.driver(name) === undefined);
  return absent === undefined ? undefined : `unprepare dynamic resources: ${notRegistered(absent)}`;
}

/**
 * The health of the devices that a container has claimed (UpdateAllocatedResourcesStatus). The driver does not watch it, and the first CDI device
 * of all its devices is the same. Pure.
 */
export function deviceHealth(
  pod: corev1.Pod,
  container: corev1.Container,
  claim: DeviceWorld['claim'],
): corev1.ResourceStatus[] | undefined {
  const statuses = (container.resources?.claims ?? []).flatMap((wanted): corev1.ResourceStatus[] => {
    const { name, request } = wanted;
    const [used] = usedBy(pod, { ...container, resources: { claims: [wanted] } });
    const found = used && claim(used.claim);
    const ids = new Set((found ? devicesOf(found, request) : []).map(({ driver }) => `k8s.${driver}/gpu=common`));
    const resources = [...ids].map((resourceID) => ({ resourceID, health: 'Unknown' }));
    return resources.length > 0 ? [{ name: request ? `claim:${name}/${request}` : `claim:${name}`, resources }] : [];
  });
  return statuses.length > 0 ? statuses : undefined;
}

/** The devices of one pod, as its kubelet asks for them. */
export interface PodDevices {
  prepareError(): string | undefined;
  unprepareError(): string | undefined;
  health(container: corev1.Container): corev1.ResourceStatus[] | undefined;
}

/** The devices of a pod; undefined if it has none. */
export function podDevices(
  pod: corev1.Pod,
  { node, informers, neighbours }: { node: corev1.Node; informers: Informers; neighbours(): readonly corev1.Pod[] },
): PodDevices | undefined {
  if (!usesDevices(pod)) return undefined;
  const { namespace, uid } = pod.metadata;
  const claim = (name: string) => informers.of(ResourceClaim).get(name, namespace);
  const world: DeviceWorld = {
    node: node.metadata.name,
    claim,
    driver: (name) => {
      for (const other of neighbours()) {
        const driver = deviceDriverIn(other);
        if (driver?.name === name && isPodReady(other)) return driver;
      }
      return undefined;
    },
    isShared: (name) =>
      claim(name)?.status?.reservedFor?.some((user) => {
        const other = user.uid !== uid && neighbours().find(({ metadata }) => metadata.uid === user.uid);
        return other && hasSandbox(other);
      }) === true,
  };
  return {
    prepareError: () => prepareError(pod, world),
    unprepareError: () => unprepareError(pod, world),
    health: (container) => deviceHealth(pod, container, claim),
  };
}
