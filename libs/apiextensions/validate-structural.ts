import { append, type FieldError, fieldForbidden, formatFieldError, invalidValue, isJsonObject, required } from '#apimachinery';
import { ERRORS } from './limits.js';
import { PatternBudget } from './pattern.js';
import type { Schema } from './schema-node.js';

/** Whether a schema is structural (apiextensions-apiserver/pkg/apiserver/schema validation.go, complete.go), in upstream's words. */

type Level = 'root' | 'item' | 'field';

const schemaOf = (value: unknown): Schema | undefined => (isJsonObject(value) ? (value as Schema) : undefined);
const NO_PROPERTIES: Array<[string, Schema]> = [];
const propertiesOf = ({ properties }: Schema): Array<[string, Schema]> =>
  properties ? Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)) : NO_PROPERTIES;

/** Values that Go's zero values are. */
const isZero = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

const setFields = (schema: Schema): string[] => Object.entries(schema).flatMap(([name, value]) => (isZero(value) ? [] : [name]));

/** `anyOf: [{type: integer}, {type: string}]`, the form in which int-or-string may be said besides. */
function isIntOrString(anyOf: readonly Schema[] | undefined): boolean {
  if (anyOf?.length !== 2) return false;
  const only = (schema: Schema | undefined, type: string): boolean => schema?.type === type && setFields(schema).length === 1;
  return only(anyOf[0], 'integer') && only(anyOf[1], 'string');
}

class Structure {
  readonly errors: FieldError[] = [];
  private readonly patterns = new PatternBudget();

  private add(error: FieldError): void {
    if (this.errors.length < ERRORS) this.errors.push(error);
  }

  invariants(schema: Schema, level: Level, path: string): void {
    if (this.errors.length >= ERRORS) return;
    const items = schemaOf(schema.items);
    if (schema.type === 'array' && !items) this.add(required(`${path}.items`, 'must be specified'));
    if (items) this.invariants(items, 'item', `${path}.items`);
    for (const [name, property] of propertiesOf(schema)) this.invariants(property, 'field', `${path}.properties[${name}]`);
    const { additionalProperties } = schema;
    if (additionalProperties !== undefined && additionalProperties !== null) {
      if (level === 'root') this.add(fieldForbidden(`${path}.additionalProperties`, 'must not be used at the root'));
      const additional = schemaOf(additionalProperties);
      if (additional) this.invariants(additional, 'field', `${path}.additionalProperties`);
    }
    this.extensions(schema, path);
    const skips = { anyOf: isIntOrString(schema.anyOf), firstAllOf: isIntOrString(schema.allOf?.[0]?.anyOf) };
    this.values(schema, path, skips);
    this.types(schema, level, path);
    this.metadata(schema, level, path);
    const embedded = schema['x-kubernetes-embedded-resource'] === true;
    if (embedded && !schema['x-kubernetes-preserve-unknown-fields'] && propertiesOf(schema).length === 0) {
      const text = 'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
      this.add(required(`${path}.properties`, text));
    }
  }

  private extensions(schema: Schema, path: string): void {
    if (!schema['x-kubernetes-int-or-string']) return;
    for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const)
      if (schema[name]) this.add(invalidValue(`${path}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true'));
  }

  private types(schema: Schema, level: Level, path: string): void {
    const { type = '' } = schema;
    const at = `${path}.type`;
    const embedded = schema['x-kubernetes-embedded-resource'] === true;
    if (embedded && type !== 'object') {
      const text = 'must be object if x-kubernetes-embedded-resource is true';
      this.add(type === '' ? required(at, text) : invalidValue(at, type, text));
    } else if (type === '' && !schema['x-kubernetes-int-or-string'] && !schema['x-kubernetes-preserve-unknown-fields']) {
      const what = { root: 'at the root', item: 'for specified array items', field: 'for specified object fields' }[level];
      this.add(required(at, `must not be empty ${what}`));
    }
    if (embedded && schema.additionalProperties !== undefined)
      this.add(fieldForbidden(`${path}.additionalProperties`, 'must not be used if x-kubernetes-embedded-resource is set'));
    if (level === 'root' && type !== '' && type !== 'object') this.add(invalidValue(at, type, 'must be object at the root'));
  }

  private metadata(schema: Schema, level: Level, path: string): void {
    const { properties } = schema;
    if (!properties) return;
    const checks = level === 'root' || schema['x-kubernetes-embedded-resource'] === true;
    for (const name of ['kind', 'apiVersion']) {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (checks && property && property.type !== 'string')
        this.add(invalidValue(`${path}.properties[${name}].type`, property.type ?? '', 'must be string'));
    }
    const metadata = Object.hasOwn(properties, 'metadata') ? properties.metadata : undefined;
    if (!metadata) return;
    const at = `${path}.properties[metadata]`;
    if (checks && metadata.type !== 'object') this.add(invalidValue(`${at}.type`, metadata.type ?? '', 'must be object'));
    if (level !== 'root') return;
    const names = Object.keys(metadata.properties ?? {});
    const allowed = names.every((name) => name === 'name' || name === 'generateName');
    if (setFields(metadata).some((name) => name !== 'type' && name !== 'default' && !(name === 'properties' && allowed))) {
      const text = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
      this.add(fieldForbidden(at, text));
    }
  }

  /** Conditions on values: those of alternatives must not describe structure. */
  private values(schema: Schema, path: string, skips: { anyOf: boolean; firstAllOf: boolean }): void {
    if (!skips.anyOf) for (const [index, one] of (schema.anyOf ?? []).entries()) this.nested(one, `${path}.anyOf[${index}]`);
    for (const [index, one] of (schema.allOf ?? []).entries())
      this.nested(one, `${path}.allOf[${index}]`, { anyOf: skips.firstAllOf && index === 0, firstAllOf: false });
    for (const [index, one] of (schema.oneOf ?? []).entries()) this.nested(one, `${path}.oneOf[${index}]`);
    if (schema.not) this.nested(schema.not, `${path}.not`);
    const wrong = schema.pattern ? this.patterns.error(schema.pattern) : undefined;
    if (wrong !== undefined)
      this.add(invalidValue(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${wrong}`));
  }

  private nested(schema: Schema, path: string, skips = { anyOf: false, firstAllOf: false }): void {
    this.values(schema, path, skips);
    const items = schemaOf(schema.items);
    if (items) this.nested(items, `${path}.items`);
    for (const [name, property] of propertiesOf(schema)) this.nested(property, `${path}.properties[${name}]`);
    const empty = (name: keyof Schema, text: string): void => {
      if (!isZero(schema[name])) this.add(fieldForbidden(`${path}.${name}`, `must be ${text} to be structural`));
    };
    empty('type', 'empty');
    if (schema.additionalProperties) this.add(fieldForbidden(`${path}.additionalProperties`, 'must be undefined to be structural'));
    if (schema.default !== undefined && schema.default !== null)
      this.add(fieldForbidden(`${path}.default`, 'must be undefined to be structural'));
    empty('title', 'empty');
    empty('description', 'empty');
    empty('nullable', 'false');
    empty('x-kubernetes-preserve-unknown-fields', 'false');
    empty('x-kubernetes-embedded-resource', 'false');
    empty('x-kubernetes-int-or-string', 'false');
    empty('x-kubernetes-list-map-keys', 'empty');
    empty('x-kubernetes-list-type', 'undefined');
    empty('x-kubernetes-map-type', 'undefined');
    empty('x-kubernetes-validations', 'empty');
    if (schema.properties && Object.hasOwn(schema.properties, 'metadata'))
      this.add(fieldForbidden(`${path}.properties[metadata]`, 'must not be specified in a nested context'));
  }

  /** Everything that alternatives mention is specified in the structure. */
  complete(values: Schema, structure: Schema | undefined, at: { path: string; from: string }): void {
    const { path, from } = at;
    if (structure === undefined) {
      this.add(required(path, `because it is defined in ${from}`));
      return;
    }
    if (values.not) this.completeNested(values.not, structure, { path, from: `${from}.not` });
    for (const name of ['allOf', 'anyOf', 'oneOf'] as const)
      for (const [index, one] of (values[name] ?? []).entries())
        this.completeNested(one, structure, { path, from: `${from}.${name}[${index}]` });
  }

  private completeNested(values: Schema, structure: Schema | undefined, { path, from }: { path: string; from: string }): void {
    this.complete(values, structure, { path, from });
    if (structure === undefined) return;
    const items = schemaOf(values.items);
    if (items) this.completeNested(items, schemaOf(structure.items), { path: `${path}.items`, from: `${from}.items` });
    for (const [name, property] of propertiesOf(values)) {
      const below = structure.properties && Object.hasOwn(structure.properties, name) ? structure.properties[name] : undefined;
      const at = { path: `${path}.properties[${name}]`, from: `${from}.properties[${name}]` };
      if (below === undefined) this.add(required(at.path, `because it is defined in ${at.from}`));
      else this.completeNested(property, below, at);
    }
  }
}

const textOf = new WeakMap<FieldError, string>();
function lineOf(error: FieldError): string {
  const known = textOf.get(error);
  if (known !== undefined) return known;
  const line = formatFieldError(error);
  textOf.set(error, line);
  return line;
}

/** What is not structural in a schema, sorted by text. */
export function validateStructural(path: string, schema: Schema): FieldError[] {
  const structure = new Structure();
  structure.invariants(schema, 'root', path);
  const errors = [...structure.errors];
  const completeness = new Structure();
  completeness.complete(schema, schema, { path, from: path });
  append(errors, completeness.errors);
  return errors.sort((a, b) => (lineOf(a) < lineOf(b) ? -1 : lineOf(a) > lineOf(b) ? 1 : 0));
}
