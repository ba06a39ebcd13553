import type { Definition, Field, KindSchema, Type } from '#api';
import { isJsonObject } from '#apimachinery';
import type { Descriptions } from '../shapes/built-in.js';
import { didYouMean } from '../similar.js';

/** A field of a kind as kubectl explain tells it. */
export interface FieldExplanation {
  /** From the kind on: `deployment.spec.strategy`. */
  path: string;
  /** string, integer, boolean, number, []Container, map[string]string, DeploymentStrategy, Object … */
  type: string;
  description?: string;
  required: boolean;
  enum: readonly unknown[];
  default?: unknown;
  /** The fields in it, or in its elements, by name; made when they are asked for. */
  fields(): FieldExplanation[];
}

const scalars: Readonly<Partial<Record<Type['of'], string>>> = {
  string: 'string',
  bytes: 'string',
  int32: 'integer',
  int64: 'integer',
  double: 'number',
  boolean: 'boolean',
  quantity: 'Quantity',
  time: 'Time',
  microTime: 'MicroTime',
  intOrString: 'IntOrString',
};

/** A type as kubectl explain writes it (pkg/explain/v2/templates). */
function typeText(type: Type): string {
  if (type.of === 'list') return `[]${typeText(type.items)}`;
  if (type.of === 'map') return `map[string]${type.wrapped ? '[]' : ''}${typeText(type.values)}`;
  return type.of === 'struct' ? type.definition.name : (scalars[type.of] ?? 'Object');
}

/** The definition of a value, or of the elements of a list or map. */
function definitionIn(type: Type): Definition | undefined {
  if (type.of === 'struct') return type.definition;
  return type.of === 'list' ? definitionIn(type.items) : type.of === 'map' ? definitionIn(type.values) : undefined;
}

function enumIn(type: Type): readonly string[] {
  if (type.of === 'string') return type.enum ?? [];
  return type.of === 'list' ? enumIn(type.items) : [];
}

function ofField(definition: Definition, field: Field, at: string, texts: Descriptions): FieldExplanation {
  const { name, type, required } = field;
  const path = `${at}.${name}`;
  const below = definitionIn(type);
  const description = texts.ofField(definition, name);
  const given = field.default ?? field.serverDefault;
  return {
    ...{ path, type: typeText(type), required, enum: enumIn(type) },
    ...(description && { description }),
    ...(given !== undefined && { default: given }),
    fields: () => (below ? fieldsOf(below, path, texts) : []),
  };
}

const sorted = (fields: FieldExplanation[]): FieldExplanation[] => fields.sort((a, b) => (a.path < b.path ? -1 : 1));

const fieldsOf = (definition: Definition, at: string, texts: Descriptions): FieldExplanation[] =>
  sorted(definition.fields.map((field) => ofField(definition, field, at, texts)));

/** A built-in kind. */
export function explainDefinition(definition: Definition, path: string, texts: Descriptions): FieldExplanation {
  const description = texts.ofDefinition(definition);
  return {
    ...{ path, type: definition.name, required: false, enum: [] },
    ...(description && { description }),
    fields: () => fieldsOf(definition, path, texts),
  };
}

type Schema = Readonly<Record<string, unknown>>;

const schemaOf = (value: unknown): Schema => (isJsonObject(value) ? value : {});

function schemaType(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'IntOrString';
  if (schema.type === 'array') return `[]${schemaType(schemaOf(schema.items))}`;
  if (isJsonObject(schema.additionalProperties)) return `map[string]${schemaType(schema.additionalProperties)}`;
  return typeof schema.type === 'string' && schema.type !== 'object' ? schema.type : 'Object';
}

/** The schema whose properties are those of a value, or of the elements of a list or map. */
function innerSchema(schema: Schema): Schema {
  let inner = schema;
  while (inner.type === 'array' || isJsonObject(inner.additionalProperties)) inner = schemaOf(inner.items ?? inner.additionalProperties);
  return inner;
}

function ofSchema(schema: Schema, path: string, required: boolean): FieldExplanation {
  return {
    ...{ path, type: schemaType(schema), required, enum: Array.isArray(schema.enum) ? schema.enum : [] },
    ...(typeof schema.description === 'string' && { description: schema.description }),
    ...(schema.default !== undefined && { default: schema.default }),
    fields() {
      const inner = innerSchema(schema);
      const needed = new Set(Array.isArray(inner.required) ? inner.required : []);
      const properties = Object.entries(schemaOf(inner.properties));
      return sorted(properties.map(([name, one]) => ofSchema(schemaOf(one), `${path}.${name}`, needed.has(name))));
    },
  };
}

/** A custom kind: from the schema that its cluster publishes. */
export const explainSchema = ({ published }: KindSchema, path: string): FieldExplanation => ofSchema(schemaOf(published), path, false);

const SHOWN = 40;

const ownName = (parent: FieldExplanation, { path }: FieldExplanation): string => path.slice(parent.path.length + 1);

const fieldNamed = (at: FieldExplanation, name: string): FieldExplanation | undefined =>
  at.fields().find((one) => ownName(at, one) === name);

/** That a field is not there, with those that are similar, or with all that there are. */
function noField(at: FieldExplanation, name: string): string {
  const there = at.fields().map((one) => ownName(at, one));
  const missing = `field ${JSON.stringify(name.slice(0, 100))} does not exist`;
  const hint = didYouMean(name, there);
  if (hint !== '') return `${missing} in ${at.path}.${hint}`;
  const more = there.length > SHOWN ? ` and ${there.length - SHOWN} more` : '';
  const known =
    there.length > 0 ? `${at.path} has ${there.slice(0, SHOWN).join(', ')}${more}` : `${at.path} is a ${at.type} without fields`;
  return `${missing}: ${known}`;
}

/** The field that a path leads to; a text that says where it ends, if it leads nowhere. */
export function fieldAt(root: FieldExplanation, names: readonly string[]): FieldExplanation | string {
  let at = root;
  for (const name of names) {
    const next = fieldNamed(at, name);
    if (!next) return noField(at, name);
    at = next;
  }
  return at;
}
