import type { corev1, resourcev1 } from '#api';
import { deepEqual, seededRandom } from '#apimachinery';
import type { Given } from './allocate.js';

type Requirement = corev1.NodeSelectorRequirement;

function resultOf({ offered, wanted, consumes }: Given, share: () => string): resourcev1.DeviceRequestAllocationResult {
  const { device, slice } = offered;
  const { bindingConditions = [], bindingFailureConditions = [] } = device;
  const { tolerations = [] } = wanted.request;
  return {
    request: wanted.name,
    driver: slice.spec.driver,
    pool: slice.spec.pool.name,
    device: device.name,
    ...(wanted.adminAccess ? { adminAccess: true } : {}),
    ...(tolerations.length > 0 ? { tolerations } : {}),
    ...(bindingConditions.length > 0 ? { bindingConditions } : {}),
    ...(bindingFailureConditions.length > 0 ? { bindingFailureConditions } : {}),
    ...(consumes ? { shareID: share() } : {}),
    ...(consumes && consumes.size > 0
      ? { consumedCapacity: Object.fromEntries([...consumes].map(([name, amount]) => [name, amount.toString()])) }
      : {}),
  };
}

/** The configuration of the classes, each once, and that of the claim for the requests that were chosen. */
function configOf({ spec }: resourcev1.ResourceClaim, given: readonly Given[]): resourcev1.DeviceAllocationConfiguration[] {
  const requests = new Map<string, string[]>();
  const classes = new Map<string, resourcev1.DeviceClass>();
  for (const { name, deviceClass } of new Set(given.map(({ wanted }) => wanted))) {
    const known = requests.get(deviceClass.metadata.name) ?? [];
    requests.set(deviceClass.metadata.name, [...known, name]);
    classes.set(deviceClass.metadata.name, deviceClass);
  }
  const ofClasses = [...classes].flatMap(([name, { spec: own }]) =>
    (own.config ?? []).map((one) => ({ source: 'FromClass', requests: requests.get(name) ?? [], ...one })),
  );
  const names = new Set([...requests.values()].flat().flatMap((name) => [name, name.split('/', 1)[0] ?? name]));
  const ofClaim = (spec.devices?.config ?? [])
    .filter(({ requests: wanted = [] }) => wanted.length === 0 || wanted.some((name) => names.has(name)))
    .map((one) => ({ source: 'FromClaim', ...one }));
  return [...ofClasses, ...ofClaim];
}

const onlyOn = (name: string): corev1.NodeSelector => ({
  nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
});

function distinct(requirements: readonly Requirement[]): Requirement[] {
  return requirements.filter((one, index) => requirements.findIndex((other) => deepEqual(one, other)) === index);
}

/** The nodes that can use all of the devices; undefined: all nodes (createNodeSelector). */
function nodesOf(given: readonly Given[], { metadata }: corev1.Node): corev1.NodeSelector | undefined {
  const places = given.map(({ offered: { device, slice } }) => ({
    place: slice.spec.perDeviceNodeSelection ? device : slice.spec,
    binds: device.bindsToNode === true,
  }));
  if (places.some(({ place, binds }) => binds || place.nodeName)) return onlyOn(metadata.name);
  const terms = places.flatMap(({ place }) => place.nodeSelector?.nodeSelectorTerms[0] ?? []);
  const matchFields = distinct(terms.flatMap((term) => term.matchFields ?? []));
  const matchExpressions = distinct(terms.flatMap((term) => term.matchExpressions ?? []));
  if (matchFields.length + matchExpressions.length === 0) return undefined;
  const term = { ...(matchExpressions.length > 0 ? { matchExpressions } : {}), ...(matchFields.length > 0 ? { matchFields } : {}) };
  return { nodeSelectorTerms: [term] };
}

/** The allocation of a claim, as its status has it. */
export function allocationOf(claim: resourcev1.ResourceClaim, given: readonly Given[], node: corev1.Node): resourcev1.AllocationResult {
  const random = seededRandom(claim.metadata.uid ?? '').draw('share', claim.metadata.name);
  const config = configOf(claim, given);
  const nodeSelector = nodesOf(given, node);
  return {
    devices: { results: given.map((one) => resultOf(one, () => random.uuid())), ...(config.length > 0 ? { config } : {}) },
    ...(nodeSelector ? { nodeSelector } : {}),
  };
}
