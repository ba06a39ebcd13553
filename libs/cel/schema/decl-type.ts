import {
  BOOL,
  BYTES,
  type CelField,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  mapType,
  STRING,
  TIMESTAMP,
} from '../check/types.js';
import { limits } from '../limits.js';
import { escapeField } from './escape.js';

/** What types are made of: a structural schema, or one of OpenAPI whose references are resolved. */
export interface OpenAPISchema {
  readonly type?: string;
  readonly format?: string;
  readonly properties?: Readonly<Record<string, OpenAPISchema>>;
  readonly additionalProperties?: boolean | OpenAPISchema;
  readonly items?: OpenAPISchema | readonly OpenAPISchema[];
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

const REQUEST = limits.requestBytes;
const LONGEST_STRING = REQUEST - 2;
const text: OpenAPISchema = { type: 'string' };
const metadata: OpenAPISchema = { type: 'object', properties: { name: text, generateName: text } };

/** A resource's schema with the fields that every resource has; of metadata, only the name is known, unless the schema says more. */
function withTypeAndObjectMeta(schema: OpenAPISchema): OpenAPISchema {
  const { kind, apiVersion, metadata: meta } = schema.properties ?? {};
  const { name, generateName } = meta?.properties ?? {};
  const complete = meta?.type === 'object' && [kind, apiVersion, name, generateName].every((one) => one?.type === 'string');
  if (complete) return schema;
  return { ...schema, properties: { ...schema.properties, kind: text, apiVersion: text, metadata } };
}

function maxLength({ maxLength: length }: OpenAPISchema, factor: number): number | undefined {
  return length === undefined ? undefined : Math.max(length, 0) * factor;
}

function enumLength(values: readonly unknown[]): number {
  return values.reduce((max: number, value) => (typeof value === 'string' ? Math.max(max, Buffer.byteLength(value)) : max), 0);
}

function stringType(schema: OpenAPISchema): CelType {
  switch (schema.format) {
    case 'byte':
      return { ...BYTES, format: 'byte', maxElements: maxLength(schema, 1) ?? LONGEST_STRING };
    case 'duration':
      return { ...DURATION, format: 'duration', maxElements: 32 };
    case 'date':
      return { ...TIMESTAMP, format: 'date', maxElements: 12 };
    case 'date-time':
      return { ...TIMESTAMP, format: 'date-time', minSize: 21, maxElements: 32 };
  }
  // An OpenAPI length counts characters, of up to four bytes.
  const longest = schema.enum && schema.enum.length > 0 ? enumLength(schema.enum) : LONGEST_STRING;
  return { ...STRING, maxElements: maxLength(schema, 4) ?? longest };
}

function objectOf(schema: OpenAPISchema, name: string): CelType {
  const fields = new Map<string, CelField>();
  const required = new Set(schema.required);
  let minSize = 2;
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const escaped = escapeField(key);
    const type = declType(property, `${name}.${escaped ?? key}`, property['x-kubernetes-embedded-resource'] ?? false);
    if (!type) continue;
    if (escaped !== undefined) fields.set(escaped, { key, type });
    if (required.has(key) && property.default === undefined) minSize += Buffer.byteLength(key) + (type.minSize ?? 0) + 4;
  }
  return { kind: 'struct', name, params: [], fields, minSize };
}

function listOf(schema: OpenAPISchema, name: string): CelType | undefined {
  const { items: given } = schema;
  const items = Array.isArray(given) ? undefined : (given as OpenAPISchema | undefined);
  const elem = items && declType(items, `${name}.@idx`, items['x-kubernetes-embedded-resource'] ?? false);
  if (!elem) return undefined;
  const most = schema.maxItems === undefined ? Math.floor((REQUEST - 2) / ((elem.minSize ?? 0) + 1)) : Math.max(schema.maxItems, 0);
  const type = listType(elem, most);
  const kind = schema['x-kubernetes-list-type'];
  if (kind !== 'set' && kind !== 'map') return type;
  return { ...type, plain: false, listType: kind, mapKeys: schema['x-kubernetes-list-map-keys'] };
}

function mapOf(schema: OpenAPISchema, name: string): CelType | undefined {
  const { additionalProperties: values } = schema;
  if (typeof values !== 'object') return undefined;
  const value = declType(values, `${name}.@elem`, values['x-kubernetes-embedded-resource'] ?? false);
  if (!value) return undefined;
  const most = Math.floor((REQUEST - 2) / ((value.minSize ?? 0) + 6));
  return mapType(STRING, value, schema.maxProperties === undefined ? most : Math.max(schema.maxProperties, 0));
}

function declType(given: OpenAPISchema, name: string, resource: boolean): CelType | undefined {
  if (given['x-kubernetes-int-or-string']) return { ...DYN, minSize: 1, maxElements: maxLength(given, 4) ?? LONGEST_STRING };
  const schema = resource ? withTypeAndObjectMeta(given) : given;
  switch (schema.type) {
    case 'array':
      return listOf(schema, name);
    case 'object':
      if (typeof schema.additionalProperties === 'object') return mapOf(schema, name);
      return objectOf(schema, name);
    case 'string':
      return stringType(schema);
    case 'boolean':
      return BOOL;
    case 'number':
      return DOUBLE;
    case 'integer':
      return INT;
    default:
      return undefined;
  }
}

/**
 * The type that expressions see of a schema, with the sizes that costs are estimated from (apiserver/pkg/cel/common/schemas.go). Undefined if
 * they may not see it. `resource`: the schema is that of a whole resource, which has a kind, an apiVersion and a name whatever it declares.
 */
export function schemaDeclType(
  schema: OpenAPISchema,
  { name, resource = false }: { name: string; resource?: boolean },
): CelType | undefined {
  return declType(schema, name, resource);
}
