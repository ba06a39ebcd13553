import type { corev1 } from '#api';
import { append, type FieldError, type FieldPath, fieldForbidden, getOwn, invalidValue, notSupported, parseQuantity } from '#apimachinery';
import { isHugePageName, validateResourceName } from '../../resource-names.js';
import { aggregateLimits, aggregateRequests, isPodLevelResource } from '../resource-totals.js';
import type { PodContext } from './context.js';
import { validateRequirements } from './resources.js';

function validateName(name: string, path: FieldPath): FieldError[] {
  const errors = validateResourceName(name, path);
  if (errors.length > 0 || isPodLevelResource(name)) return errors;
  return [notSupported(path, name, ['cpu', 'hugepages-', 'memory'])];
}

/** The containers' total requests, and each container's limits, must not exceed the pod's (validatePodResourceConsistency). */
function validateConsistency(spec: corev1.PodSpec, resources: corev1.ResourceRequirements, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { requests = {}, limits = {} } = resources;
  for (const [name, total] of aggregateRequests(spec)) {
    const own = getOwn(requests, name);
    if (own === undefined || total.compare(parseQuantity(own)) <= 0) continue;
    const text = `must be greater than or equal to aggregate container requests of ${total}`;
    errors.push(invalidValue(path.child('requests').key(name), parseQuantity(own).toString(), text));
  }
  for (const [name, total] of aggregateLimits(spec)) {
    const own = getOwn(limits, name);
    if (!isHugePageName(name) || own === undefined || total.compare(parseQuantity(own)) <= 0) continue;
    const text = `must be greater than or equal to aggregate container limits of ${total}`;
    errors.push(invalidValue(path.child('limits').key(name), parseQuantity(own).toString(), text));
  }
  for (const [index, container] of (spec.containers ?? []).entries()) {
    for (const [name, text] of Object.entries(container.resources?.limits ?? {})) {
      const own = getOwn(limits, name);
      const limit = parseQuantity(text);
      if (own === undefined || limit.compare(parseQuantity(own)) <= 0) continue;
      const at = path.child('containers').index(index).key(name).child('limits');
      errors.push(invalidValue(at, limit.toString(), `must be less than or equal to pod limits of ${parseQuantity(own)}`));
    }
  }
  return errors;
}

/** Pod-level resources (validatePodResources). */
export function validatePodResources(spec: corev1.PodSpec, path: FieldPath, context: PodContext): FieldError[] {
  if (!spec.resources) return [];
  if (context.os === 'windows') return [fieldForbidden(path, 'may not be set for a windows pod')];
  const errors: FieldError[] = [];
  if (spec.resources.claims) errors.push(fieldForbidden(path.child('claims'), 'claims may not be set for Resources at pod-level'));
  append(errors, validateRequirements(spec.resources, path, context.claims, validateName));
  return [...errors, ...validateConsistency(spec, spec.resources, path)];
}
