import type { corev1, discoveryv1 } from '#api';
import { controllerReference, deepEqual } from '#apimachinery';
import { TRIGGER_TIME } from './pods-of-service.js';
import { type Offer, repack } from './repack.js';
import { familyOf, groupSlices, MANAGED_BY, portsKey, SERVICE_NAME } from './slice-shape.js';
import type { SlicePlan } from './slices.js';

/** The name of the controller of slices that mirror Endpoints. */
export const MIRROR = 'endpointslicemirroring-controller.k8s.io';
/** Maximum mirrored addresses of a subset (--mirroring-max-endpoints-per-subset). */
export const MAX_MIRRORED = 1000;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

type Slice = discoveryv1.EndpointSlice;

function endpointOf({ ip, targetRef, nodeName, hostname }: corev1.EndpointAddress, ready: boolean): discoveryv1.Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  };
}

function portsOf({ ports = [] }: corev1.EndpointSubset): discoveryv1.EndpointPort[] {
  return ports.map(({ name = '', protocol = 'TCP', port, appProtocol }) => ({
    name,
    protocol,
    port,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
}

function* offersOf({ subsets = [] }: corev1.Endpoints): Generator<Offer> {
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    for (const port of ports.length === 0 ? [undefined] : ports) {
      for (const address of addresses) yield { address, ready: true, port };
      for (const address of notReadyAddresses) yield { address, ready: false, port };
    }
  }
}

/** The slices for an Endpoints object: one per address family and list of ports. `skipped`: addresses that are not mirrored. */
export function mirrored(endpoints: corev1.Endpoints): { slices: Slice[]; skipped: number } {
  const slices: Slice[] = [];
  let skipped = 0;
  for (const subset of repack(offersOf(endpoints))) {
    const ready = (subset.addresses ?? []).map((address) => endpointOf(address, true));
    const notReady = (subset.notReadyAddresses ?? []).map((address) => endpointOf(address, false));
    const all = [...ready, ...notReady];
    skipped += Math.max(0, all.length - MAX_MIRRORED);
    const ports = portsOf(subset);
    const byFamily = new Map<string, discoveryv1.Endpoint[]>();
    for (const endpoint of all.slice(0, MAX_MIRRORED)) {
      const family = familyOf(endpoint.addresses[0] ?? '');
      const list = byFamily.get(family);
      if (list) list.push(endpoint);
      else byFamily.set(family, [endpoint]);
    }
    for (const [addressType, list] of byFamily) slices.push({ ...emptySlice(endpoints), addressType, ports, endpoints: list });
  }
  return { slices, skipped };
}

function emptySlice(endpoints: corev1.Endpoints): Omit<Slice, 'addressType'> {
  const { name, namespace, labels, annotations = {} } = endpoints.metadata;
  const { [TRIGGER_TIME]: _, [LAST_APPLIED]: __, ...kept } = annotations;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: MIRROR },
      ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }),
      ownerReferences: [controllerReference(endpoints, { apiVersion: 'v1', kind: 'Endpoints' })],
    },
  };
}

/** The writes that turn the existing slices into the desired ones (endpointslicemirroring/reconciler.go). */
export function planMirror(wanted: readonly Slice[], present: readonly Slice[]): SlicePlan {
  const plan: SlicePlan = { create: [], update: [], delete: [] };
  const keyOfSlice = ({ addressType, ports }: Slice): string => `${addressType}-${portsKey(ports)}`;
  const byKey = groupSlices(present, keyOfSlice);
  for (const slice of wanted) {
    const standing = byKey.get(keyOfSlice(slice))?.shift();
    if (standing === undefined) {
      plan.create.push(slice);
      continue;
    }
    const next = replaced(standing, slice);
    if (!deepEqual(next, standing)) plan.update.push(next);
  }
  plan.delete = [...byKey.values()].flat();
  return recycled(plan);
}

/** A slice with the content of another one, and its own name. */
function replaced(standing: Slice, { metadata, endpoints, ports }: Slice): Slice {
  const { labels, annotations, ownerReferences } = metadata;
  return { ...standing, metadata: { ...standing.metadata, labels, annotations, ownerReferences }, endpoints, ports };
}

/** Slices that are no longer wanted are used for new ones of the same address family (recycleSlices). */
function recycled({ create, update, delete: unwanted }: SlicePlan): SlicePlan {
  const spare = groupSlices(unwanted, ({ addressType }) => addressType);
  const used = new Set<Slice>();
  const made = create.filter((slice) => {
    const standing = spare.get(slice.addressType)?.shift();
    if (standing === undefined) return true;
    used.add(standing);
    update.push(replaced(standing, slice));
    return false;
  });
  return { create: made, update, delete: unwanted.filter((slice) => !used.has(slice)) };
}
