import type { corev1 } from '#api';
import {
  append,
  deepEqual,
  type FieldError,
  type FieldPath,
  fieldForbidden,
  fieldPath,
  inclusiveRangeMessage,
  invalidValue,
  required,
} from '#apimachinery';
import { specDiff } from '../../../internal-form/spec-diff.js';
import { validatePodAnnotationsUpdate } from './annotations.js';
import { validateImageName } from './container-lists.js';
import { validatePod } from './create.js';
import { maskGatedChanges } from './gated.js';
import { validateTolerations } from './scheduling.js';

type Pod = corev1.Pod;
type Container = corev1.Container;

const annotationsPath = fieldPath('metadata', 'annotations');
const specPath = fieldPath('spec');
const MAX_INT32 = 2147483647;

const CHANGEABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,' +
  '`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n';

/** Images may change, but not the number of containers: in that case nothing else is compared. */
function validateContainers(
  next: readonly Container[],
  old: readonly Container[],
  path: FieldPath,
): { errors: FieldError[]; stop: boolean } {
  if (next.length !== old.length) return { errors: [fieldForbidden(path, 'pod updates may not add or remove containers')], stop: true };
  const errors = next.flatMap((container, index) => [
    ...(container.image ? [] : [required(path.index(index).child('image'))]),
    ...validateImageName(container, path.index(index)),
  ]);
  return { errors, stop: false };
}

/** A deadline may be set, or reduced. */
function validateDeadline(next: number | undefined, old: number | undefined): { errors: FieldError[]; stop: boolean } {
  const at = specPath.child('activeDeadlineSeconds');
  if (next === undefined) {
    const gone = old !== undefined;
    return { errors: gone ? [invalidValue(at, null, 'must not update from a positive integer to nil value')] : [], stop: false };
  }
  if (next < 0 || next > MAX_INT32) return { errors: [invalidValue(at, next, inclusiveRangeMessage(0, MAX_INT32))], stop: true };
  if (old !== undefined && old < next) {
    return { errors: [invalidValue(at, next, 'must be less than or equal to previous value')], stop: true };
  }
  return { errors: [], stop: false };
}

/** Tolerations may be added, and their seconds changed. */
function validateAddedTolerations(next: readonly corev1.Toleration[], old: readonly corev1.Toleration[]): FieldError[] {
  const at = specPath.child('tolerations');
  const keyOf = ({ key, operator, value, effect }: corev1.Toleration) => JSON.stringify([key, operator, value, effect]);
  const present = new Set(next.map(keyOf));
  const kept = old.every((each) => present.has(keyOf(each)));
  return kept
    ? validateTolerations(next, at)
    : [fieldForbidden(at, 'existing toleration can not be modified except its tolerationSeconds')];
}

/** Scheduling gates may only be removed. */
function validateDeletedGates(next: readonly corev1.PodSchedulingGate[], old: readonly corev1.PodSchedulingGate[]): FieldError[] {
  const known = new Set(old.map(({ name }) => name));
  const last = new Map(next.map(({ name }, index) => [name, index]));
  return next.flatMap(({ name }, index) =>
    known.has(name) || last.get(name) !== index
      ? []
      : [
          fieldForbidden(
            specPath.child('schedulingGates').index(index).child('name'),
            `only deletion is allowed, but found new scheduling gate '${name}'`,
          ),
        ],
  );
}

const withImages = (next: Container[] | undefined, old: Container[] | undefined): Container[] | undefined =>
  next?.map((container, index) => ({ ...container, image: old?.[index]?.image }));

/** The new spec with the old value in every mutable field: remaining differences are not allowed. */
function masked(spec: corev1.PodSpec, old: corev1.PodSpec): corev1.PodSpec {
  const spared = (old.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1;
  return {
    ...spec,
    containers: withImages(spec.containers, old.containers) ?? [],
    initContainers: withImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    schedulingGates: old.schedulingGates,
    tolerations: old.tolerations,
    terminationGracePeriodSeconds: spared ? old.terminationGracePeriodSeconds : spec.terminationGracePeriodSeconds,
  };
}

function validateChange(spec: corev1.PodSpec, old: corev1.PodSpec): FieldError[] {
  if (deepEqual(spec, old)) return [];
  const rest = masked(spec, old);
  const errors = old.schedulingGates?.length ? maskGatedChanges(rest, old, specPath) : [];
  if (!deepEqual(rest, old)) errors.push(fieldForbidden(specPath, CHANGEABLE + specDiff('PodSpec', old, rest)));
  return errors;
}

/** What a user may change in a running pod (ValidatePodUpdate). */
export function validatePodUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors = [...validatePod(pod), ...validatePodAnnotationsUpdate(pod, old, annotationsPath)];
  const [spec, before] = [pod.spec, old.spec];
  const steps = [
    () => validateContainers(spec.containers ?? [], before.containers ?? [], specPath.child('containers')),
    () => validateContainers(spec.initContainers ?? [], before.initContainers ?? [], specPath.child('initContainers')),
    () => validateDeadline(spec.activeDeadlineSeconds, before.activeDeadlineSeconds),
  ];
  for (const step of steps) {
    const { errors: found, stop } = step();
    append(errors, found);
    if (stop) return errors;
  }
  append(errors, validateAddedTolerations(spec.tolerations ?? [], before.tolerations ?? []));
  append(errors, validateDeletedGates(spec.schedulingGates ?? [], before.schedulingGates ?? []));
  return [...errors, ...validateChange(spec, before)];
}
