import { type FieldError, isJsonObject } from '#apimachinery';
import { prepareRuleDefinitions, ruleDefinitionErrors } from './cel/definitions.js';
import { ruleErrors } from './cel/evaluate.js';
import { type Pause, prepareRules } from './cel/validator.js';
import type { Schema, SchemaNode } from './schema-node.js';

/** x-kubernetes-validations: the one place where the CEL rules of a schema come in. */

const ruled = new WeakMap<Schema, boolean>();

/** Whether a schema has rules at the node or below it: most have none, and nothing is evaluated. */
export function hasRules(schema: Schema): boolean {
  const known = ruled.get(schema);
  if (known !== undefined) return known;
  const below = (one: unknown): boolean => isJsonObject(one) && hasRules(one as Schema);
  const found =
    (schema['x-kubernetes-validations'] ?? []).length > 0 ||
    Object.values(schema.properties ?? {}).some(below) ||
    below(schema.items) ||
    below(schema.additionalProperties);
  ruled.set(schema, found);
  return found;
}

/** The same with rules in allOf, anyOf, oneOf and not, whose form is checked too. */
function mayHaveRules(schema: Schema): boolean {
  const branches = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.not ? [schema.not] : [])];
  const below = [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {}), ...branches];
  return (schema['x-kubernetes-validations'] ?? []).length > 0 || below.some((one) => isJsonObject(one) && mayHaveRules(one as Schema));
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
