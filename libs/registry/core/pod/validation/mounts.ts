import type { corev1 } from '#api';
import {
  append,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  fieldNotFound,
  invalidValue,
  notSupported,
  required,
} from '#apimachinery';
import { validateDescendingPath, validateNoBacksteps } from '../../volumes/paths.js';
import type { AnyContainer } from '../containers.js';
import type { PodContext } from './context.js';

type Volumes = PodContext['volumes'];

function validatePropagation(mount: corev1.VolumeMount, container: AnyContainer, path: FieldPath): FieldError[] {
  const mode = mount.mountPropagation;
  if (mode === undefined) return [];
  const modes = ['Bidirectional', 'HostToContainer', 'None'];
  const errors = modes.includes(mode) ? [] : [notSupported(path, mode, modes)];
  if (mode === 'Bidirectional' && container.securityContext?.privileged !== true) {
    errors.push(fieldForbidden(path, 'Bidirectional mount propagation is available only to privileged containers'));
  }
  return errors;
}

function validateRecursiveReadOnly(mount: corev1.VolumeMount, path: FieldPath): FieldError[] {
  const mode = mount.recursiveReadOnly;
  if (mode === undefined || mode === 'Disabled') return [];
  if (mode !== 'Enabled' && mode !== 'IfPossible') return [notSupported(path, mode, ['Disabled', 'Enabled', 'IfPossible'])];
  const errors: FieldError[] = [];
  if (!mount.readOnly) errors.push(fieldForbidden(path, 'may only be specified when readOnly is true'));
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
    errors.push(fieldForbidden(path, 'may only be specified when mountPropagation is None or not specified'));
  }
  return errors;
}

/** The rules for which upstream uses the list's path instead of the mount's. */
function validateSubPaths(mount: corev1.VolumeMount, at: FieldPath, list: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { subPath, subPathExpr } = mount;
  if (subPath) append(errors, validateDescendingPath(subPath, list.child('subPath')));
  if (!subPathExpr) return errors;
  if (subPath) errors.push(invalidValue(at.child('subPathExpr'), subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  return [...errors, ...validateDescendingPath(subPathExpr, list.child('subPathExpr'))];
}

/** A container's volume mounts (ValidateVolumeMounts). */
export function validateVolumeMounts(container: AnyContainer, volumes: Volumes, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { volumeMounts: mounts = [], volumeDevices: devices = [] } = container;
  const seen = new Set<string>();
  const names = new Set(devices.map((device) => device.name));
  const paths = new Set(devices.map((device) => device.devicePath));
  for (const [index, mount] of mounts.entries()) {
    const at = path.index(index);
    const { name = '', mountPath = '' } = mount;
    if (!name) errors.push(required(at.child('name')));
    if (!volumes.has(name)) errors.push(fieldNotFound(at.child('name'), name));
    if (!mountPath) errors.push(required(at.child('mountPath')));
    if (seen.has(mountPath)) errors.push(invalidValue(at.child('mountPath'), mountPath, 'must be unique'));
    seen.add(mountPath);
    if (names.has(name)) {
      errors.push(invalidValue(at.child('name'), name, 'must not already exist in volumeDevices'));
    }
    if (paths.has(mountPath)) {
      errors.push(invalidValue(at.child('mountPath'), mountPath, 'must not already exist as a path in volumeDevices'));
    }
    append(errors, validateSubPaths(mount, at, path));
    if (mount.mountPropagation !== undefined) append(errors, validatePropagation(mount, container, path.child('mountPropagation')));
    if (mount.recursiveReadOnly !== undefined) append(errors, validateRecursiveReadOnly(mount, path.child('recursiveReadOnly')));
  }
  return errors;
}

function validateDevicePath(devicePath: string, seen: Set<string>, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!devicePath) errors.push(required(at));
  if (seen.has(devicePath)) errors.push(invalidValue(at, devicePath, 'must be unique'));
  if (devicePath && validateNoBacksteps(devicePath, at).length > 0) {
    errors.push(invalidValue(at, devicePath, "can not contain backsteps ('..')"));
  } else seen.add(devicePath);
  return errors;
}

/** A container's block devices (ValidateVolumeDevices). */
export function validateVolumeDevices(container: AnyContainer, volumes: Volumes, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { volumeMounts: mounts = [], volumeDevices: devices = [] } = container;
  const paths = new Set<string>();
  const names = new Set<string>();
  const mounted = { names: new Set(mounts.map(({ name }) => name)), paths: new Set(mounts.map(({ mountPath }) => mountPath)) };
  for (const [index, { name = '', devicePath = '' }] of devices.entries()) {
    const at = path.index(index);
    const volume = volumes.get(name);
    if (!name) errors.push(required(at.child('name')));
    if (names.has(name)) errors.push(invalidValue(at.child('name'), name, 'must be unique'));
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      const text = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errors.push(invalidValue(at.child('name'), name, text));
    }
    if (!volume) errors.push(fieldNotFound(at.child('name'), name));
    append(errors, validateDevicePath(devicePath, paths, at.child('devicePath')));
    if (mounted.names.has(name)) {
      errors.push(invalidValue(at.child('name'), name, 'must not already exist in volumeMounts'));
    }
    if (mounted.paths.has(devicePath)) {
      errors.push(invalidValue(at.child('devicePath'), devicePath, 'must not already exist as a path in volumeMounts'));
    }
    if (name) names.add(name);
  }
  return errors;
}
