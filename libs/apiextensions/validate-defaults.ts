import { append, deepEqual, type FieldError, invalidValue, isJsonObject } from '#apimachinery';
import { coerceEmbedded, MalformedEmbedded, validateEmbedded } from './embedded.js';
import { ERRORS } from './limits.js';
import { pruneUnknown } from './prune.js';
import { type Schema, SchemaNode } from './schema-node.js';
import { validateValue } from './validate-value.js';
import { isMetaField } from './values.js';

/** Defaults are valid values that pruning does not change (apiextensions-apiserver/pkg/apiserver/schema/defaulting/validation.go). */

function defaultErrors(schema: Schema, path: string): FieldError[] {
  const at = `${path}.default`;
  const node = new SchemaNode(schema);
  if (typeof schema.default !== 'object') return validateValue(node, schema.default, { prefix: at });
  const value = structuredClone(schema.default);
  const errors: FieldError[] = [];
  if (value !== null) {
    const pruned = structuredClone(value);
    pruneUnknown(pruned, node, { root: node.embedded, tracks: false });
    if (!deepEqual(pruned, value)) errors.push(invalidValue(at, value, 'must not have unknown fields'));
    try {
      coerceEmbedded(value, node, false);
    } catch (error) {
      if (!(error instanceof MalformedEmbedded)) throw error;
      return [...errors, invalidValue(at, value, error.message)];
    }
    const embedded = validateEmbedded(value, node);
    if (embedded.length > 0) return [...errors, ...embedded.map((one) => ({ ...one, field: `${at}.${one.field}` }))];
  }
  append(errors, validateValue(node, value, { prefix: at }));
  return errors;
}

function visit(schema: Schema, path: string, found: FieldError[]): void {
  if (found.length >= ERRORS) return;
  if (schema.default !== undefined && schema.default !== null) append(found, defaultErrors(schema, path));
  if (isJsonObject(schema.items)) visit(schema.items as Schema, `${path}.items`, found);
  for (const [name, property] of Object.entries(schema.properties ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
    visit(property, `${path}.properties[${name}]`, found);
}

/** What is wrong with the defaults of a schema. Those of the root's metadata are forbidden elsewhere. */
export function validateDefaults(path: string, schema: Schema): FieldError[] {
  const found: FieldError[] = [];
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !isMetaField(name));
  visit({ ...schema, properties: Object.fromEntries(properties) }, path, found);
  return found;
}
