import type { corev1, discoveryv1 } from '#api';
import { controllerReference, deepEqual } from '#apimachinery';
import { TRIGGER_TIME } from './pods-of-service.js';
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

/** The slices for an Endpoints object: one per address family and list of ports. `skipped`: addresses that are not mirrored. */
export function mirrored(endpoints: corev1.Endpoints): { slices: Slice[]; skipped: number } {
  const slices = new Map<string, { slice: Slice; endpoints: discoveryv1.Endpoint[] }>();
  let skipped = 0;
  for (const subset of endpoints.subsets ?? []) {
    const ready = (subset.addresses ?? []).map((address) => endpointOf(address, true));
    const notReady = (subset.notReadyAddresses ?? []).map((address) => endpointOf(address, false));
    const all = [...ready, ...notReady];
    skipped += Math.max(0, all.length - MAX_MIRRORED);
    const ports = portsOf(subset);
    const portsText = portsKey(ports);
    for (const endpoint of all.slice(0, MAX_MIRRORED)) {
      const addressType = familyOf(endpoint.addresses[0] ?? '');
      const key = `${addressType}-${portsText}`;
      const slice = slices.get(key) ?? { slice: { ...emptySlice(endpoints), addressType, ports }, endpoints: [] };
      slices.set(key, slice);
      slice.endpoints.push(endpoint);
    }
  }
  return { slices: [...slices.values()].map(({ slice, endpoints: list }) => ({ ...slice, endpoints: list })), skipped };
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
    const { labels, annotations, ownerReferences } = slice.metadata;
    const next = { ...standing, metadata: { ...standing.metadata, labels, annotations, ownerReferences }, endpoints: slice.endpoints };
    if (!deepEqual(next, standing)) plan.update.push(next);
  }
  plan.delete = [...byKey.values()].flat();
  return plan;
}
