import { aggregateFieldErrors, append, deepEqual, type FieldError, formatFieldError, invalidValue, isJsonObject } from '#apimachinery';
import { coerceEmbedded, MalformedEmbedded, validateEmbedded } from './embedded.js';
import { DEFAULTS_WITH_RULES, ERRORS } from './limits.js';
import { pruneUnknown } from './prune.js';
import { hasRules, validateRules } from './rules.js';
import { type Schema, SchemaNode } from './schema-node.js';
import { validateValue } from './validate-value.js';
import { type Item, isMetaField } from './values.js';

/** Defaults are valid values that pruning does not change (apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go). */

/** Where a schema stands. */
interface Context {
  /** The resource, embedded or not, that the schema is part of. */
  readonly resource: Schema;
  /** The resource with a value at this place and nothing else. */
  readonly around: (value: unknown) => unknown;
  /** Within the resource's apiVersion, kind or metadata. */
  readonly insideMeta: boolean;
}

const asResource = (schema: Schema): Schema => ({ ...schema, 'x-kubernetes-embedded-resource': true });

const typed = (value: unknown): unknown => ({ apiVersion: 'validation/v1', kind: 'Validation', ...(isJsonObject(value) ? value : {}) });

const inResource = (resource: Schema): Context => ({ resource, around: typed, insideMeta: false });

/** An error at a place in a default, as one of the definition. */
function under(at: string, error: FieldError): FieldError {
  const { field } = error;
  if (field === '' || field === '<nil>') return { ...error, field: at };
  return { ...error, field: field.startsWith('[') ? `${at}${field}` : `${at}.${field}` };
}

class Defaults {
  readonly errors: FieldError[] = [];
  private ruled = 0;

  visit(schema: Schema, path: string, above: Context): void {
    if (this.errors.length >= ERRORS) return;
    const context = schema['x-kubernetes-embedded-resource'] ? inResource(schema) : above;
    if (schema.default !== undefined && schema.default !== null) append(this.errors, this.check(schema, `${path}.default`, context));
    const { around, insideMeta } = context;
    if (isJsonObject(schema.items)) this.visit(schema.items as Schema, `${path}.items`, { ...context, around: (value) => around([value]) });
    for (const [name, property] of Object.entries(schema.properties ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
      this.visit(property, `${path}.properties[${name}]`, {
        ...context,
        around: (value) => around({ [name]: value }),
        insideMeta: insideMeta || (schema === context.resource && isMetaField(name)),
      });
  }

  private check(schema: Schema, at: string, { resource, around, insideMeta }: Context): FieldError[] {
    const node = new SchemaNode(schema);
    const value = structuredClone(schema.default) as unknown;
    const unknown = insideMeta ? [] : unknownErrors(node, at, value);
    // Of the other checks, each is made only if the one before has found nothing.
    let errors = insideMeta ? metaErrors(schema, at, around(structuredClone(value)), resource) : embeddedErrors(node, at, value);
    if (errors.length === 0) errors = validateValue(node, value, { prefix: at });
    if (errors.length === 0) errors = this.rules(node, at, value);
    return [...unknown, ...errors];
  }

  /** Rules hold for a default as for a value that stays, and as for one that is new. */
  private rules(node: SchemaNode, at: string, value: unknown): FieldError[] {
    if (!hasRules(node.schema) || this.ruled >= DEFAULTS_WITH_RULES) return [];
    this.ruled += 1;
    const object = value as object;
    const errors = validateRules(node, object, object);
    return (errors.length > 0 ? errors : validateRules(node, object, undefined)).map((error) => under(at, error));
  }
}

/** Pruning does not change a default. */
function unknownErrors(node: SchemaNode, at: string, value: unknown): FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  const pruned = structuredClone(value);
  pruneUnknown(pruned, node, { root: node.embedded, tracks: false });
  return deepEqual(pruned, value) ? [] : [invalidValue(at, value, 'must not have unknown fields')];
}

/** The objects in a default are complete. Changes the value: it is read as one of a client is. */
function embeddedErrors(node: SchemaNode, at: string, value: unknown): FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  try {
    coerceEmbedded(value, node, false);
  } catch (error) {
    if (!(error instanceof MalformedEmbedded)) throw error;
    return [under(at, error.fieldError)];
  }
  return validateEmbedded(value, node).map((error) => under(at, error));
}

/** A default for a field of the metadata is looked at within an object that has nothing else. */
function metaErrors(schema: Schema, at: string, object: unknown, resource: Schema): FieldError[] {
  const wrong = (text: string): FieldError[] => [invalidValue(at, schema.default, `must result in valid metadata: ${text}`)];
  const node = new SchemaNode(resource);
  try {
    coerceEmbedded(object as Item, node, false);
  } catch (error) {
    if (!(error instanceof MalformedEmbedded)) throw error;
    return wrong(formatFieldError(error.fieldError));
  }
  const errors = validateEmbedded(object as Item, node);
  return errors.length > 0 ? wrong(aggregateFieldErrors(errors)) : [];
}

/** What is wrong with the defaults of a schema. */
export function validateDefaults(path: string, schema: Schema): FieldError[] {
  const defaults = new Defaults();
  const root = asResource(schema);
  defaults.visit(root, path, inResource(root));
  return defaults.errors;
}
