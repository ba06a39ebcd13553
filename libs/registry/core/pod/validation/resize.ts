import type { corev1 } from '#api';
import { append, deepEqual, type FieldError, type FieldPath, fieldForbidden, fieldPath, getOwn, invalidValue } from '#apimachinery';
import { podQOS } from '#component-helpers';
import { isSidecar } from '../containers.js';
import { MIRROR } from './annotations.js';
import { validatePod } from './create.js';

type Pod = corev1.Pod;
type Spec = corev1.PodSpec;
type Container = corev1.Container;
type Resources = corev1.ResourceRequirements;
type Amounts = Record<string, string> | undefined;

const specPath = fieldPath('spec');
const ONLY_COMPUTE = 'only cpu and memory resources are mutable';

/**
 * The new amounts with the old ones of cpu and memory: remaining differences are not allowed (dropCPUMemoryUpdates). None are the same as
 * an empty list, as for Go's semantic equality.
 */
function withOldCompute(next: Amounts, old: Amounts): Amounts {
  const { cpu: _cpu, memory: _memory, ...rest } = next ?? {};
  const compute = Object.entries(old ?? {}).filter(([name]) => name === 'cpu' || name === 'memory');
  const amounts = { ...rest, ...Object.fromEntries(compute) };
  return Object.keys(amounts).length === 0 ? undefined : amounts;
}

function withOldResources(container: Container, old: Container): Container {
  const limits = withOldCompute(container.resources?.limits, old.resources?.limits);
  const requests = withOldCompute(container.resources?.requests, old.resources?.requests);
  return { ...container, resources: { limits, requests } };
}

function isRemoved(next: Amounts, old: Amounts): boolean {
  return Object.keys(old ?? {}).some((name) => getOwn(next, name) === undefined);
}

function validateKept(next: Resources | undefined, old: Resources | undefined, path: FieldPath, called: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const list of ['requests', 'limits'] as const) {
    if (isRemoved(next?.[list], old?.[list])) errors.push(fieldForbidden(path.child(list), `${called} ${list} cannot be removed`));
  }
  return errors;
}

function validateOrder(spec: Spec, old: Spec): FieldError[] {
  const errors: FieldError[] = [];
  for (const list of ['containers', 'initContainers'] as const) {
    const [next, before] = [spec[list] ?? [], old[list] ?? []];
    if (next.length !== before.length) {
      errors.push(fieldForbidden(specPath.child(list), `${list} may not be added or removed on resize`));
      continue;
    }
    for (const [index, { name }] of before.entries()) {
      if (next[index]?.name === name) continue;
      errors.push(fieldForbidden(specPath.child(list).index(index).child('name'), `${list} may not be renamed or reordered on resize`));
    }
  }
  return errors;
}

const isGiven = ({ resources }: Spec): boolean =>
  Object.keys(resources?.requests ?? {}).length + Object.keys(resources?.limits ?? {}).length > 0;

/** Pod-level resources; puts the old cpu and memory into `rest` (validatePodLevelResourcesResize). */
function validatePodLevel(spec: Spec, old: Spec, rest: Spec): FieldError[] {
  if (!isGiven(spec) && !isGiven(old)) return [];
  const at = specPath.child('resources');
  if (old.resources && !spec.resources) return [fieldForbidden(at, 'pod-level resources cannot be removed')];
  const errors = old.resources ? validateKept(spec.resources, old.resources, at, 'pod-level resource') : [];
  const limits = withOldCompute(spec.resources?.limits, old.resources?.limits);
  const requests = withOldCompute(spec.resources?.requests, old.resources?.requests);
  rest.resources = { ...spec.resources, limits, requests };
  if (!old.resources && !isGiven(rest) && !spec.resources?.claims?.length) delete rest.resources;
  if (!deepEqual(rest.resources, old.resources)) errors.push(fieldForbidden(specPath, `${ONLY_COMPUTE} at pod-level`));
  return errors;
}

/** An init container other than a sidecar cannot be resized if that requires a restart. */
function validateInit(rest: Container, next: Container, old: Container, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!deepEqual(rest, old)) errors.push(fieldForbidden(path, 'only cpu and memory resources for init or sidecar containers are mutable'));
  if (isSidecar(next) || deepEqual(next, old)) return errors;
  for (const { restartPolicy } of next.resizePolicy ?? []) {
    if (restartPolicy !== 'RestartContainer') continue;
    const text = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
    errors.push(fieldForbidden(path, text));
  }
  return errors;
}

/** A node that does not report the resources of running containers cannot resize them. */
function isSupported({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running);
  return !running || running.resources !== undefined;
}

function validateContainers(spec: Spec, old: Spec, rest: Spec): FieldError[] {
  const errors: FieldError[] = [];
  const [init, oldInit] = [spec.initContainers ?? [], old.initContainers ?? []];
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, before] of (old[list] ?? []).entries()) {
      const at = specPath.child(list).index(index).child('resources');
      append(errors, validateKept(spec[list]?.[index]?.resources, before.resources, at, 'resource'));
    }
  }
  const before = old.containers ?? [];
  rest.containers = (spec.containers ?? []).map((container, index) => withOldResources(container, before[index] ?? container));
  for (const [index, container] of rest.containers.entries()) {
    if (!deepEqual(container, before[index])) errors.push(fieldForbidden(specPath, ONLY_COMPUTE));
  }
  rest.initContainers = init.map((container, index) => withOldResources(container, oldInit[index] ?? container));
  for (const [index, container] of init.entries()) {
    const standing = oldInit[index] ?? container;
    append(
      errors,
      validateInit(rest.initContainers[index] ?? container, container, standing, specPath.child('initContainers').index(index)),
    );
  }
  return errors;
}

/** New resources for a running pod (ValidatePodResize): cpu and memory of its containers and of the pod, without changing its QoS class. */
export function validatePodResize(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR] !== undefined) return [fieldForbidden('', 'static pods cannot be resized')];
  if (old.spec.os?.name === 'windows') return [fieldForbidden('', 'windows pods cannot be resized')];
  const errors = validatePod(pod);
  if ((old.status?.qosClass ?? podQOS(old.spec)) !== podQOS(pod.spec)) {
    errors.push(invalidValue(specPath, pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'));
  }
  if (!isSupported(old)) errors.push(fieldForbidden(specPath, 'Pod running on node without support for resize'));
  const rest = { ...pod.spec };
  append(errors, validatePodLevel(pod.spec, old.spec, rest));
  const order = validateOrder(pod.spec, old.spec);
  if (order.length > 0) return [...errors, ...order];
  append(errors, validateContainers(pod.spec, old.spec, rest));
  if (errors.length === 0 && !deepEqual(rest, old.spec)) errors.push(fieldForbidden(specPath, ONLY_COMPUTE));
  return errors;
}
