import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  fieldNotFound,
  invalidValue,
  notSupported,
  required,
  tooMany,
} from '#apimachinery';
import { type AnyContainer, isSidecar } from '../containers.js';
import { validateContainer } from './container.js';
import type { PodContext } from './context.js';
import { forbidHooks, validateHooks } from './probes.js';

const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const ACTIONS = ['Restart', 'RestartAllContainers'];

function validateRestartRule({ action, exitCodes }: corev1.ContainerRestartRule, path: FieldPath): FieldError[] {
  const errors = ACTIONS.includes(action) ? [] : [notSupported(path.child('action'), action ?? '', ACTIONS)];
  const at = path.child('exitCodes');
  if (!exitCodes) return [...errors, required(at, 'must be specified')];
  const { operator, values = [] } = exitCodes;
  if (operator !== 'In' && operator !== 'NotIn') errors.push(notSupported(at.child('operator'), operator ?? '', ['In', 'NotIn']));
  if (values.length > 255) errors.push(tooMany(at.child('values'), values.length, 255));
  return errors;
}

/** A container's own restart policy and rules (validateContainerRestartPolicy, validateInitContainerRestartPolicy). */
function validateRestartPolicy(
  { restartPolicy, restartPolicyRules: rules = [] }: corev1.Container,
  path: FieldPath,
  init: boolean,
): FieldError[] {
  if (restartPolicy === undefined && rules.length === 0) return [];
  const errors: FieldError[] = [];
  const at = path.child('restartPolicy');
  if (restartPolicy === undefined) errors.push(required(at, 'must specify restartPolicy when restart rules are used'));
  else if (!RESTART_POLICIES.includes(restartPolicy)) errors.push(notSupported(at, restartPolicy, RESTART_POLICIES));
  if (restartPolicy === undefined && init) return errors;
  if (rules.length > 20) errors.push(tooMany(path.child('restartPolicyRules'), rules.length, 20));
  for (const [index, rule] of rules.entries()) append(errors, validateRestartRule(rule, path.child('restartPolicyRules').index(index)));
  return errors;
}

/** Host ports that two containers would share (AccumulateUniqueHostPorts). */
function validateHostPorts(containers: readonly corev1.Container[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { ports }] of containers.entries()) {
    for (const [portIndex, { hostPort, protocol, hostIP = '' }] of (ports ?? []).entries()) {
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (seen.has(key)) errors.push(duplicate(path.index(index).child('ports').index(portIndex).child('hostPort'), key));
      else seen.add(key);
    }
  }
  return errors;
}

/** The regular containers of a pod (validateContainers). */
export function validateContainers(containers: readonly corev1.Container[], path: FieldPath, context: PodContext): FieldError[] {
  if (containers.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = path.index(index);
    append(errors, validateContainer(container, at, context));
    if (names.has(container.name)) errors.push(duplicate(at.child('name'), container.name ?? ''));
    else names.add(container.name);
    append(errors, validateHooks(container, at, context), validateRestartPolicy(container, at, false));
  }
  return [...errors, ...validateHostPorts(containers, path)];
}

function validateInitResize(container: corev1.Container, path: FieldPath): FieldError[] {
  if (isSidecar(container)) return [];
  const text = "must not be set to 'RestartContainer' for non-sidecar initContainers";
  return (container.resizePolicy ?? []).flatMap(({ restartPolicy }, index) =>
    restartPolicy === 'RestartContainer'
      ? [invalidValue(path.child('resizePolicy').index(index).child('restartPolicy'), restartPolicy, text)]
      : [],
  );
}

/** The init containers of a pod; their names must also differ from those of the regular ones (validateInitContainers). */
export function validateInitContainers(spec: corev1.PodSpec, path: FieldPath, context: PodContext): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set((spec.containers ?? []).map(({ name }) => name));
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const at = path.index(index);
    append(errors, validateContainer(container, at, context), validateRestartPolicy(container, at, true));
    if (names.has(container.name)) errors.push(duplicate(at.child('name'), container.name ?? ''));
    else if (container.name) names.add(container.name);
    // Upstream validates each one separately, so each has index 0.
    append(errors, validateHostPorts([container], path));
    append(errors, isSidecar(container) ? validateHooks(container, at, context) : forbidHooks(container, at));
    append(errors, validateInitResize(container, at));
  }
  return errors;
}

/** What an ephemeral container may not have, in the order of the type's fields. */
const FORBIDDEN = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;
const EPHEMERAL_TEXT = 'cannot be set for an Ephemeral Container';

function isSet(value: unknown): boolean {
  return value !== undefined && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function validateEphemeralFields(container: corev1.EphemeralContainer, path: FieldPath): FieldError[] {
  const errors = FORBIDDEN.filter((field) => isSet(container[field])).map((field) => fieldForbidden(path.child(field), EPHEMERAL_TEXT));
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const at = path.child('volumeMounts').index(index);
    if (mount.subPath) errors.push(fieldForbidden(at.child('subPath'), EPHEMERAL_TEXT));
    if (mount.subPathExpr) errors.push(fieldForbidden(at.child('subPathExpr'), EPHEMERAL_TEXT));
  }
  return errors;
}

/** An image without surrounding blanks, which are allowed in templates (validateContainerOnlyForPod). */
export function validateImageName({ image = '' }: AnyContainer, path: FieldPath): FieldError[] {
  if (image.trim().length === image.length) return [];
  return [invalidValue(path.child('image'), image, 'must not have leading or trailing whitespace')];
}

/** The ephemeral containers of a pod (validateEphemeralContainers). */
export function validateEphemeralContainers(spec: corev1.PodSpec, path: FieldPath, context: PodContext): FieldError[] {
  const errors: FieldError[] = [];
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const names = new Set(others);
  for (const [index, container] of (spec.ephemeralContainers ?? []).entries()) {
    const at = path.index(index);
    const { name, targetContainerName: target } = container;
    append(errors, validateContainer(container, at, context), validateImageName(container, at));
    if (names.has(name)) errors.push(duplicate(at.child('name'), name ?? ''));
    else names.add(name);
    if (target && !others.has(target)) errors.push(fieldNotFound(at.child('targetContainerName'), target));
    append(errors, validateEphemeralFields(container, at));
  }
  return errors;
}
