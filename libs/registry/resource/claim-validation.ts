import type { resourcev1 } from '#api';
import {
  append,
  byteLength,
  duplicate,
  type FieldError,
  fieldForbidden,
  finish,
  invalidValue,
  isDNS1123Label,
  isDNS1123Subdomain,
  notSupported,
  paced,
  required,
  tooLong,
  tooMany,
} from '#apimachinery';
import { compileSelector, DEVICE_LIMITS, isTooComplex } from '#component-helpers';
import { EXPRESSIONS_LENGTH, SHORTEST_EXPRESSION } from '../admissionregistration/limits.js';
import { eachInvalid } from '../rules/text.js';
import { deviceTolerationErrors } from './taint-validation.js';

const MAX_REQUESTS = 32;
const MAX_SUB_REQUESTS = 8;
const MAX_CONSTRAINTS = 32;
const MAX_CONFIGURATIONS = 32;
const MAX_SELECTORS = 32;
const MAX_TOLERATIONS = 16;
const MAX_EXPRESSION = 10 * 1024;
const MAX_PARAMETERS = 10 * 1024;

/** A DRA driver's name (resource/validation validateDriverName). */
export function driverNameErrors(path: string, name = ''): FieldError[] {
  if (name === '') return [required(path)];
  if (byteLength(name) > DEVICE_LIMITS.driver) return [tooLong(path, name, DEVICE_LIMITS.driver)];
  return eachInvalid(path, name, isDNS1123Subdomain(name.toLowerCase()));
}

/** CEL selectors of devices: the expression is required and limited in length. */
export function selectorErrors(path: string, selectors: readonly resourcev1.DeviceSelector[] = []): FieldError[] {
  if (selectors.length > MAX_SELECTORS) return [tooMany(path, selectors.length, MAX_SELECTORS)];
  return selectors.flatMap(({ cel }, index) => {
    const at = `${path}[${index}].cel`;
    if (!cel) return [required(at)];
    const length = byteLength(cel.expression ?? '');
    if (length > MAX_EXPRESSION) return [tooLong(`${at}.expression`, '', MAX_EXPRESSION)];
    return expressionErrors(`${at}.expression`, cel.expression ?? '');
  });
}

function expressionErrors(path: string, source: string): FieldError[] {
  const { program, error } = finish(compileSelector(source));
  if (!program) return [invalidValue(path, source, error)];
  return isTooComplex(program) ? [fieldForbidden(path, 'too complex, exceeds cost limit')] : [];
}

/** Compiles the selectors of an object with pauses, before they are validated: a long one takes some ten milliseconds. */
export async function prepareSelectors(
  selectors: ReadonlyArray<resourcev1.DeviceSelector | undefined>,
  pause: () => Promise<void> | undefined,
): Promise<void> {
  for (const selector of selectors) {
    const source = selector?.cel?.expression ?? '';
    if (byteLength(source) <= MAX_EXPRESSION) await paced(compileSelector(source), pause);
  }
}

/** The selectors of a claim. */
export const selectorsOfClaim = (spec: resourcev1.ResourceClaimSpec | undefined): resourcev1.DeviceSelector[] =>
  (spec?.devices?.requests ?? [])
    .flatMap(({ exactly, firstAvailable = [] }) => [exactly, ...firstAvailable])
    .flatMap((request) => request?.selectors ?? []);

/** Refuses more text than is compiled for one object. */
function selectorsTooLong(path: string, selectors: readonly resourcev1.DeviceSelector[]): FieldError[] {
  const length = selectors.reduce((sum, { cel }) => sum + Math.max(SHORTEST_EXPRESSION, cel?.expression?.length ?? 0), 0);
  if (length <= EXPRESSIONS_LENGTH) return [];
  const text = `selectors may have at most ${EXPRESSIONS_LENGTH} characters together, of which a short one counts ${SHORTEST_EXPRESSION}`;
  return [fieldForbidden(path, text)];
}

/** A driver's opaque parameters. */
export function opaqueConfigurationErrors(path: string, opaque: resourcev1.OpaqueDeviceConfiguration | undefined): FieldError[] {
  if (!opaque) return [required(path, 'exactly one field must be set')];
  const at = `${path}.opaque`;
  const errors = driverNameErrors(`${at}.driver`, opaque.driver);
  const { parameters } = opaque;
  if (parameters === undefined || parameters === null) return [...errors, required(`${at}.parameters`)];
  const length = byteLength(JSON.stringify(parameters));
  if (length > MAX_PARAMETERS) errors.push(tooLong(`${at}.parameters`, '', MAX_PARAMETERS));
  else if (typeof parameters !== 'object' || Array.isArray(parameters))
    errors.push(invalidValue(`${at}.parameters`, '<value omitted>', 'parameters must be a valid JSON object'));
  return errors;
}

function requestName(path: string, name: string | undefined, seen: Set<string>): FieldError[] {
  if (!name) return [required(path)];
  const errors = eachInvalid(path, name, isDNS1123Label(name));
  if (seen.has(name)) errors.push(duplicate(path, name));
  seen.add(name);
  return errors;
}

function allocationErrors(path: string, request: resourcev1.ExactDeviceRequest | resourcev1.DeviceSubRequest): FieldError[] {
  const { deviceClassName = '', selectors, allocationMode = '', count = 0 } = request;
  const errors =
    deviceClassName === ''
      ? [required(`${path}.deviceClassName`)]
      : eachInvalid(`${path}.deviceClassName`, deviceClassName, isDNS1123Subdomain(deviceClassName));
  append(errors, selectorErrors(`${path}.selectors`, selectors));
  if (allocationMode === 'ExactCount') {
    if (count <= 0) errors.push(invalidValue(`${path}.count`, count, 'must be greater than zero'));
  } else if (allocationMode === 'All') {
    const detail = "must not be specified when allocationMode is 'All'";
    if (count !== 0) errors.push(invalidValue(`${path}.count`, count, detail));
  } else {
    errors.push(notSupported(`${path}.allocationMode`, allocationMode, ['All', 'ExactCount']));
  }
  const { tolerations = [] } = request;
  if (tolerations.length > MAX_TOLERATIONS) return [...errors, tooMany(`${path}.tolerations`, tolerations.length, MAX_TOLERATIONS)];
  tolerations.forEach((toleration, index) => {
    append(errors, deviceTolerationErrors(`${path}.tolerations[${index}]`, toleration));
  });
  return errors;
}

function requestErrors(path: string, request: resourcev1.DeviceRequest): FieldError[] {
  const { exactly, firstAvailable = [] } = request;
  if (exactly && firstAvailable.length > 0)
    return [invalidValue(path, null, 'exactly one of `exactly` or `firstAvailable` must be specified')];
  if (exactly) return allocationErrors(`${path}.exactly`, exactly);
  if (firstAvailable.length === 0) return [required(path, 'exactly one of `exactly` or `firstAvailable` is required')];
  const at = `${path}.firstAvailable`;
  if (firstAvailable.length > MAX_SUB_REQUESTS) return [tooMany(at, firstAvailable.length, MAX_SUB_REQUESTS)];
  const seen = new Set<string>();
  return firstAvailable.flatMap((each, index) => [
    ...requestName(`${at}[${index}].name`, each.name, seen),
    ...allocationErrors(`${at}[${index}]`, each),
  ]);
}

/** Names of requests that a constraint or configuration refers to: those of the claim, or `request/subrequest`. */
function references(path: string, names: readonly string[] = [], known: ReadonlySet<string>): FieldError[] {
  if (names.length > MAX_REQUESTS) return [tooMany(path, names.length, MAX_REQUESTS)];
  return names.flatMap((name, index) => {
    const at = `${path}[${index}]`;
    if (names.indexOf(name) < index) return [duplicate(at, name)];
    return known.has(name)
      ? []
      : [invalidValue(at, name, "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'")];
  });
}

function constraintErrors(path: string, constraint: resourcev1.DeviceConstraint, known: ReadonlySet<string>): FieldError[] {
  const { requests, matchAttribute, distinctAttribute } = constraint;
  const errors = references(`${path}.requests`, requests, known);
  if (matchAttribute !== undefined && distinctAttribute !== undefined)
    return [...errors, invalidValue(path, null, 'exactly one of `matchAttribute` or `distinctAttribute` must be specified')];
  if (matchAttribute === undefined && distinctAttribute === undefined) return [...errors, required(`${path}.matchAttribute`)];
  if (matchAttribute !== undefined && !matchAttribute.includes('/'))
    errors.push(invalidValue(`${path}.matchAttribute`, matchAttribute, 'must include domain'));
  return errors;
}

/** A claim's or template's spec (resource/validation validateResourceClaimSpec). */
export function claimSpecErrors(path: string, spec: resourcev1.ResourceClaimSpec | undefined): FieldError[] {
  const { requests = [], constraints = [], config = [] } = spec?.devices ?? {};
  const at = `${path}.devices`;
  const long = selectorsTooLong(at, selectorsOfClaim(spec));
  if (long.length > 0) return long;
  const known = new Set(requests.flatMap(({ name, firstAvailable = [] }) => [name, ...firstAvailable.map((sub) => `${name}/${sub.name}`)]));
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  if (requests.length > MAX_REQUESTS) errors.push(tooMany(`${at}.requests`, requests.length, MAX_REQUESTS));
  else
    requests.forEach((request, index) => {
      const here = `${at}.requests[${index}]`;
      append(errors, requestName(`${here}.name`, request.name, seen), requestErrors(here, request));
    });
  if (constraints.length > MAX_CONSTRAINTS) errors.push(tooMany(`${at}.constraints`, constraints.length, MAX_CONSTRAINTS));
  else
    constraints.forEach((each, index) => {
      append(errors, constraintErrors(`${at}.constraints[${index}]`, each, known));
    });
  if (config.length > MAX_CONFIGURATIONS) return [...errors, tooMany(`${at}.config`, config.length, MAX_CONFIGURATIONS)];
  return [
    ...errors,
    ...config.flatMap(({ requests: names, opaque }, index) => [
      ...references(`${at}.config[${index}].requests`, names, known),
      ...opaqueConfigurationErrors(`${at}.config[${index}]`, opaque),
    ]),
  ];
}

/** What may not change in a claim when its status is written. */
export function claimStatusErrors(object: resourcev1.ResourceClaim): FieldError[] {
  const { reservedFor = [], allocation } = object.status ?? {};
  const path = 'status.reservedFor';
  const uids = reservedFor.map(({ uid }) => uid);
  const errors = reservedFor.flatMap(({ resource, name, uid }, index) => [
    ...(resource ? [] : [required(`${path}[${index}].resource`)]),
    ...(name ? [] : [required(`${path}[${index}].name`)]),
    ...(uid ? [] : [required(`${path}[${index}].uid`)]),
    ...(uids.indexOf(uid) < index ? [duplicate(`${path}[${index}].uid`, uid)] : []),
  ]);
  if (reservedFor.length > 0 && !allocation) errors.push(fieldForbidden(path, 'may not be specified when `allocated` is not set'));
  return errors;
}
