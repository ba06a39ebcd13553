import type { corev1 } from '#api';
import {
  append,
  deepEqual,
  type FieldError,
  type FieldPath,
  fieldPath,
  isDNS1123Label,
  isDNS1123Subdomain,
  isQualifiedName,
  isValidLegacyIP,
  isValidPortNum,
  required,
} from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { ageColumn, nameColumn } from '../columns.js';
import { endpointIP, ipWarnings } from '../rules/ip.js';
import { invalidName, requiredOneOf } from './checks.js';

type Endpoints = corev1.Endpoints;

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const SHOWN = 3;

function validateAddress(address: corev1.EndpointAddress, path: FieldPath): FieldError[] {
  const errors = isValidLegacyIP(path.child('ip'), address.ip ?? '');
  if (address.hostname) append(errors, invalidName(path.child('hostname'), address.hostname, isDNS1123Label(address.hostname)));
  if (address.nodeName !== undefined)
    append(errors, invalidName(path.child('nodeName'), address.nodeName, isDNS1123Subdomain(address.nodeName)));
  return [...errors, ...endpointIP(path.child('ip'), address.ip ?? '')];
}

function validatePort(port: corev1.EndpointPort, named: boolean, path: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (named && !port.name) errors.push(required(path.child('name')));
  else if (port.name) append(errors, invalidName(path.child('name'), port.name, isDNS1123Label(port.name)));
  append(errors, invalidName(path.child('port'), port.port ?? 0, isValidPortNum(port.port ?? 0)));
  append(errors, requiredOneOf(port.protocol, PROTOCOLS, path.child('protocol')));
  if (port.appProtocol !== undefined)
    append(errors, invalidName(path.child('appProtocol'), port.appProtocol, isQualifiedName(port.appProtocol)));
  return errors;
}

function validateSubset(subset: corev1.EndpointSubset, path: FieldPath): FieldError[] {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  const errors: FieldError[] = [];
  if (addresses.length + notReadyAddresses.length === 0) errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
  for (const [index, address] of addresses.entries()) append(errors, validateAddress(address, path.child('addresses').index(index)));
  for (const [index, address] of notReadyAddresses.entries())
    append(errors, validateAddress(address, path.child('notReadyAddresses').index(index)));
  for (const [index, port] of ports.entries()) append(errors, validatePort(port, ports.length > 1, path.child('ports').index(index)));
  return errors;
}

function validate(object: Endpoints): FieldError[] {
  return (object.subsets ?? []).flatMap((subset, index) => validateSubset(subset, fieldPath('subsets').index(index)));
}

/** The endpoints as shown by `get`: the first three, and the number of others. */
function format(object: Endpoints): string {
  const subsets = object.subsets ?? [];
  if (subsets.length === 0) return '<none>';
  const all: string[] = [];
  for (const { addresses = [], ports = [] } of subsets) {
    if (ports.length === 0)
      append(
        all,
        addresses.map(({ ip }) => ip),
      );
    for (const { port } of ports)
      append(
        all,
        addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
      );
  }
  const text = all.slice(0, SHOWN).join(',');
  return all.length > SHOWN ? `${text} + ${all.length - SHOWN} more...` : text;
}

function warnings(object: Endpoints): string[] {
  if (object.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return [];
  return (object.subsets ?? []).flatMap((subset, index) =>
    (['addresses', 'notReadyAddresses'] as const).flatMap((field) =>
      (subset[field] ?? []).flatMap(({ ip }, position) => ipWarnings(`subsets[${index}].${field}[${position}].ip`, ip)),
    ),
  );
}

/** Endpoints (pkg/registry/core/endpoint). */
export const endpoints: ResourceStrategy<Endpoints> = {
  group: '',
  resource: 'endpoints',
  setDefaults(object) {
    for (const subset of object.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
  },
  validate,
  // Existing values are not validated again: older servers accepted more.
  validateUpdate: (object, old) => (deepEqual(object.subsets, old.subsets) ? [] : validate(object)),
  warnings,
  createOnUpdate: true,
  deprecated: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  columns: [nameColumn, { name: 'Endpoints', type: 'string', cell: format }, ageColumn],
};
