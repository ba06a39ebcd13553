import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  invalidValue,
  isDNS1123Label,
  isValidPortName,
  isValidPortNum,
  notSupported,
  required,
} from '#apimachinery';
import { invalidName, requiredOneOf } from '../../checks.js';
import type { AnyContainer } from '../containers.js';
import type { PodContext } from './context.js';
import { validateEnv, validateEnvFrom } from './env.js';
import { validateVolumeDevices, validateVolumeMounts } from './mounts.js';
import { validateRequirements } from './resources.js';
import { validateSecurityContext } from './security.js';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

function validatePortName(name: string, seen: Set<string>, path: FieldPath): FieldError[] {
  const messages = isValidPortName(name);
  if (messages.length > 0) return invalidName(path, name, messages);
  if (seen.has(name)) return [duplicate(path, name)];
  seen.add(name);
  return [];
}

function validatePorts(ports: readonly corev1.ContainerPort[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name, containerPort = 0, hostPort = 0, protocol }] of ports.entries()) {
    const at = path.index(index);
    if (name) append(errors, validatePortName(name, names, at.child('name')));
    if (containerPort === 0) errors.push(required(at.child('containerPort')));
    else append(errors, invalidName(at.child('containerPort'), containerPort, isValidPortNum(containerPort)));
    if (hostPort !== 0) append(errors, invalidName(at.child('hostPort'), hostPort, isValidPortNum(hostPort)));
    append(errors, requiredOneOf(protocol, PROTOCOLS, at.child('protocol')));
  }
  return errors;
}

/** A container's resize policy; upstream's path is that of the list, not of its elements (validateResizePolicy). */
function validateResizePolicy(policies: readonly corev1.ContainerResizePolicy[], path: FieldPath, podPolicy: string): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { resourceName, restartPolicy }] of policies.entries()) {
    if (seen.has(resourceName)) errors.push(duplicate(path.index(index), resourceName));
    seen.add(resourceName);
    append(errors, requiredOneOf(resourceName, ['cpu', 'memory'], path));
    append(errors, requiredOneOf(restartPolicy, ['NotRequired', 'RestartContainer'], path));
    if (podPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalidValue(path, restartPolicy ?? '', "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  }
  return errors;
}

/** The pull policy of containers and of image volumes. */
export function validatePullPolicy(policy: string | undefined, path: FieldPath): FieldError[] {
  return policy && PULL_POLICIES.includes(policy) ? [] : requiredOneOf(policy, PULL_POLICIES, path);
}

/** Rules for containers of every kind (validateContainerCommon). */
export function validateContainer(container: AnyContainer, path: FieldPath, context: PodContext): FieldError[] {
  const { name, image, terminationMessagePolicy: messagePolicy, ports, env, envFrom, resources, securityContext } = container;
  const errors: FieldError[] = [];
  const names = name ? isDNS1123Label(name) : undefined;
  if (!names) errors.push(required(path.child('name')));
  else if (names.length > 0) append(errors, invalidName(path.child('name'), name, names));
  if (!image) errors.push(required(path.child('image')));
  if (!messagePolicy) errors.push(required(path.child('terminationMessagePolicy')));
  else if (!MESSAGE_POLICIES.includes(messagePolicy)) {
    errors.push(notSupported(path.child('terminationMessagePolicy'), messagePolicy, MESSAGE_POLICIES));
  }
  if (ports) append(errors, validatePorts(ports, path.child('ports')));
  if (env) append(errors, validateEnv(env, path.child('env')));
  if (envFrom) append(errors, validateEnvFrom(envFrom, path.child('envFrom')));
  if (container.volumeMounts) append(errors, validateVolumeMounts(container, context.volumes, path.child('volumeMounts')));
  if (container.volumeDevices) append(errors, validateVolumeDevices(container, context.volumes, path.child('volumeDevices')));
  append(errors, validatePullPolicy(container.imagePullPolicy, path.child('imagePullPolicy')));
  if (resources) append(errors, validateRequirements(resources, path.child('resources'), context.claims));
  const { resizePolicy } = container;
  if (resizePolicy) append(errors, validateResizePolicy(resizePolicy, path.child('resizePolicy'), context.restartPolicy));
  if (securityContext) append(errors, validateSecurityContext(securityContext, path.child('securityContext'), context.hostUsers));
  return errors;
}
