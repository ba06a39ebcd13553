import type { corev1, discoveryv1 } from '#api';
import { deepEqual } from '#apimachinery';
import { CONTROLLER_DEFAULTS } from '#component-base';
import { isPodReady } from '#component-helpers';
import { hasAddress, hostnameFor, portOf } from './pods-of-service.js';
import { familyOf, groupSlices, labelsFor, newSlice, ownedBy, portsKey } from './slice-shape.js';
import { type Hinted, withHints } from './traffic-distribution.js';

type Slice = discoveryv1.EndpointSlice;
type Endpoint = discoveryv1.Endpoint;
type Port = discoveryv1.EndpointPort;

/** What the slices of a Service are computed from. */
export interface SliceInput {
  service: corev1.Service;
  pods: readonly corev1.Pod[];
  /** Slices of this Service and this controller. */
  slices: readonly Slice[];
  /** Zone of a node; undefined if it has none, null if the node does not exist. */
  zoneOf(node: string): string | undefined | null;
  /** Gives the slices of an address type the hints that the Service asks for. */
  hint(slices: Hinted, addressType: string): Hinted;
  /** Endpoints of a slice at most; unset: without flags. */
  most?: number;
}

/** The slices to write. The caller adds annotations with the trigger time. */
export interface SlicePlan {
  create: Slice[];
  update: Slice[];
  delete: Slice[];
}

/** The same, and the pods that were left out because their nodes do not exist. */
export interface ServiceSlicePlan extends SlicePlan {
  skipped: readonly corev1.Pod[];
}

/** All slices with the same address type and list of ports. */
interface Group {
  addressType: string;
  ports: Port[];
  endpoints: Map<string, Endpoint>;
}

/** The address types of a Service's slices (getAddressTypesForService). */
function addressTypes({ spec }: corev1.Service): string[] {
  const families = (spec?.ipFamilies ?? []).filter((family) => family === 'IPv4' || family === 'IPv6');
  if (families.length > 0) return families;
  if (spec?.clusterIP && spec.clusterIP !== 'None') return [familyOf(spec.clusterIP)];
  return ['IPv4', 'IPv6'];
}

function portsFor(pod: corev1.Pod, service: corev1.Service): Port[] {
  return (service.spec?.ports ?? []).flatMap((servicePort) => {
    const port = portOf(pod, servicePort);
    if (port === undefined) return [];
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    return [{ name, protocol, port, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function endpointKey({ addresses, hostname = '', targetRef }: Endpoint): string {
  return `${addresses.join()}|${hostname}|${targetRef?.namespace}/${targetRef?.name}`;
}

function endpointFor(pod: corev1.Pod, addresses: string[], { service, zoneOf }: SliceInput): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const { name, namespace, uid } = pod.metadata;
  const zone = pod.spec.nodeName ? zoneOf(pod.spec.nodeName) : undefined;
  const hostname = hostnameFor(pod, service);
  return {
    addresses,
    conditions: { ready: service.spec?.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    ...(zone ? { zone } : {}),
  };
}

/** A pod on a node that does not exist is left out, unless the Service publishes not-ready addresses (reconcileByAddressType). */
function isPlaced({ spec }: corev1.Pod, { service, zoneOf }: SliceInput): boolean {
  return service.spec?.publishNotReadyAddresses === true || zoneOf(spec.nodeName ?? '') !== null;
}

function desiredGroups(input: SliceInput, addressType: string): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const pod of input.pods) {
    if (!hasAddress(pod, true)) continue;
    const ports = portsFor(pod, input.service);
    const key = portsKey(ports);
    const group = groups.get(key) ?? { addressType, ports, endpoints: new Map() };
    groups.set(key, group);
    const ips = pod.status?.podIPs?.map(({ ip }) => ip ?? '') ?? [pod.status?.podIP ?? ''];
    const addresses = ips.filter((ip) => ip !== '' && familyOf(ip) === addressType);
    if (addresses.length === 0 || !isPlaced(pod, input)) continue;
    const endpoint = endpointFor(pod, addresses, input);
    group.endpoints.set(endpointKey(endpoint), endpoint);
  }
  return groups;
}

/** A slice being computed: its endpoints, and whether they differ from the stored ones. */
interface Draft {
  slice: Slice;
  endpoints: Endpoint[];
  changed: boolean;
}

function draftOf(slice: Slice, endpoints: Map<string, Endpoint>, labels: Record<string, string>): Draft {
  const present = slice.endpoints ?? [];
  let changed = !deepEqual(slice.metadata.labels, labels);
  const kept: Endpoint[] = [];
  for (const endpoint of present) {
    const key = endpointKey(endpoint);
    const wanted = endpoints.get(key);
    if (wanted === undefined) {
      changed = true;
      continue;
    }
    endpoints.delete(key);
    kept.push(wanted);
    changed ||= !deepEqual(wanted, endpoint.hints === undefined ? endpoint : withHints(endpoint, undefined));
  }
  return { slice, endpoints: kept, changed };
}

/**
 * Fills slices that are written anyway, fullest first, then one that has room for all the rest; the remaining endpoints need new slices.
 */
function place(drafts: readonly Draft[], wanted: Endpoint[], most: number): Endpoint[] {
  let rest = wanted;
  const byFill = drafts
    .filter(({ changed, endpoints }) => changed && endpoints.length > 0)
    .sort((a, b) => b.endpoints.length - a.endpoints.length);
  for (const draft of byFill) {
    const room = Math.max(0, most - draft.endpoints.length);
    draft.endpoints.push(...rest.slice(0, room));
    rest = rest.slice(room);
  }
  if (rest.length === 0 || rest.length >= most) return rest;
  const roomy = drafts.filter(({ changed, endpoints }) => !changed && endpoints.length > 0 && endpoints.length + rest.length <= most);
  const fullest = roomy.sort((a, b) => b.endpoints.length - a.endpoints.length)[0];
  if (fullest === undefined) return rest;
  fullest.endpoints.push(...rest);
  fullest.changed = true;
  return [];
}

function planGroup(input: SliceInput, group: Group, slices: readonly Slice[]): SlicePlan {
  const labels = labelsFor(input.service);
  const drafts = slices.map((slice) => draftOf(slice, group.endpoints, labels));
  const { most = CONTROLLER_DEFAULTS.endpointsPerSlice } = input;
  let rest = place(drafts, [...group.endpoints.values()], most);
  const create: Slice[] = [];
  while (rest.length > 0) {
    create.push(newSlice(input.service, group, rest.slice(0, most)));
    rest = rest.slice(most);
  }
  const update = drafts.filter(({ changed, endpoints }) => changed && endpoints.length > 0);
  return {
    create,
    update: update.map(({ slice, endpoints }) => ({ ...slice, metadata: { ...slice.metadata, labels }, endpoints })),
    delete: drafts.filter(({ endpoints }) => endpoints.length === 0).map(({ slice }) => slice),
  };
}

/** Slices to be deleted are reused for new ones, so that one write replaces two (finalize). */
function reuse(plan: SlicePlan, service: corev1.Service): SlicePlan {
  const create = [...plan.create];
  const update = [...plan.update];
  const gone = plan.delete.filter((slice) => {
    const wanted = create.at(-1);
    if (wanted === undefined || wanted.addressType !== slice.addressType || !ownedBy(slice, service)) return true;
    create.pop();
    const { labels, ownerReferences } = wanted.metadata;
    update.push({ ...slice, metadata: { ...slice.metadata, labels, ownerReferences }, endpoints: wanted.endpoints, ports: wanted.ports });
    return false;
  });
  return { create, update, delete: gone };
}

function isPlaceholder(slice: Slice, placeholder: Slice): boolean {
  return (
    (slice.endpoints ?? []).length === 0 &&
    (slice.ports ?? []).length === 0 &&
    deepEqual(slice.metadata.labels, placeholder.metadata.labels)
  );
}

function planAddressType(input: SliceInput, addressType: string, slices: readonly Slice[]): SlicePlan {
  const { service } = input;
  const groups = desiredGroups(input, addressType);
  const own = slices.filter((slice) => ownedBy(slice, service));
  const plan: SlicePlan = { create: [], update: [], delete: slices.filter((slice) => !ownedBy(slice, service)) };
  const byPorts = groupSlices(own, ({ ports }) => portsKey(ports));
  const parts = [...groups].map(([key, group]) => planGroup(input, group, byPorts.get(key) ?? []));
  const leftOver = [...byPorts].flatMap(([key, unused]) => (groups.has(key) ? [] : unused));
  plan.create = parts.flatMap((part) => part.create);
  plan.update = parts.flatMap((part) => part.update);
  plan.delete = [...plan.delete, ...parts.flatMap((part) => part.delete), ...leftOver];
  if (plan.delete.length === slices.length && plan.create.length === 0) {
    const placeholder = newSlice(service, { addressType, ports: [] }, []);
    const [only] = plan.delete;
    if (plan.delete.length === 1 && only !== undefined && isPlaceholder(only, placeholder)) plan.delete = [];
    else plan.create.push(placeholder);
  }
  return reuse(
    hinted(plan, slices, (all) => input.hint(all, addressType)),
    service,
  );
}

function hinted(plan: SlicePlan, slices: readonly Slice[], hint: (slices: Hinted) => Hinted): SlicePlan {
  const written = new Set([...plan.update, ...plan.delete].map(({ metadata }) => metadata.name));
  const unchanged = slices.filter(({ metadata }) => !written.has(metadata.name));
  const { create, update } = hint({ create: plan.create, update: plan.update, unchanged });
  return { ...plan, create, update };
}

/**
 * The slices of a Service: endpoints stay in their slice, so that few slices change (endpointslice/reconciler.go). A Service without pods
 * has one empty slice per address type.
 */
export function planSlices(input: SliceInput): ServiceSlicePlan {
  const types = addressTypes(input.service);
  const plans = types.map((type) =>
    planAddressType(
      input,
      type,
      input.slices.filter(({ addressType }) => addressType === type),
    ),
  );
  return {
    create: plans.flatMap(({ create }) => create),
    update: plans.flatMap(({ update }) => update),
    delete: [...plans.flatMap((plan) => plan.delete), ...input.slices.filter(({ addressType }) => !types.includes(addressType))],
    skipped: input.pods.filter((pod) => hasAddress(pod, true) && !isPlaced(pod, input)),
  };
}
