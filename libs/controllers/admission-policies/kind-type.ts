import { type apiextensionsv1, type Definition, type Field, type GroupVersionKind, kindSchema, type Type } from '#api';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  escapeField,
  INT,
  listType,
  mapType,
  type OpenAPISchema,
  objectType,
  STRING,
  schemaDeclType,
  TIMESTAMP,
} from '#cel';

/** The types of built-in kinds' structs, each made once. Recursive ones (JSONSchemaProps) are not typed within themselves. */
const structs = new WeakMap<Definition, { type?: CelType }>();

const SCALARS: Readonly<Record<string, CelType>> = {
  string: STRING,
  bytes: { ...BYTES, format: 'byte' },
  int32: INT,
  int64: INT,
  double: DOUBLE,
  boolean: BOOL,
  time: { ...TIMESTAMP, format: 'date-time' },
  microTime: { ...TIMESTAMP, format: 'date-time' },
};

function typeOf(type: Type): CelType {
  if (type.of === 'struct') return structType(type.definition);
  if (type.of === 'list') return listType(typeOf(type.items));
  if (type.of === 'map') return mapType(STRING, typeOf(type.values));
  return SCALARS[type.of] ?? DYN;
}

/** Quantities, JSON and the like are of no type that expressions know. */
function structType(definition: Definition): CelType {
  if (definition.special) return SCALARS[definition.special] ?? DYN;
  const known = structs.get(definition);
  if (known) return known.type ?? DYN;
  const entry: { type?: CelType } = {};
  structs.set(definition, entry);
  entry.type = named(definition.name, definition.fields);
  return entry.type;
}

function named(name: string, fields: readonly Field[]): CelType {
  const types = fields.map((field): [string, CelType] => [escapeField(field.name) ?? field.name, typeOf(field.type)]);
  return objectType(name, Object.fromEntries(types));
}

/** The type of a built-in kind; undefined if there is none of that name. */
export function builtInType(gvk: GroupVersionKind): CelType | undefined {
  const definition = kindSchema(gvk)?.definition;
  return definition && structType(definition);
}

/** The type of one version of a custom kind: its schema with the metadata that every object has. */
export function customType(kind: string, version: apiextensionsv1.CustomResourceDefinitionVersion): CelType | undefined {
  const schema = version.schema?.openAPIV3Schema;
  if (!schema) return undefined;
  const own = schemaDeclType(schema as OpenAPISchema, { name: kind, resource: true });
  const metadata = kindSchema({ group: '', version: 'v1', kind: 'ConfigMap' })?.definition?.byName.get('metadata');
  const fields = new Map(own?.fields ?? []);
  for (const name of ['kind', 'apiVersion']) fields.set(name, { key: name, type: STRING });
  if (metadata) fields.set('metadata', { key: 'metadata', type: typeOf(metadata.type) });
  return { ...objectType(kind, {}), fields };
}
