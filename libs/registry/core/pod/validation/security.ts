import type { corev1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  type FieldPath,
  invalidValue,
  isValidUserID,
  notSupported,
  required,
  tooLong,
} from '#apimachinery';
import { internalForm } from '../../../internal-form/internal-form.js';
import { invalidName, oneOf } from '../../checks.js';
import { validateDescendingPath } from '../../volumes/paths.js';
import { validateWindowsOptions } from './windows.js';

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];

function validateProfileType(type: string | undefined, path: FieldPath, field: string): FieldError[] {
  if (!type) return [required(path.child('type'), `type is required when ${field} is set`)];
  return PROFILE_TYPES.includes(type) ? [] : [notSupported(path.child('type'), type, PROFILE_TYPES)];
}

/** validateSeccompProfileField */
function validateSeccomp(profile: corev1.SeccompProfile | undefined, path: FieldPath): FieldError[] {
  if (!profile) return [];
  const errors = validateProfileType(profile.type, path, 'seccompProfile');
  const { localhostProfile } = profile;
  const at = path.child('localhostProfile');
  if (profile.type !== 'Localhost') {
    if (localhostProfile === undefined) return errors;
    return [...errors, invalidValue(at, internalForm('*SeccompProfile', profile), 'can only be set when seccomp type is Localhost')];
  }
  if (localhostProfile === undefined) return [...errors, required(at, 'must be set when seccomp type is Localhost')];
  return [...errors, ...validateDescendingPath(localhostProfile, at)];
}

/** ValidateAppArmorProfileField */
function validateAppArmor(profile: corev1.AppArmorProfile | undefined, path: FieldPath): FieldError[] {
  if (!profile) return [];
  const { type, localhostProfile } = profile;
  const at = path.child('localhostProfile');
  if (type !== 'Localhost') {
    const errors = validateProfileType(type, path, 'appArmorProfile');
    if (errors.length > 0 || localhostProfile === undefined) return errors;
    return [invalidValue(at, localhostProfile, 'can only be set when AppArmor type is Localhost')];
  }
  if (localhostProfile === undefined) return [required(at, 'must be set when AppArmor type is Localhost')];
  const errors: FieldError[] = [];
  if (localhostProfile.trim() !== localhostProfile) errors.push(invalidValue(at, localhostProfile, 'must not be padded with whitespace'));
  else if (localhostProfile === '') errors.push(required(at, 'must be set when AppArmor type is Localhost'));
  if (localhostProfile.length > 4095) errors.push(tooLong(at, localhostProfile, 4095));
  return errors;
}

function validateID(id: number | undefined, path: FieldPath): FieldError[] {
  return id === undefined ? [] : invalidName(path, id, isValidUserID(id));
}

function validateEscalation(context: corev1.SecurityContext, path: FieldPath): FieldError[] {
  if (context.allowPrivilegeEscalation !== false) return [];
  const errors: FieldError[] = [];
  const refuse = (what: string): void => {
    const shown = internalForm('*SecurityContext', context);
    errors.push(invalidValue(path, shown, `cannot set \`allowPrivilegeEscalation\` to false and ${what}`));
  };
  if (context.privileged) refuse('`privileged` to true');
  for (const capability of context.capabilities?.add ?? []) {
    if (capability === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN');
  }
  return errors;
}

/** The security context of a container (ValidateSecurityContext). `hostUsers`: the pod does not have its own user namespace. */
export function validateSecurityContext(context: corev1.SecurityContext, path: FieldPath, hostUsers: boolean): FieldError[] {
  const errors = [...validateID(context.runAsUser, path.child('runAsUser')), ...validateID(context.runAsGroup, path.child('runAsGroup'))];
  const { procMount } = context;
  if (procMount !== undefined) {
    const at = path.child('procMount');
    append(errors, oneOf(procMount, ['Default', 'Unmasked'], at));
    if (hostUsers && procMount === 'Unmasked') errors.push(invalidValue(at, procMount, '`hostUsers` must be false to use `Unmasked`'));
  }
  append(errors, validateSeccomp(context.seccompProfile, path.child('seccompProfile')), validateEscalation(context, path));
  if (context.windowsOptions) append(errors, validateWindowsOptions(context.windowsOptions, path.child('windowsOptions')));
  return [...errors, ...validateAppArmor(context.appArmorProfile, path.child('appArmorProfile'))];
}

const SYSCTL = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const sysctl = new RegExp(SYSCTL);
const IPC = new Set([
  'kernel.sem',
  'kernel.shmall',
  'kernel.shmmax',
  'kernel.shmmni',
  'kernel.shm_rmid_forced',
  'kernel.shm',
  'kernel.msgmax',
  'kernel.msgmnb',
  'kernel.msgmni',
  'kernel.msg',
]);

/** Slashes and dots are swapped if the first of them is a slash (component-helpers sysctl NormalizeName). */
function normalize(name: string): string {
  const first = name.search(/[./]/);
  if (first < 0 || name[first] === '.') return name;
  return name.replace(/[./]/g, (char) => (char === '/' ? '.' : '/'));
}

function validateHostSysctl(name: string, spec: corev1.PodSpec, path: FieldPath): FieldError[] {
  const bare = normalize(name).split('*', 1)[0] ?? '';
  if (spec.hostNetwork && bare.startsWith('net.')) return [invalidValue(path, name, "may not be specified when 'hostNetwork' is true")];
  if (spec.hostIPC && (IPC.has(bare) || bare.startsWith('fs.mqueue.'))) {
    return [invalidValue(path, name, "may not be specified when 'hostIPC' is true")];
  }
  return [];
}

function validateSysctls(sysctls: readonly corev1.Sysctl[], spec: corev1.PodSpec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [index, { name = '' }] of sysctls.entries()) {
    const at = path.index(index).child('name');
    if (!name) errors.push(required(at));
    else if (name.length > 253 || !sysctl.test(name)) {
      errors.push(invalidValue(at, name, `must have at most 253 characters and match regex ${SYSCTL}`));
    } else if (names.has(name)) errors.push(duplicate(at, name));
    append(errors, validateHostSysctl(name, spec, at));
    names.add(name);
  }
  return errors;
}

/** The security context of a pod, with the related fields of the spec (validatePodSpecSecurityContext). */
export function validatePodSecurityContext(spec: corev1.PodSpec, path: FieldPath): FieldError[] {
  const context = spec.securityContext ?? {};
  const errors: FieldError[] = [];
  for (const field of ['fsGroup', 'runAsUser', 'runAsGroup'] as const) append(errors, validateID(context[field], path.child(field)));
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) {
    append(errors, validateID(group, path.child('supplementalGroups').index(index)));
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.push(invalidValue(path.child('shareProcessNamespace'), true, 'ShareProcessNamespace and HostPID cannot both be enabled'));
  }
  if (context.sysctls?.length) append(errors, validateSysctls(context.sysctls, spec, path.child('sysctls')));
  const choice = (field: 'fsGroupChangePolicy' | 'supplementalGroupsPolicy' | 'seLinuxChangePolicy', values: string[]): void => {
    if (context[field] !== undefined) append(errors, oneOf(context[field], values, path.child(field)));
  };
  choice('fsGroupChangePolicy', ['Always', 'OnRootMismatch']);
  append(errors, validateSeccomp(context.seccompProfile, path.child('seccompProfile')));
  if (context.windowsOptions) append(errors, validateWindowsOptions(context.windowsOptions, path.child('windowsOptions')));
  append(errors, validateAppArmor(context.appArmorProfile, path.child('appArmorProfile')));
  choice('supplementalGroupsPolicy', ['Merge', 'Strict']);
  choice('seLinuxChangePolicy', ['MountOption', 'Recursive']);
  return errors;
}
