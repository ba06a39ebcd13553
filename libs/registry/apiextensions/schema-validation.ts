import type { apiextensionsv1 } from '#api';
import { append, type FieldError, fieldForbidden, invalidValue, notSupported, required } from '#apimachinery';

type Schema = apiextensionsv1.JSONSchemaProps;

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const LIST_TYPES = ['atomic', 'map', 'set'];
const UNSUPPORTED = [
  'definitions',
  'dependencies',
  'deprecated',
  'discriminator',
  'id',
  'patternProperties',
  'readOnly',
  'writeOnly',
  'xml',
  '$ref',
];
/** Real schemas are far less deep; the limit bounds the recursion. */
const MAX_DEPTH = 100;

interface Extensions {
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
}

function listErrors(path: string, schema: Schema & Extensions): FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  const errors: FieldError[] = [];
  if (type !== undefined) {
    if (schema.type !== 'array')
      errors.push(invalidValue(`${path}.type`, schema.type ?? '', 'must be array if x-kubernetes-list-type is specified'));
    if (!LIST_TYPES.includes(type)) errors.push(notSupported(`${path}.x-kubernetes-list-type`, type, LIST_TYPES));
  }
  if (type === 'map' && !keys?.length)
    errors.push(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
  if (type !== 'map' && keys?.length)
    errors.push(fieldForbidden(`${path}.x-kubernetes-list-map-keys`, 'must be empty if x-kubernetes-list-type is not map'));
  const map = schema['x-kubernetes-map-type'];
  if (map !== undefined && map !== 'atomic' && map !== 'granular')
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, map, ['atomic', 'granular']));
  return errors;
}

/** A structural schema specifies the type of everything it describes (apiextensions/schema ValidateStructural). */
function typeErrors(path: string, schema: Schema & Extensions, root: boolean): FieldError[] {
  const { type = '' } = schema;
  if (root && type !== 'object')
    return [
      type === ''
        ? required(`${path}.type`, 'must not be empty at the root')
        : invalidValue(`${path}.type`, type, 'must be object at the root'),
    ];
  if (type === '' && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields'])
    return [required(`${path}.type`, 'must not be empty for specified object fields')];
  return type !== '' && !TYPES.includes(type) ? [notSupported(`${path}.type`, type, TYPES)] : [];
}

function nodeErrors(path: string, schema: Schema & Extensions, depth: number): FieldError[] {
  if (depth > MAX_DEPTH) return [invalidValue(path, '', 'nested too deeply')];
  const errors = [...typeErrors(path, schema, depth === 0), ...listErrors(path, schema)];
  for (const field of UNSUPPORTED) {
    if ((schema as Record<string, unknown>)[field] !== undefined)
      errors.push(fieldForbidden(`${path}.${field}`, `${field} is not supported`));
  }
  if (schema.uniqueItems)
    errors.push(fieldForbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'));
  // As upstream, `true` is allowed beside properties: pruning still removes fields that are not among them.
  const { additionalProperties } = schema as { additionalProperties?: unknown };
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length > 0 && additionalProperties !== undefined && additionalProperties !== true)
    errors.push(fieldForbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'));
  if (schema.type === 'array' && !schema.items) errors.push(required(`${path}.items`, 'must be specified'));
  for (const [name, property] of properties) {
    append(errors, nodeErrors(`${path}.properties[${name}]`, property as Schema, depth + 1));
  }
  if (schema.items && typeof schema.items === 'object') append(errors, nodeErrors(`${path}.items`, schema.items as Schema, depth + 1));
  if (schema.additionalProperties && typeof schema.additionalProperties === 'object')
    append(errors, nodeErrors(`${path}.additionalProperties`, schema.additionalProperties as Schema, depth + 1));
  return errors;
}

/** The schema of one version. `preserves` (preserveUnknownFields) is invalid in v1. */
export function validateSchema(path: string, schema: Schema, preserves: boolean): FieldError[] {
  const errors = preserves
    ? [invalidValue('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema')]
    : [];
  return [...errors, ...nodeErrors(path, schema as Schema & Extensions, 0)];
}
