import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  fieldPath,
  getOwn,
  invalidValue,
  ipFamily,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidLegacyIP,
  isValidUserID,
  required,
} from '#apimachinery';
import { immutable, invalidName, oneOf } from '../../checks.js';
import { validatePodAnnotationsUpdate } from './annotations.js';
import { validateStateChanges } from './state-changes.js';

type Pod = corev1.Pod;
type Status = corev1.PodStatus;

const annotationsPath = fieldPath('metadata', 'annotations');
const statusPath = fieldPath('status');
const SYSTEM = ['PodScheduled', 'Ready', 'Initialized'];

function validateConditions(conditions: readonly corev1.PodCondition[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, { type = '', observedGeneration = 0 }] of conditions.entries()) {
    const at = path.index(index);
    if (observedGeneration < 0) {
      errors.push(invalidValue(at.child('observedGeneration'), observedGeneration, 'must be a non-negative integer'));
    }
    if (!SYSTEM.includes(type)) append(errors, invalidName(at.child('Type'), type, isQualifiedName(type)));
  }
  return errors;
}

/** At most one address per family. `value`: the value in the message. */
function validateFamilies(ips: readonly string[], value: unknown, path: FieldPath): FieldError[] {
  if (ips.length < 2) return [];
  const families = ips.map(ipFamily);
  const dual = ips.length === 2 && families.includes(4) && families.includes(6);
  return dual ? [] : [invalidValue(path, value, 'may specify no more than one IP for each IP family')];
}

function validateIPs(list: 'podIPs' | 'hostIPs', status: Status, old: Status): FieldError[] {
  const path = statusPath.child(list);
  const shown = (status[list] ?? []).map(({ ip = '' }) => ({ IP: ip }));
  const known = (old[list] ?? []).map(({ ip = '' }) => ip);
  const ips = shown.map(({ IP }) => IP);
  return [...ips.flatMap((ip, index) => isValidLegacyIP(path.index(index), ip, known)), ...validateFamilies(ips, shown, path)];
}

function validateHostIPs(status: Status, old: Status): FieldError[] {
  const first = status.hostIPs?.[0]?.ip ?? '';
  const differs = status.hostIPs?.length && status.hostIP !== first;
  const errors = differs ? [invalidValue(statusPath.child('hostIPs').index(0).child('ip'), first, 'must be equal to `hostIP`')] : [];
  return [...errors, ...validateIPs('hostIPs', status, old)];
}

function validateClaims(pod: Pod): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name, resourceClaimName: claim }] of (pod.status?.resourceClaimStatuses ?? []).entries()) {
    const at = statusPath.child('resourceClaimStatuses').index(index);
    if (!pod.spec.resourceClaims?.some((each) => each.name === name)) {
      errors.push(invalidValue(at.child('name'), name, 'must match the name of an entry in `spec.resourceClaims`'));
    }
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    if (claim !== undefined) append(errors, invalidName(at.child('resourceClaimName'), claim, isDNS1123Subdomain(claim)));
  }
  return errors;
}

function validateMapping(
  mapping: corev1.ContainerExtendedResourceRequest,
  spec: corev1.PodSpec,
  at: FieldPath,
  path: FieldPath,
): FieldError[] {
  const { containerName, resourceName, requestName = '' } = mapping;
  const container = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].find(({ name }) => name === containerName);
  const errors: FieldError[] = [];
  if (!container) {
    const text = 'must match the name of an entry in spec.initContainers.name or spec.containers.name';
    errors.push(invalidValue(at.child('containerName'), containerName, text));
  } else if (container.resources?.requests?.[resourceName] === undefined) {
    const text =
      'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests';
    errors.push(invalidValue(at.child('resourceName'), resourceName, text));
  }
  return [...errors, ...invalidName(path.child('requestName'), requestName, isDNS1123Label(requestName))];
}

function validateExtendedClaim({ status, spec }: Pod): FieldError[] {
  const claim = status?.extendedResourceClaimStatus;
  if (!claim) return [];
  const path = statusPath.child('extendedResourceClaimStatus');
  const mappings = claim.requestMappings ?? [];
  const errors = mappings.length > 0 ? [] : [required(path.child('requestMappings'), 'at least one request mapping is required')];
  const seen = new Set<string>();
  for (const [index, mapping] of mappings.entries()) {
    const at = path.child('requestMappings').index(index);
    append(errors, validateMapping(mapping, spec, at, path));
    const key = `${mapping.containerName}\0${mapping.resourceName}\0${mapping.requestName}`;
    for (const field of seen.has(key) ? (['containerName', 'resourceName', 'requestName'] as const) : []) {
      errors.push(duplicate(at.child(field), mapping[field]));
    }
    seen.add(key);
  }
  const name = claim.resourceClaimName;
  return [
    ...errors,
    ...(name ? invalidName(path.child('resourceClaimName'), name, isDNS1123Subdomain(name)) : [required(path.child('resourceClaimName'))]),
  ];
}

const LISTS = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const;

function validateUser(user: corev1.ContainerUser, path: FieldPath, os: string): FieldError[] {
  const { linux } = user;
  if (!linux) return [];
  if (os === 'windows') return [fieldForbidden(path, 'cannot be set for a windows pod')];
  return [
    ...invalidName(path.child('uid'), linux.uid, isValidUserID(linux.uid)),
    ...invalidName(path.child('gid'), linux.gid, isValidUserID(linux.gid)),
    ...(linux.supplementalGroups ?? []).flatMap((id, index) =>
      invalidName(path.child('supplementalGroups').index(index), id, isValidUserID(id)),
    ),
  ];
}

function validateHealth(resources: readonly corev1.ResourceHealth[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { health, resourceID }] of resources.entries()) {
    append(errors, oneOf(health, ['Healthy', 'Unhealthy', 'Unknown'], path.index(index).child('health')));
    if (seen.has(resourceID)) errors.push(duplicate(path.index(index).child('resourceID'), resourceID));
    seen.add(resourceID);
  }
  return errors;
}

/** Whether a container requests the resource, or the claim `claim:name/request`, that is reported as allocated. */
function isAskedFor(name: string, { resources }: corev1.Container): boolean {
  if (!name.startsWith('claim:')) return getOwn(resources?.requests, name) !== undefined;
  return resources?.claims?.some((claim) => name === `claim:${claim.name}${claim.request ? `/${claim.request}` : ''}`) ?? false;
}

const CLAIM_TEXT =
  "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";

function validateAllocated(status: corev1.ContainerStatus, containers: readonly corev1.Container[], path: FieldPath): FieldError[] {
  const container = containers.find(({ name }) => name === status.name);
  return (status.allocatedResourcesStatus ?? []).flatMap(({ name, resources }, index) => {
    const at = path.child('allocatedResourcesStatus').index(index);
    const text = name.startsWith('claim:') ? CLAIM_TEXT : "must match one of the container's resource requests";
    const errors = container && !isAskedFor(name, container) ? [invalidValue(at.child('name'), name, text)] : [];
    return [...errors, ...validateHealth(resources ?? [], at.child('resources'))];
  });
}

function validateImageStatus(status: corev1.ContainerStatus, path: FieldPath): FieldError[] {
  return (status.volumeMounts ?? []).flatMap(({ volumeStatus }, index) => {
    const at = path.child('volumeMounts').index(index).child('volumeStatus', 'imageVolumeStatus', 'imageRef');
    return volumeStatus?.image && !volumeStatus.image.imageRef ? [required(at, 'imageRef must not be empty')] : [];
  });
}

function validateContainerStatuses({ status = {}, spec }: Pod): FieldError[] {
  const errors: FieldError[] = [];
  const each = (check: (status: corev1.ContainerStatus, path: FieldPath, list: (typeof LISTS)[number]) => FieldError[]): void => {
    for (const list of LISTS) {
      for (const [index, container] of (status[list] ?? []).entries()) {
        append(errors, check(container, statusPath.child(list).index(index), list));
      }
    }
  };
  each(({ user }, at) => (user ? validateUser(user, at.child('user', 'linux'), spec.os?.name ?? 'linux') : []));
  each((container, at, list) => {
    if (!container.allocatedResourcesStatus?.length) return [];
    if (list !== 'ephemeralContainerStatuses') {
      return validateAllocated(container, spec[list === 'containerStatuses' ? 'containers' : 'initContainers'] ?? [], at);
    }
    return [fieldForbidden(at.child('allocatedResourcesStatus'), 'must not be specified in container status')];
  });
  each(validateImageStatus);
  return errors;
}

function validateNominated(next: string | undefined, old: Pod): FieldError[] {
  if (!next || next === old.status?.nominatedNodeName) return [];
  const at = statusPath.child('nominatedNodeName');
  const errors = invalidName(at, next, isDNS1123Subdomain(next));
  if (old.spec.nodeName) errors.push(fieldForbidden(at, 'may not be set on pods that are already bound to a node'));
  return errors;
}

/** The allowed changes of a pod's status (ValidatePodStatusUpdate). */
export function validatePodStatusUpdate(pod: Pod, old: Pod): FieldError[] {
  const [status, before] = [pod.status ?? {}, old.status ?? {}];
  const errors = validatePodAnnotationsUpdate(pod, old, annotationsPath);
  append(errors, validateConditions(status.conditions ?? [], statusPath.child('conditions')));
  if (pod.spec.nodeName !== old.spec.nodeName) errors.push(fieldForbidden('status.nodeName', 'may not be changed directly'));
  append(errors, validateNominated(status.nominatedNodeName, old));
  const generation = status.observedGeneration ?? 0;
  if (generation < 0) errors.push(invalidValue('status.observedGeneration', generation, 'must be a non-negative integer'));
  append(errors, immutable(status.qosClass, before.qosClass, 'status.qosClass', status.qosClass ?? ''));
  append(errors, validateStateChanges(status, before, old.spec, statusPath), validateClaims(pod), validateExtendedClaim(pod));
  append(errors, validateIPs('podIPs', status, before), validateHostIPs(status, before));
  return [...errors, ...validateContainerStatuses(pod)];
}
