import type { discoveryv1 } from '#api';
import { deepEqual, type FieldError } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { ipWarnings } from '../rules/ip.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration } from '../rules/prepare.js';
import { immutable } from '../rules/text.js';
import { validateAddressType, validateEndpoints, validatePorts } from './validation.js';

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const CONTROLLERS = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];
const SHOWN = 3;

/** The first three, and the number of others (printers.go listWithMoreString). */
function firstOf(list: readonly string[]): string {
  const text = list.slice(0, SHOWN).join(',');
  if (list.length > SHOWN) return `${text} + ${list.length - SHOWN} more...`;
  return text === '' ? '<unset>' : text;
}

/** The part of a slice that its generation counts: everything except metadata, but with the labels. */
const counted = ({ metadata, ...rest }: discoveryv1.EndpointSlice) => ({ ...rest, labels: metadata.labels ?? {} });

function addressWarnings(object: discoveryv1.EndpointSlice): string[] {
  if (CONTROLLERS.includes(object.metadata.labels?.[MANAGED_BY] ?? '')) return [];
  return (object.endpoints ?? []).flatMap(({ addresses }, i) =>
    (addresses ?? []).flatMap((address, j) => ipWarnings(`endpoints[${i}].addresses[${j}]`, address)),
  );
}

function validate(object: discoveryv1.EndpointSlice, old?: discoveryv1.EndpointSlice): FieldError[] {
  const errors = [...validateAddressType(object.addressType), ...validatePorts('ports', object.ports)];
  const endpointErrors = validateEndpoints('endpoints', object.endpoints ?? [], object.addressType);
  // Values that older servers accepted are valid as long as they are not changed.
  if (endpointErrors.length > 0 && old && deepEqual(old.endpoints, object.endpoints)) return errors;
  return [...errors, ...endpointErrors];
}

/** EndpointSlice (registry/discovery/endpointslice). */
export const endpointSlice = overNulls<discoveryv1.EndpointSlice>({
  group: 'discovery.k8s.io',
  resource: 'endpointslices',
  prepareForCreate(object) {
    firstGeneration(object);
    for (const endpoint of object.endpoints ?? []) delete endpoint.deprecatedTopology;
  },
  prepareForUpdate(object, old) {
    if (!deepEqual(counted(object), counted(old))) object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    if (deepEqual(object.endpoints, old.endpoints)) return;
    for (const endpoint of object.endpoints ?? []) delete endpoint.deprecatedTopology;
  },
  validate: (object) => validate(object),
  validateUpdate: (object, old) => [...validate(object, old), ...immutable('addressType', object.addressType, old.addressType)],
  warnings(object, old) {
    const deprecated = !old && object.addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : [];
    return [...deprecated, ...addressWarnings(object)];
  },
  columns: [
    nameColumn,
    { name: 'AddressType', type: 'string', cell: ({ addressType }) => addressType },
    { name: 'Ports', type: 'string', cell: ({ ports }) => firstOf((ports ?? []).map(({ port, name }) => String(port ?? name ?? '*'))) },
    { name: 'Endpoints', type: 'string', cell: ({ endpoints }) => firstOf((endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])) },
    ageColumn,
  ],
});
