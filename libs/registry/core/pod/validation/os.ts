import type { corev1 } from '#api';
import { type FieldError, type FieldPath, fieldForbidden, notSupported, required } from '#apimachinery';
import { visitContainers } from '../containers.js';

const LINUX_TEXT = 'windows options cannot be set for a linux pod';
const WINDOWS_TEXT = 'cannot be set for a windows pod';

/** What a Windows pod may not set, in upstream's order; `spec`: the field is in the spec, not in the security context. */
const POD_FIELDS: ReadonlyArray<{ field: string; spec?: true }> = [
  { field: 'appArmorProfile' },
  { field: 'seLinuxOptions' },
  { field: 'hostUsers', spec: true },
  { field: 'hostPID', spec: true },
  { field: 'hostIPC', spec: true },
  { field: 'seccompProfile' },
  { field: 'fsGroup' },
  { field: 'fsGroupChangePolicy' },
  { field: 'sysctls' },
  { field: 'shareProcessNamespace', spec: true },
  { field: 'runAsUser' },
  { field: 'runAsGroup' },
  { field: 'supplementalGroups' },
  { field: 'supplementalGroupsPolicy' },
  { field: 'seLinuxChangePolicy' },
];
const CONTAINER_FIELDS = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
] as const;

function validateLinux(spec: corev1.PodSpec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (at: FieldPath): void => {
    errors.push(fieldForbidden(at.child('securityContext', 'windowsOptions'), LINUX_TEXT));
  };
  if (spec.securityContext?.windowsOptions) refuse(path);
  visitContainers(spec, path, (container, at) => {
    if (container.securityContext?.windowsOptions) refuse(at);
  });
  return errors;
}

function validateWindows(spec: corev1.PodSpec, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const { field, spec: inSpec } of POD_FIELDS) {
    const value = (inSpec ? spec : spec.securityContext)?.[field as never] as unknown;
    // Plain booleans and lists count if they are true or not empty, pointers if they are set.
    const plain = field === 'hostPID' || field === 'hostIPC';
    if (plain ? value === true : value !== undefined) {
      errors.push(fieldForbidden(inSpec ? path.child(field) : path.child('securityContext', field), WINDOWS_TEXT));
    }
  }
  visitContainers(spec, path, (container, at) => {
    for (const field of CONTAINER_FIELDS) {
      if (container.securityContext?.[field] !== undefined) errors.push(fieldForbidden(at.child('securityContext', field), WINDOWS_TEXT));
    }
  });
  return errors;
}

/** The restrictions of spec.os (validateOS, validateLinux, validateWindows). */
export function validateOS(spec: corev1.PodSpec, path: FieldPath): FieldError[] {
  if (!spec.os) return [];
  const { name } = spec.os;
  if (!name) return [required(path.child('os', 'name'))];
  if (name === 'linux') return validateLinux(spec, path);
  if (name === 'windows') return validateWindows(spec, path);
  return [notSupported(path.child('os'), name, ['linux', 'windows'])];
}
