import type { Definition, FieldSource } from '../definition.js';
import { descriptionOf, fieldDescription } from '../descriptions.js';
import { scheme } from '../scheme.js';

/** The two dialects: swagger 2.0 (`/openapi/v2`) and OpenAPI 3.0 (`/openapi/v3/…`). */
export type Dialect = 'v2' | 'v3';

/** A JSON schema, as a plain value to be serialised. */
export type Schema = Record<string, unknown>;

const prefix: Readonly<Record<Dialect, string>> = { v2: '#/definitions/', v3: '#/components/schemas/' };

/** A reference to a definition. */
export const refTo = (definition: Pick<Definition, 'openapi'>, dialect: Dialect): string => `${prefix[dialect]}${definition.openapi}`;

function definitionOf(pkg: string, ref: string): Definition {
  return scheme.definition(ref.includes('.') ? ref : `${pkg}.${ref}`);
}

/** The default that OpenAPI v3 documents for Go's zero values: only for values that are neither pointers nor omitted when empty. */
function zeroOf(source: FieldSource, keeps: boolean): unknown {
  if (!keeps || source.pointer || source.items || source.values) return undefined;
  if (source.ref) return {};
  return { string: source.format === 'byte' ? undefined : '', integer: 0, number: 0, boolean: false }[source.type ?? ''];
}

function referenceSchema(pkg: string, source: FieldSource, dialect: Dialect, zero: unknown): Schema {
  const $ref = refTo(definitionOf(pkg, source.ref ?? ''), dialect);
  // Siblings of a $ref are ignored in OpenAPI 3: hence allOf.
  return dialect === 'v2' || zero === undefined ? { $ref } : { allOf: [{ $ref }], default: zero };
}

function typeSchema(pkg: string, source: FieldSource, dialect: Dialect, keeps: boolean): Schema {
  const zero = dialect === 'v3' ? (source.default ?? zeroOf(source, keeps)) : source.default;
  if (source.ref) return referenceSchema(pkg, source, dialect, zero);
  if (source.items) return { type: 'array', items: typeSchema(pkg, source.items, dialect, true) };
  if (source.values) return { type: 'object', additionalProperties: typeSchema(pkg, source.values, dialect, true) };
  return {
    ...(zero !== undefined && { default: zero }),
    type: source.type,
    ...(source.format && { format: source.format }),
    ...(source.enum && { enum: source.enum }),
  };
}

const extensions: ReadonlyArray<readonly [keyof FieldSource, string]> = [
  ['listMapKeys', 'x-kubernetes-list-map-keys'],
  ['listType', 'x-kubernetes-list-type'],
  ['mapType', 'x-kubernetes-map-type'],
  ['patchMergeKey', 'x-kubernetes-patch-merge-key'],
  ['patchStrategy', 'x-kubernetes-patch-strategy'],
];

function fieldSchema(definition: Definition, name: string, source: FieldSource, dialect: Dialect): Schema {
  const schema = typeSchema(definition.package, source, dialect, source.keepZero === true);
  const description = fieldDescription(definition, name);
  for (const [from, to] of extensions) if (source[from] !== undefined) schema[to] = source[from];
  if (!description) return schema;
  if (dialect === 'v3' && '$ref' in schema) return { description, allOf: [{ $ref: schema.$ref }] };
  return { description, ...schema };
}

/** The group versions that have a kind of every group (DeleteOptions, WatchEvent). */
function everyGroup(kind: string): Schema[] {
  return scheme.groupVersions().flatMap(({ group, versions }) => versions.map((version) => ({ group, kind, version })));
}

function kinds(definition: Definition): Schema | undefined {
  const list = definition.allGroups ? everyGroup(definition.name) : [];
  if (definition.gvk) list.push({ group: definition.gvk[0], kind: definition.gvk[2], version: definition.gvk[1] });
  return list.length ? { 'x-kubernetes-group-version-kind': list } : undefined;
}

const sortedByName = <T>(entries: Array<[string, T]>): Record<string, T> =>
  Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));

/** Types with a special schema. */
function specialSchema(definition: Definition, dialect: Dialect): Schema {
  const { type, format } = definition.source;
  if (dialect === 'v3' && definition.special === 'quantity') return { oneOf: [{ type: 'string' }, { type: 'number' }] };
  if (dialect === 'v3' && definition.special === 'intOrString')
    return { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
  return type === 'any' ? {} : { type, ...(format && { format }) };
}

/** A definition as a schema, with its extensions (x-kubernetes-group-version-kind, -list-type, -patch-strategy …). */
function definitionSchema(definition: Definition, dialect: Dialect): Schema {
  const description = descriptionOf(definition.id);
  const described = description ? { description } : {};
  const { fields, mapType, unions } = definition.source;
  if (!fields) return { ...described, ...specialSchema(definition, dialect) };
  const required = definition.fields.filter((f) => f.required).map((f) => f.name);
  return {
    ...described,
    ...(required.length && { required }),
    type: 'object',
    properties: sortedByName(Object.entries(fields).map(([name, source]) => [name, fieldSchema(definition, name, source, dialect)])),
    ...kinds(definition),
    ...(mapType && { 'x-kubernetes-map-type': mapType }),
    ...(unions && { 'x-kubernetes-unions': unions }),
  };
}

/** Schemas of definitions and of everything they refer to, by OpenAPI name. */
export function schemasOf(roots: Iterable<Definition>, dialect: Dialect): Record<string, Schema> {
  const out = new Map<string, Schema>();
  const open = [...roots];
  for (let definition = open.pop(); definition; definition = open.pop()) {
    if (out.has(definition.openapi)) continue;
    out.set(definition.openapi, definitionSchema(definition, dialect));
    for (const source of Object.values(definition.source.fields ?? {})) {
      const element = source.items ?? source.values ?? source;
      if (element.ref) open.push(definitionOf(definition.package, element.ref));
    }
  }
  return sortedByName([...out]);
}
