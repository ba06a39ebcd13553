import type { corev1 } from '#api';
import { append, type FieldError, type FieldPath, fieldForbidden, getOwn, goQuote, invalidValue } from '#apimachinery';
import { validateDescendingPath } from '../../volumes/paths.js';
import { allContainers, visitContainers } from '../containers.js';
import { validateTolerations } from './scheduling.js';

type Annotations = Readonly<Record<string, string>>;
type Spec = corev1.PodSpec;

/** The annotation of a mirror pod (of a static pod). */
export const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const TOLERATIONS = 'scheduler.alpha.kubernetes.io/tolerations';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

const isInt32 = (text: string): boolean => /^(0|-\d+|[1-9]\d*)$/.test(text) && Number(text) >= -2147483648 && Number(text) <= 2147483647;

function validateSeccompName(profile: string, path: FieldPath): FieldError[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return [];
  if (profile.startsWith('localhost/')) return validateDescendingPath(profile.slice('localhost/'.length), path);
  return [invalidValue(path, profile, 'must be a valid seccomp profile')];
}

function validateAppArmorName(key: string, profile: string, spec: Spec | undefined, path: FieldPath): FieldError[] {
  const container = key.slice(APPARMOR.length);
  const errors: FieldError[] = [];
  if (!spec || !allContainers(spec).some(({ name }) => name === container)) {
    errors.push(invalidValue(path.key(key), container, 'container not found'));
  }
  if (!['', 'runtime/default', 'unconfined'].includes(profile) && !profile.startsWith('localhost/')) {
    errors.push(invalidValue(path.key(key), profile, `invalid AppArmor profile name: ${goQuote(profile)}`));
  }
  return errors;
}

function validateTolerationsText(text: string, path: FieldPath): FieldError[] {
  try {
    return validateTolerations(JSON.parse(text) as corev1.Toleration[], path.child(TOLERATIONS));
  } catch (error) {
    return [invalidValue(path, TOLERATIONS, (error as Error).message)];
  }
}

/** Annotations with a meaning for pods (ValidatePodSpecificAnnotations). `spec`: unset if it is not needed. */
export function validatePodAnnotations(annotations: Annotations | undefined, spec: Spec | undefined, path: FieldPath): FieldError[] {
  if (!annotations) return [];
  const errors: FieldError[] = [];
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && !spec?.nodeName) {
    errors.push(invalidValue(path.key(MIRROR), mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  }
  if (annotations[TOLERATIONS]) append(errors, validateTolerationsText(annotations[TOLERATIONS], path));
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost)) errors.push(invalidValue(path.key(DELETION_COST), cost, 'must be a 32bit integer'));
  const seccomp = annotations[SECCOMP_POD];
  if (seccomp !== undefined) append(errors, validateSeccompName(seccomp, path.child(SECCOMP_POD)));
  for (const key in annotations) {
    const value = annotations[key] ?? '';
    if (key.startsWith(SECCOMP_CONTAINER)) append(errors, validateSeccompName(value, path.child(key)));
  }
  for (const key in annotations) {
    if (key.startsWith(APPARMOR)) append(errors, validateAppArmorName(key, annotations[key] ?? '', spec, path));
  }
  return errors;
}

/** Annotations that may not be added or removed (ValidatePodSpecificAnnotationUpdates). */
export function validatePodAnnotationsUpdate(pod: corev1.Pod, old: corev1.Pod, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const [next, before] = [pod.metadata.annotations ?? {}, old.metadata.annotations ?? {}];
  const refuse = (key: string, what: string): void => {
    if (key.startsWith(APPARMOR)) errors.push(fieldForbidden(path.key(key), `may not ${what} AppArmor annotations`));
    if (key === MIRROR) errors.push(fieldForbidden(path.key(key), `may not ${what} mirror pod annotation`));
  };
  for (const key in before) if (getOwn(next, key) !== before[key]) refuse(key, 'remove or update');
  for (const key in next) if (!(key in before)) refuse(key, 'add');
  return [...errors, ...validatePodAnnotations(next, pod.spec, path)];
}

interface Profile {
  type?: string;
  localhostProfile?: string;
}

/** An annotation and a field with different values for the same profile. */
function mismatch(kind: 'seccomp' | 'apparmor', annotation: string, profile: Profile, path: FieldPath): FieldError[] {
  const typeError = [fieldForbidden(path.child('type'), `${kind} type in annotation and field must match`)];
  const runtime = kind === 'seccomp' ? ['runtime/default', 'docker/default'] : ['runtime/default'];
  if (profile.type === 'Unconfined') return annotation === 'unconfined' ? [] : typeError;
  if (profile.type === 'RuntimeDefault') return runtime.includes(annotation) ? [] : typeError;
  if (profile.type !== 'Localhost') return [];
  if (!annotation.startsWith('localhost/')) return typeError;
  if (annotation.slice('localhost/'.length) === profile.localhostProfile) return [];
  return [fieldForbidden(path.child('localhostProfile'), `${kind} profile in annotation and field must match`)];
}

/** Annotations and fields for seccomp and AppArmor must have the same value if both are set. */
export function validateProfilesMatch(annotations: Annotations | undefined, spec: Spec, path: FieldPath): FieldError[] {
  if (!annotations) return [];
  const errors: FieldError[] = [];
  const own = spec.securityContext;
  const ofPod = annotations[SECCOMP_POD];
  if (own?.seccompProfile && ofPod !== undefined) {
    append(errors, mismatch('seccomp', ofPod, own.seccompProfile, path.child('securityContext', 'seccompProfile')));
  }
  visitContainers(spec, path, ({ name, securityContext }, at) => {
    const annotation = annotations[SECCOMP_CONTAINER + name];
    const profile = securityContext?.seccompProfile;
    if (profile && annotation !== undefined) {
      append(errors, mismatch('seccomp', annotation, profile, at.child('securityContext', 'seccompProfile')));
    }
  });
  if (spec.os?.name === 'windows') return errors;
  visitContainers(spec, path, ({ name, securityContext }, at) => {
    const annotation = annotations[APPARMOR + name];
    const profile = securityContext?.appArmorProfile ?? own?.appArmorProfile;
    if (profile && annotation !== undefined) {
      append(errors, mismatch('apparmor', annotation, profile, at.child('securityContext', 'appArmorProfile')));
    }
  });
  return errors;
}
