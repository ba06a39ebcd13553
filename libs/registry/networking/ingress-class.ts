import type { networkingv1 } from '#api';
import {
  append,
  byteLength,
  type FieldError,
  fieldForbidden,
  isDNS1123Label,
  isDNS1123Subdomain,
  isDomainPrefixedPath,
  notSupported,
  required,
  tooLong,
} from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, nextGeneration } from '../rules/prepare.js';
import { eachInvalid, immutable, requiredPathSegment } from '../rules/text.js';

const MAX_CONTROLLER = 250;
const DEFAULT_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

function parametersErrors(path: string, parameters: networkingv1.IngressClassParametersReference): FieldError[] {
  const { apiGroup, kind, name, scope, namespace } = parameters;
  const errors = apiGroup === undefined ? [] : eachInvalid(`${path}.apiGroup`, apiGroup, isDNS1123Subdomain(apiGroup));
  append(errors, requiredPathSegment(`${path}.kind`, kind), requiredPathSegment(`${path}.name`, name));
  if (scope === undefined) return [...errors, required(`${path}.scope`)];
  if (scope !== 'Cluster' && scope !== 'Namespace') return [...errors, notSupported(`${path}.scope`, scope, ['Cluster', 'Namespace'])];
  if (scope === 'Cluster') {
    const forbidden = namespace === undefined ? [] : [fieldForbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'")];
    return [...errors, ...forbidden];
  }
  if (namespace === undefined) return [...errors, required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'")];
  return [...errors, ...eachInvalid(`${path}.namespace`, namespace, isDNS1123Label(namespace))];
}

function validate({ spec = {} }: networkingv1.IngressClass): FieldError[] {
  const controller = spec.controller ?? '';
  const errors = byteLength(controller) > MAX_CONTROLLER ? [tooLong('spec.controller', '', MAX_CONTROLLER)] : [];
  append(errors, isDomainPrefixedPath('spec.controller', controller));
  return spec.parameters ? [...errors, ...parametersErrors('spec.parameters', spec.parameters)] : errors;
}

function parametersText({ spec }: networkingv1.IngressClass): string {
  if (!spec?.parameters) return '<none>';
  const { kind, apiGroup, name } = spec.parameters;
  return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`;
}

/** IngressClass (registry/networking/ingressclass). */
export const ingressClass = overNulls<networkingv1.IngressClass>({
  group: 'networking.k8s.io',
  resource: 'ingressclasses',
  prepareForCreate: firstGeneration,
  prepareForUpdate: (object, old) => nextGeneration(object, old, ({ spec }) => spec),
  validate,
  validateUpdate: (object, old) => [
    ...immutable('spec.controller', object.spec?.controller ?? '', old.spec?.controller ?? ''),
    ...validate(object),
  ],
  columns: [
    {
      ...nameColumn,
      cell: ({ metadata: { name, annotations } }) => (annotations?.[DEFAULT_ANNOTATION] === 'true' ? `${name} (default)` : name),
    },
    { name: 'Controller', type: 'string', cell: ({ spec }) => spec?.controller ?? '' },
    { name: 'Parameters', type: 'string', cell: parametersText },
    ageColumn,
  ],
});
