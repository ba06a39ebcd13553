import type { corev1 } from '#api';
import { deepEqual, fieldPath } from '#apimachinery';
import { type AnyContainer, visitContainers } from './containers.js';

type Profile = corev1.AppArmorProfile;

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const DEPRECATED = 'deprecated since v1.30; use the "appArmorProfile" field instead';
const LOCALHOST = 'localhost/';

/** The field for an annotation's value; undefined if there is none (pkg/api/pod ApparmorFieldForAnnotation). */
function profileOf(annotation: string): Profile | undefined {
  if (annotation === 'unconfined') return { type: 'Unconfined' };
  if (annotation === 'runtime/default') return { type: 'RuntimeDefault' };
  const localhostProfile = annotation.startsWith(LOCALHOST) ? annotation.slice(LOCALHOST.length) : '';
  return localhostProfile === '' ? undefined : { type: 'Localhost', localhostProfile };
}

/** Profiles longer than a path, or with surrounding blanks, are not converted. */
function isValid({ localhostProfile = '' }: Profile): boolean {
  return localhostProfile.trim() === localhostProfile && localhostProfile.length <= 4095;
}

/** Calls `visit` for each container that has the annotation but not the field. */
function visitAnnotated(
  spec: corev1.PodSpec,
  annotations: Readonly<Record<string, string>> | undefined,
  visit: (container: AnyContainer, key: string, annotation: string) => void,
): void {
  if (!annotations) return;
  visitContainers(spec, fieldPath('spec'), (container) => {
    const key = ANNOTATION + container.name;
    const annotation = annotations[key];
    if (annotation !== undefined && !container.securityContext?.appArmorProfile) visit(container, key, annotation);
  });
}

/** Warnings from the creation of pods: by the time warnings are collected, the annotations have become fields. */
const said = new WeakMap<corev1.Pod, string[]>();

/** Converts annotations of old clients to fields that are not set (pkg/registry/core/pod strategy.go applyAppArmorVersionSkew). */
export function applyAppArmorAnnotations(pod: corev1.Pod): void {
  const { metadata, spec } = pod;
  if (!metadata.annotations || spec.os?.name === 'windows') return;
  const own = spec.securityContext?.appArmorProfile;
  const warnings: string[] = [];
  visitAnnotated(spec, metadata.annotations, (container, key, annotation) => {
    const read = profileOf(annotation);
    const profile = read && isValid(read) ? read : undefined;
    if (profile && deepEqual(profile, own)) return;
    if (profile) container.securityContext = { ...container.securityContext, appArmorProfile: profile };
    warnings.push(`metadata.annotations[${key}]: ${DEPRECATED}`);
  });
  if (warnings.length > 0) said.set(pod, warnings);
}

/** The warnings for a pod whose annotations were converted to fields. */
export const appliedAppArmorWarnings = (pod: corev1.Pod): readonly string[] => said.get(pod) ?? [];

/** Warnings for a template with profiles in annotations. `prefix`: of the paths. */
export function appArmorWarnings(spec: corev1.PodSpec, annotations: Readonly<Record<string, string>>, prefix: string): string[] {
  const own = spec.securityContext?.appArmorProfile;
  const warnings: string[] = [];
  visitAnnotated(spec, annotations, (_, key, annotation) => {
    if (!own || !deepEqual(own, profileOf(annotation))) warnings.push(`${prefix}metadata.annotations[${key}]: ${DEPRECATED}`);
  });
  return warnings;
}
