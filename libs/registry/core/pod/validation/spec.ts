import type { corev1 } from '#api';
import {
  append,
  type FieldError,
  type FieldPath,
  fieldNotFound,
  inclusiveRangeMessage,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
  required,
  validateLabels,
} from '#apimachinery';
import { invalidName, requiredOneOf } from '../../checks.js';
import { visitContainers } from '../containers.js';
import { validateAffinity } from './affinity.js';
import { validatePodClaims } from './claims.js';
import { validateContainers, validateEphemeralContainers, validateInitContainers } from './container-lists.js';
import type { PodContext } from './context.js';
import * as network from './network.js';
import { validateOS } from './os.js';
import { validatePodResources } from './pod-resources.js';
import { validateRequirements } from './resources.js';
import { validateReadinessGates, validateSchedulingGates, validateTolerations } from './scheduling.js';
import { validatePodSecurityContext } from './security.js';
import { validateTopologySpread } from './topology.js';
import { validateVolumes } from './volumes.js';
import { validateHostProcess } from './windows.js';

type Spec = corev1.PodSpec;

const NO_CLAIMS: ReadonlySet<string> = new Set();
const MAX_INT32 = 2147483647;
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];

/** The pod that a spec belongs to; unset for the spec of a template. */
export interface PodOwner {
  name: string | undefined;
  isMirror: boolean;
}

/** The names in the spec, and their rules. */
const NAMES: ReadonlyArray<[keyof Spec & string, (name: string) => string[]]> = [
  ['serviceAccountName', isDNS1123Subdomain],
  ['nodeName', isDNS1123Subdomain],
];
const LATER_NAMES: ReadonlyArray<[keyof Spec & string, (name: string) => string[]]> = [
  ['hostname', isDNS1123Label],
  ['subdomain', isDNS1123Label],
];

function validateNames(spec: Spec, names: typeof NAMES, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [field, rule] of names) {
    const value = spec[field] as string | undefined;
    if (value) append(errors, invalidName(path.child(field), value, rule(value)));
  }
  return errors;
}

/** Variables that are read from a file need an emptyDir volume (validateFileKeyRefVolumes). */
function validateFileKeyVolumes(spec: Spec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  visitContainers(spec, path, ({ env }, at) => {
    env?.forEach(({ valueFrom }, index) => {
      const name = valueFrom?.fileKeyRef?.volumeName;
      if (!valueFrom?.fileKeyRef) return;
      const where = at.child('env').index(index).child('valueFrom', 'fileKeyRef', 'volumeName');
      const volume = spec.volumes?.findLast((each) => each.name === name);
      if (!volume) errors.push(fieldNotFound(where, name ?? ''));
      else if (!volume.emptyDir) errors.push(invalidValue(where, name ?? '', 'referenced volume must be of type emptyDir'));
    });
  });
  return errors;
}

/** Upstream's internal type contains only the name; a reference without one causes a warning, not an error. */
function validatePlacement(spec: Spec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.affinity) append(errors, validateAffinity(spec.affinity, path.child('affinity')));
  if (spec.dnsConfig || spec.dnsPolicy === 'None') append(errors, network.validateDNSConfig(spec, path.child('dnsConfig')));
  if (spec.readinessGates) append(errors, validateReadinessGates(spec.readinessGates, path.child('readinessGates')));
  if (spec.schedulingGates) append(errors, validateSchedulingGates(spec.schedulingGates, path.child('schedulingGates')));
  if (spec.topologySpreadConstraints) {
    append(errors, validateTopologySpread(spec.topologySpreadConstraints, path.child('topologySpreadConstraints')));
  }
  append(errors, validateHostProcess(spec, path), network.validateHostUsers(spec, path), network.validateHostnameOverride(spec, path));
  return errors;
}

/** What follows the names of the service account and the node, in upstream's order. */
function validateRest(spec: Spec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const deadline = spec.activeDeadlineSeconds;
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    errors.push(invalidValue(path.child('activeDeadlineSeconds'), deadline, inclusiveRangeMessage(1, MAX_INT32)));
  }
  append(errors, validateNames(spec, LATER_NAMES, path));
  if (spec.tolerations) append(errors, validateTolerations(spec.tolerations, path.child('tolerations')));
  if (spec.hostAliases) append(errors, network.validateHostAliases(spec.hostAliases, path.child('hostAliases')));
  append(errors, validateNames(spec, [['priorityClassName', isDNS1123Subdomain]], path));
  const runtimeClass = spec.runtimeClassName;
  if (runtimeClass !== undefined)
    append(errors, invalidName(path.child('runtimeClassName'), runtimeClass, isDNS1123Subdomain(runtimeClass)));
  if (spec.preemptionPolicy !== undefined) {
    append(errors, requiredOneOf(spec.preemptionPolicy, PREEMPTION_POLICIES, path.child('preemptionPolicy')));
  }
  if (spec.overhead) append(errors, validateRequirements({ limits: spec.overhead }, path.child('overhead'), NO_CLAIMS));
  return [...errors, ...validateOS(spec, path), ...validateFileKeyVolumes(spec, path)];
}

function contextOf(spec: Spec, volumes: PodContext['volumes'], isPod: boolean): PodContext {
  return {
    volumes,
    claims: spec.resourceClaims?.length ? new Set(spec.resourceClaims.map(({ name }) => name).filter(Boolean)) : NO_CLAIMS,
    gracePeriod: spec.terminationGracePeriodSeconds,
    restartPolicy: spec.restartPolicy ?? '',
    hostUsers: spec.hostUsers !== false,
    os: spec.os?.name,
    isPod,
  };
}

function validateContainerLists(spec: Spec, path: FieldPath, context: PodContext): FieldError[] {
  const errors = validateContainers(spec.containers ?? [], path.child('containers'), context);
  if (spec.initContainers?.length) append(errors, validateInitContainers(spec, path.child('initContainers'), context));
  if (spec.ephemeralContainers?.length) append(errors, validateEphemeralContainers(spec, path.child('ephemeralContainers'), context));
  return errors;
}

/** The spec of a pod or of a template (core validation.go ValidatePodSpec). */
export function validatePodSpec(spec: Spec, path: FieldPath, owner: PodOwner | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const isPod = owner !== undefined;
  if (spec.terminationGracePeriodSeconds === undefined) errors.push(required(path.child('terminationGracePeriodSeconds')));
  const volumes = validateVolumes(spec.volumes ?? [], path.child('volumes'), { name: owner?.name, isPod });
  append(errors, volumes.errors);
  const context = contextOf(spec, volumes.valid, isPod);
  if (spec.resourceClaims) append(errors, validatePodClaims(spec.resourceClaims, path.child('resourceClaims'), owner?.isMirror === true));
  append(errors, validateContainerLists(spec, path, context));
  if (spec.resources) append(errors, validatePodResources(spec, path.child('resources'), context));
  append(errors, network.validateHostNetworkPorts(spec, path, isPod));
  append(errors, requiredOneOf(spec.restartPolicy, RESTART_POLICIES, path.child('restartPolicy')));
  append(errors, requiredOneOf(spec.dnsPolicy, DNS_POLICIES, path.child('dnsPolicy')));
  if (spec.nodeSelector) append(errors, validateLabels(spec.nodeSelector, path.child('nodeSelector')));
  append(errors, validatePodSecurityContext(spec, path.child('securityContext')), validatePlacement(spec, path));
  return [...errors, ...validateNames(spec, NAMES, path), ...validateRest(spec, path)];
}
