import type { resourcev1 } from '#api';
import {
  append,
  byteLength,
  duplicate,
  type FieldError,
  fieldForbidden,
  fieldPath,
  invalidValue,
  isCIdentifier,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  required,
  tooLong,
  tooMany,
} from '#apimachinery';
import { DEVICE_LIMITS } from '#component-helpers';
import { validateNodeSelector } from '../core/pod/validation/node-selector.js';
import { eachInvalid } from '../rules/text.js';
import { driverNameErrors } from './claim-validation.js';
import { requestPolicyErrors } from './request-policy.js';
import { deviceTaintErrors } from './taint-validation.js';

type Device = resourcev1.Device;

/** Limits of resource/v1 types.go. */
const MAX_TAINTS = 16;
const MAX_CONSUMPTIONS = 2;
const MAX_COUNTERS = 32;
const MAX_BINDING = 4;

/** A version of semver.org 2.0.0: digits without leading zeros, then what follows a hyphen and a plus. */
const SEMVER = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

function isSemver(text: string): boolean {
  const [, , , , pre, build] = SEMVER.exec(text) ?? [];
  if (!SEMVER.test(text)) return false;
  const parts = (part: string | undefined) => (part === undefined ? [] : part.slice(1).split('.'));
  return [...parts(pre), ...parts(build)].every((part) => part !== '') && parts(pre).every((part) => !/^0\d+$/.test(part));
}

function identifier(path: string, name: string): FieldError[] {
  const errors = byteLength(name) > DEVICE_LIMITS.id ? [tooLong(path, '', DEVICE_LIMITS.id)] : [];
  return [...errors, ...eachInvalid(path, name, isCIdentifier(name))];
}

/** A name of an attribute or a capacity, with or without a domain (validateQualifiedName). */
function attributeName(path: string, name: string): FieldError[] {
  const parts = name.split('/');
  if (parts.length === 1) return identifier(path, name);
  if (parts.length > 2) return [];
  const [domain = '', id = ''] = parts;
  return [
    ...(domain === '' ? [invalidValue(path, '', 'the domain must not be empty')] : driverNameErrors(path, domain)),
    ...(id === '' ? [invalidValue(path, '', 'the name must not be empty')] : identifier(path, id)),
  ];
}

function attributeErrors(path: string, { bool, int, string, version }: resourcev1.DeviceAttribute): FieldError[] {
  const errors: FieldError[] = [];
  const long = (at: string, text: string) => (byteLength(text) > DEVICE_LIMITS.value ? [tooLong(at, '', DEVICE_LIMITS.value)] : []);
  if (string !== undefined) append(errors, long(`${path}.string`, string));
  if (version !== undefined) {
    if (!isSemver(version.slice(0, 256)))
      errors.push(invalidValue(`${path}.version`, version, 'must be a string compatible with semver.org spec 2.0.0'));
    append(errors, long(`${path}.version`, version));
  }
  const count = [bool, int, string, version].filter((value) => value !== undefined).length;
  return count === 1 ? errors : [...errors, invalidValue(path, '', 'exactly one value must be specified')];
}

function counterName(path: string, name: string): FieldError[] {
  return name === '' ? [required(path)] : eachInvalid(path, name, isDNS1123Label(name));
}

/** The counters of a set, or those that a device consumes. */
export function countersErrors(path: string, counters: Readonly<Record<string, unknown>> = {}): FieldError[] {
  const names = Object.keys(counters);
  if (names.length === 0) return [required(path)];
  if (names.length > MAX_COUNTERS) return [tooMany(path, names.length, MAX_COUNTERS)];
  return names.flatMap((name) => eachInvalid(path, name, isDNS1123Label(name)));
}

/** Names that occur twice in a list. */
export function duplicates(path: string, names: readonly string[]): FieldError[] {
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    if (seen.has(name)) return [duplicate(`${path}[${index}]`, name)];
    seen.add(name);
    return [];
  });
}

function consumptionErrors(path: string, consumed: readonly resourcev1.DeviceCounterConsumption[]): FieldError[] {
  if (consumed.length > MAX_CONSUMPTIONS) return [tooMany(path, consumed.length, MAX_CONSUMPTIONS)];
  const errors = consumed.flatMap(({ counterSet = '', counters }, index) => [
    ...counterName(`${path}[${index}].counterSet`, counterSet),
    ...countersErrors(`${path}[${index}].counters`, counters),
  ]);
  return [
    ...errors,
    ...duplicates(
      path,
      consumed.map(({ counterSet = '' }) => counterSet),
    ),
  ];
}

function bindingErrors(path: string, { bindingConditions: wanted = [], bindingFailureConditions: failing = [] }: Device): FieldError[] {
  const [at, failingAt] = [`${path}.bindingConditions`, `${path}.bindingFailureConditions`];
  const each = (list: readonly string[], where: string): FieldError[] => {
    if (list.length > MAX_BINDING) return [tooMany(where, list.length, MAX_BINDING)];
    return list.flatMap((name, index) => eachInvalid(`${where}[${index}]`, name, isQualifiedName(name)));
  };
  const errors = [...each(wanted, at), ...each(failing, failingAt), ...duplicates(at, wanted), ...duplicates(failingAt, failing)];
  const both = new Set(wanted);
  failing.forEach((name, index) => {
    if (both.has(name))
      errors.push(invalidValue(`${failingAt}[${index}]`, name, 'bindingFailureConditions must not overlap with bindingConditions'));
  });
  if (wanted.length === 0 && failing.length > 0)
    errors.push(invalidValue(at, wanted, 'bindingConditions are required to use bindingFailureConditions'));
  if (failing.length === 0 && wanted.length > 0)
    errors.push(invalidValue(failingAt, failing, 'bindingFailureConditions are required to use bindingConditions'));
  return errors;
}

const CHOICES = '`nodeName`, `nodeSelector`, or `allNodes`';

function placeErrors(path: string, { nodeName, nodeSelector, allNodes }: Device, each: boolean): FieldError[] {
  if (!each) {
    if (nodeName === undefined && nodeSelector === undefined && allNodes === undefined) return [];
    const text =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    return [invalidValue(path, null, text)];
  }
  const errors: FieldError[] = [];
  if (nodeName === '') errors.push(invalidValue(`${path}.nodeName`, nodeName, 'must not be empty'));
  else if (nodeName !== undefined) append(errors, eachInvalid(`${path}.nodeName`, nodeName, isDNS1123Subdomain(nodeName)));
  if (nodeSelector) append(errors, validateNodeSelector(nodeSelector, fieldPath(`${path}.nodeSelector`)));
  if (allNodes === false) errors.push(invalidValue(`${path}.allNodes`, allNodes, 'must be either unset or set to true'));
  const set = [...(nodeName ? ['`nodeName`'] : []), ...(nodeSelector ? ['`nodeSelector`'] : []), ...(allNodes ? ['`allNodes`'] : [])];
  const wanted = `exactly one of ${CHOICES} is required when \`perDeviceNodeSelection\` is set to true in the ResourceSlice spec`;
  if (set.length === 0) errors.push(required(path, wanted));
  if (set.length > 1) errors.push(invalidValue(path, `{${set.join(', ')}}`, wanted));
  return errors;
}

function capacityErrors(path: string, { allowMultipleAllocations = false, capacity = {} }: Device): FieldError[] {
  return Object.entries(capacity).flatMap(([name, { value, requestPolicy }]) => {
    const errors = attributeName(path, name);
    if (!requestPolicy) return errors;
    const at = `${path}[${name}].requestPolicy`;
    if (!allowMultipleAllocations) return [...errors, fieldForbidden(at, 'allowMultipleAllocations must be true')];
    return [...errors, ...requestPolicyErrors(at, value, requestPolicy)];
  });
}

/** A device of a ResourceSlice (resource/validation validateDevice). `each`: its place is its own, not the slice's. */
export function deviceErrors(path: string, device: Device, each: boolean): FieldError[] {
  const { name, attributes = {}, capacity = {}, taints = [], consumesCounters = [] } = device;
  const errors = name ? eachInvalid(`${path}.name`, name, isDNS1123Label(name)) : [required(`${path}.name`)];
  const count = Object.keys(attributes).length + Object.keys(capacity).length;
  if (count > DEVICE_LIMITS.names)
    return [...errors, invalidValue(path, count, `the total number of attributes and capacities must not exceed ${DEVICE_LIMITS.names}`)];
  for (const [key, attribute] of Object.entries(attributes))
    append(errors, attributeName(`${path}.attributes`, key), attributeErrors(`${path}.attributes[${key}]`, attribute));
  append(errors, capacityErrors(`${path}.capacity`, device));
  if (taints.length > MAX_TAINTS) errors.push(tooMany(`${path}.taints`, taints.length, MAX_TAINTS));
  else
    append(
      errors,
      taints.flatMap((taint, index) => deviceTaintErrors(`${path}.taints[${index}]`, taint)),
    );
  append(errors, consumptionErrors(`${path}.consumesCounters`, consumesCounters), placeErrors(path, device, each));
  return [...errors, ...bindingErrors(path, device)];
}
