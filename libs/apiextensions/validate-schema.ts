import { append, type FieldError, fieldForbidden, invalidValue, isJsonObject, notSupported, required } from '#apimachinery';
import { ERRORS, SCHEMA_DEPTH } from './limits.js';
import { validateRuleDefinitions } from './rules.js';
import type { Schema } from './schema-node.js';
import { validateDefaults } from './validate-defaults.js';
import { validateStructural } from './validate-structural.js';
import { isMetaField } from './values.js';

/** The schema of a CustomResourceDefinition (apiextensions/validation ValidateCustomResourceDefinitionOpenAPISchema), in upstream's words. */

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Fields that a root schema may have besides when the status is a subresource, by Go's names. */
const AT_ROOT = [
  ...['Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum', 'MaxLength', 'MinLength'],
  ...['Pattern', 'MaxItems', 'MinItems', 'UniqueItems', 'MultipleOf', 'Required', 'Items', 'Properties', 'ExternalDocs', 'Example'],
  ...['XPreserveUnknownFields', 'XValidations'],
];

const GO_NAMES: Readonly<Record<string, string>> = {
  'x-kubernetes-preserve-unknown-fields': 'XPreserveUnknownFields',
  'x-kubernetes-validations': 'XValidations',
};

const goName = (name: string): string => GO_NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1);

/** Where a schema stands: whether defaults are allowed there, and why not. */
interface Context {
  noDefaults?: string;
  insideMeta: boolean;
}

const schemaOf = (value: unknown): Schema | undefined => (isJsonObject(value) ? (value as Schema) : undefined);

class SchemaChecker {
  readonly errors: FieldError[] = [];

  private add(error: FieldError): void {
    if (this.errors.length < ERRORS) this.errors.push(error);
  }

  private forbid(path: string, text: string): void {
    this.add(fieldForbidden(path, text));
  }

  check(schema: Schema, path: string, context: Context, root = false): void {
    if (this.errors.length >= ERRORS) return;
    this.standard(schema, path, context);
    if (schema.uniqueItems)
      this.forbid(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
    this.additional(schema, path, context);
    for (const [name, property] of Object.entries(schema.properties ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
      this.check(property, `${path}.properties[${name}]`, this.within(schema, name, context, root));
    if (schema.not) this.check(schema.not, `${path}.not`, context);
    for (const name of ['allOf', 'oneOf', 'anyOf'] as const)
      for (const [index, one] of (schema[name] ?? []).entries()) this.check(one, `${path}.${name}[${index}]`, context);
    const items = schemaOf(schema.items);
    if (items) this.check(items, `${path}.items`, context);
    this.extensions(schema, path);
    this.listMap(schema, path);
    this.uniqueItems(schema, path);
  }

  private within(schema: Schema, name: string, context: Context, root: boolean): Context {
    if (!(root || schema['x-kubernetes-embedded-resource']) || !isMetaField(name)) return context;
    return { ...context, insideMeta: true, ...(root ? { noDefaults: `in top-level ${name}` } : {}) };
  }

  /** specStandardValidatorV3. */
  private standard(schema: Schema, path: string, { noDefaults, insideMeta }: Context): void {
    const { type = '' } = schema;
    if (type !== '' && !TYPES.includes(type)) this.add(notSupported(`${path}.type`, type, TYPES));
    if (noDefaults !== undefined && schema.default !== undefined && schema.default !== null)
      this.forbid(`${path}.default`, `must not be set ${noDefaults}`);
    if (schema.id) this.forbid(`${path}.id`, 'id is not supported');
    for (const name of ['additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'] as const) {
      const value = schema[name];
      const empty =
        value === undefined || value === null || (name !== '$ref' && name !== 'additionalItems' && Object.keys(value).length === 0);
      if (!empty) this.forbid(`${path}.${name}`, `${name} is not supported`);
    }
    if (type === 'null') this.forbid(`${path}.type`, 'type cannot be set to null, use nullable as an alternative');
    if (Array.isArray(schema.items) && schema.items.length > 0)
      this.forbid(`${path}.items`, 'items must be a schema object and not an array');
    if (insideMeta && schema['x-kubernetes-embedded-resource'])
      this.forbid(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta');
  }

  private additional(schema: Schema, path: string, context: Context): void {
    const { additionalProperties } = schema;
    if (additionalProperties === undefined || additionalProperties === null) return;
    if (Object.keys(schema.properties ?? {}).length > 0 && additionalProperties !== true)
      this.forbid(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
    const below = schemaOf(additionalProperties);
    if (!below) return;
    const noDefaults = context.insideMeta ? { noDefaults: 'inside additionalProperties applying to object metadata' } : {};
    this.check(below, `${path}.additionalProperties`, { ...context, ...noDefaults });
  }

  private typed(schema: Schema, path: string, type: string, name: string): boolean {
    if (schema.type === type) return true;
    const text = `must be ${type} if ${name} is specified`;
    this.add(schema.type ? invalidValue(`${path}.type`, schema.type, text) : required(`${path}.type`, text));
    return false;
  }

  private extensions(schema: Schema, path: string): void {
    if (schema['x-kubernetes-preserve-unknown-fields'] === false)
      this.add(invalidValue(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined'));
    const mapType = schema['x-kubernetes-map-type'];
    if (mapType !== undefined) {
      this.typed(schema, path, 'object', 'x-kubernetes-map-type');
      if (mapType !== 'atomic' && mapType !== 'granular')
        this.add(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']));
    }
    const listType = schema['x-kubernetes-list-type'];
    if (listType === undefined) return;
    if (this.typed(schema, path, 'array', 'x-kubernetes-list-type') && listType === 'set') this.setItems(schema, path);
    if (!['atomic', 'set', 'map'].includes(listType))
      this.add(notSupported(`${path}.x-kubernetes-list-type`, listType, ['atomic', 'set', 'map']));
  }

  /** Items of a set are compared as a whole. */
  private setItems(schema: Schema, path: string): void {
    const items = schemaOf(schema.items);
    const listType = items?.['x-kubernetes-list-type'];
    const text = 'must be atomic as item of a list with x-kubernetes-list-type=set';
    if (items?.type === 'array' && listType !== undefined && listType !== 'atomic')
      this.add(invalidValue(`${path}.items.x-kubernetes-list-type`, listType, text));
    if (items?.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
      this.add(invalidValue(`${path}.items.x-kubernetes-map-type`, listType ?? null, text));
  }

  private listMap(schema: Schema, path: string): void {
    const listType = schema['x-kubernetes-list-type'];
    const keys = schema['x-kubernetes-list-map-keys'] ?? [];
    if (keys.length > 0 && listType !== 'map') {
      const text = 'must be map if x-kubernetes-list-map-keys is non-empty';
      const at = `${path}.x-kubernetes-list-type`;
      this.add(listType === undefined ? required(at, text) : invalidValue(at, listType, text));
    }
    if (listType !== 'map') return;
    if (keys.length === 0) this.add(required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map'));
    const items = schemaOf(schema.items);
    if (!schema.items) this.add(required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map'));
    if (items && items.type !== 'object')
      this.add(invalidValue(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map"));
    if (items?.type === 'object') this.mapKeys(items, keys, path);
  }

  private mapKeys(items: Schema, keys: readonly string[], path: string): void {
    const seen = new Set<string>();
    for (const key of keys) {
      const property = items.properties && Object.hasOwn(items.properties, key) ? items.properties[key] : undefined;
      const at = `${path}.x-kubernetes-list-map-keys`;
      if (property === undefined) this.add(invalidValue(at, keys, 'entries must all be names of item properties'));
      else if (property.type === 'array' || property.type === 'object') {
        const text = "must be a scalar type if parent array's x-kubernetes-list-type is map";
        this.add(invalidValue(`${path}.items.properties[${key}].type`, items.type, text));
      }
      if (seen.has(key)) this.add(invalidValue(at, keys, 'must not contain duplicate entries'));
      seen.add(key);
    }
  }

  /** validateMapListKeysMapSet: items and their keys are always there. */
  private uniqueItems(schema: Schema, path: string): void {
    const items = schemaOf(schema.items);
    const listType = schema['x-kubernetes-list-type'];
    if (!items || (listType !== 'set' && listType !== 'map')) return;
    if (items.nullable) this.forbid(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${listType}`);
    if (listType === 'set') return;
    const isRequired = new Set(items.required);
    for (const key of schema['x-kubernetes-list-map-keys'] ?? []) {
      const property = items.properties && Object.hasOwn(items.properties, key) ? items.properties[key] : undefined;
      if (property === undefined) continue;
      const at = `${path}.items.properties[${key}]`;
      const text = 'this property is in x-kubernetes-list-map-keys, so it';
      if (!isRequired.has(key) && (property.default ?? null) === null)
        this.add(required(`${at}.default`, `${text} must have a default or be a required property`));
      if (property.nullable) this.forbid(`${at}.nullable`, `${text} cannot be nullable`);
    }
  }
}

/** The status is validated by the schema of its property: conditions at the root would not be seen there. */
function rootErrors(path: string, schema: Schema): FieldError[] {
  for (const [name, value] of Object.entries(schema)) {
    if (value === undefined || value === null) continue;
    if (name === 'type') {
      if (schema.type === 'object') continue;
      const text = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
      return [invalidValue(`${path}.type`, schema.type ?? '', text)];
    }
    if (AT_ROOT.includes(goName(name))) continue;
    const text = `only [${AT_ROOT.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`;
    return [invalidValue(path, schema, text)];
  }
  return [];
}

function depthOf(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null || limit === 0) return 0;
  let deepest = 0;
  for (const below of Object.values(value)) deepest = Math.max(deepest, depthOf(below, limit - 1));
  return deepest + 1;
}

/** The errors of a schema. `path`: the field `openAPIV3Schema`; `status`: the status is a subresource. */
export function validateSchema(path: string, schema: Schema, { status }: { status: boolean }): FieldError[] {
  if (depthOf(schema, 2 * SCHEMA_DEPTH + 1) > 2 * SCHEMA_DEPTH) return [invalidValue(path, '', 'the schema is nested too deeply')];
  const errors = status ? rootErrors(path, schema) : [];
  if (schema.nullable) errors.push(fieldForbidden(`${path}.nullable`, 'nullable cannot be true at the root'));
  const structural = validateStructural(path, schema);
  append(errors, structural.length > 0 ? structural : validateDefaults(path, schema));
  const checker = new SchemaChecker();
  checker.check(schema, path, { insideMeta: false }, true);
  append(errors, checker.errors);
  return errors.length > 0 ? errors : validateRuleDefinitions(path, schema);
}
