import { type FieldError, isJsonObject } from '#apimachinery';
import { prepareRuleDefinitions, ruleDefinitionErrors } from './cel/definitions.js';
import { ruleErrors } from './cel/evaluate.js';
import { type Pause, prepareRules } from './cel/validator.js';
import type { Schema, SchemaNode } from './schema-node.js';

/** x-kubernetes-validations: the one place where the CEL rules of a schema come in. */

const ruled = new WeakMap<Schema, boolean>();

/** Whether a schema has rules at the node or below it: most have none, and nothing is evaluated. */
export function hasRules(schema: Schema): boolean {
  const { properties, items, additionalProperties } = schema;
  // Leaves, of which there may be very many, are not remembered.
  if (!properties && !items && !additionalProperties) return (schema['x-kubernetes-validations'] ?? []).length > 0;
  const known = ruled.get(schema);
  if (known !== undefined) return known;
  const below = (one: unknown): boolean => isJsonObject(one) && hasRules(one as Schema);
  const found =
    (schema['x-kubernetes-validations'] ?? []).length > 0 ||
    Object.values(properties ?? {}).some(below) ||
    below(items) ||
    below(additionalProperties);
  ruled.set(schema, found);
  return found;
}

/** The same with rules in allOf, anyOf, oneOf and not, whose form is checked too. */
function mayHaveRules(schema: Schema): boolean {
  const { items, additionalProperties, properties, allOf, anyOf, oneOf, not } = schema;
  const may = (one: unknown): boolean => isJsonObject(one) && mayHaveRules(one as Schema);
  return (
    (schema['x-kubernetes-validations'] ?? []).length > 0 ||
    may(items) ||
    may(additionalProperties) ||
    may(not) ||
    [allOf, anyOf, oneOf].some((branches) => branches?.some(may)) ||
    Object.values(properties ?? {}).some(may)
  );
}

/** Errors of the rules of a CustomResourceDefinition's schema: syntax, types, costs. `path`: the field of the schema. */
export function validateRuleDefinitions(path: string, schema: Schema): FieldError[] {
  return mayHaveRules(schema) ? ruleDefinitionErrors(path, schema) : [];
}

/** Errors of an object's rules. `old`: the object before an update, for transition rules and ratcheting. */
export function validateRules(root: SchemaNode, object: object, old: object | undefined): FieldError[] {
  return hasRules(root.schema) ? ruleErrors(root, object, old) : [];
}

/** Prepares what validateRuleDefinitions needs, with pauses. */
export async function prepareDefinitions(schema: Schema, pause: Pause): Promise<void> {
  if (hasRules(schema)) await prepareRuleDefinitions(schema, pause);
}

/** Prepares what validateRules needs, with pauses. */
export async function prepareValidation(root: SchemaNode, pause: Pause): Promise<void> {
  if (hasRules(root.schema)) await prepareRules(root, pause);
}
