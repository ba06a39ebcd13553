import { type FieldError, type FieldPathLike, invalidValue, isQualifiedName, parseQuantity } from '#apimachinery';
import { isExtendedResource, isNativeResource } from '#component-helpers';
import { IS_NEGATIVE } from './checks.js';

/** Resource names known to upstream (pkg/apis/core/helper/helpers.go). */

const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const PREFIXED = [
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
];
const INTEGER = new Set(COUNTED);
const CONTAINER = new Set(COMPUTE);
const QUOTA = new Set([...COMPUTE, ...PREFIXED, ...COUNTED]);
const STANDARD = new Set([...QUOTA, 'storage']);

const HUGEPAGES = 'hugepages-';

/** `hugepages-2Mi` and the like. */
export const isHugePageName = (name: string): boolean => name.startsWith(HUGEPAGES);

const isQuotaHugePageName = (name: string): boolean => isHugePageName(name) || name.startsWith('requests.hugepages-');

/** Whether limits may exceed requests: only for native resources other than huge pages. */
export const isOvercommitAllowed = (name: string): boolean => isNativeResource(name) && !isHugePageName(name);

/** Resources for which a quota can be set. */
export const isStandardQuotaName = (name: string): boolean => QUOTA.has(name) || isQuotaHugePageName(name);

const isIntegerResource = (name: string): boolean => INTEGER.has(name) || isExtendedResource(name);

/** A resource's name anywhere (validateResourceName). */
export function validateResourceName(name: string, path: FieldPathLike): FieldError[] {
  if (STANDARD.has(name)) return [];
  const errors = isQualifiedName(name).map((message) => invalidValue(path, name, message));
  if (errors.length === 0 && !name.includes('/') && !isQuotaHugePageName(name)) {
    errors.push(invalidValue(path, name, 'must be a standard resource type or fully qualified'));
  }
  return errors;
}

/** A resource that a container can request (validateContainerResourceName). */
export function validateContainerResourceName(name: string, path: FieldPathLike): FieldError[] {
  if (CONTAINER.has(name)) return [];
  const errors = validateResourceName(name, path);
  if (!name.includes('/')) {
    if (!isHugePageName(name)) errors.push(invalidValue(path, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    errors.push(invalidValue(path, name, "doesn't follow extended resource name standard"));
  }
  return errors;
}

/** A resource a quota can limit (ValidateResourceQuotaResourceName). */
export function validateQuotaResourceName(name: string, path: FieldPathLike): FieldError[] {
  const errors = validateResourceName(name, path);
  if (!name.includes('/') && !isStandardQuotaName(name)) errors.push(invalidValue(path, name, 'must be a standard resource for quota'));
  return errors;
}

/** An amount of a resource: not negative, and an integer where fractions make no sense (ValidateResourceQuantityValue). */
export function validateResourceQuantity(name: string, text: string, path: FieldPathLike): FieldError[] {
  const quantity = parseQuantity(text);
  const errors: FieldError[] = [];
  if (quantity.sign < 0) errors.push(invalidValue(path, quantity.toString(), IS_NEGATIVE));
  if (!CONTAINER.has(name) && isIntegerResource(name) && quantity.milliValue() % 1000 !== 0) {
    errors.push(invalidValue(path, quantity.toString(), 'must be an integer'));
  }
  return errors;
}
