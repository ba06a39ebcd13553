import {
  applyPatchOperations,
  atomicPaths,
  internalError,
  JsonPatchFailure,
  type JsonPatchOperation,
  type KubeObject,
  mergeTyped,
  treeOf,
  typeErrorsText,
  validateTyped,
} from '#apimachinery';
import { celToJSON, constructedField, typeNameErrors } from '#cel';
import type { Evaluation, Expression } from '../expressions/evaluation.js';
import { BINDING_BUDGET } from '../expressions/limits.js';
import { readChanged } from '../matching/changed-object.js';
import type { Matched } from '../matching/matched.js';

/** A mutation could not be made: failurePolicy says what follows. */
export class MutationFailure extends Error {}

type Configuration = Record<string, unknown>;

function checkNames(value: unknown): void {
  const errors = typeNameErrors(value);
  if (errors.length > 0) throw new MutationFailure(`type mismatch: ${errors.join('\n')}`);
}

/** The object with an apply configuration merged into it (policy/mutating/patch/smd.go ApplyStructuredMergeDiff). */
function applied(object: KubeObject, configuration: Configuration, { shape }: Matched): KubeObject {
  const { struct } = shape.schema;
  const failed = (why: string) => new MutationFailure(`error applying patch: ${why}`);
  const errors = validateTyped(struct, configuration);
  if (errors.length > 0) throw failed(`failed to convert patch object to typed object: ${typeErrorsText(errors)}`);
  const atomics = atomicPaths(struct, configuration);
  if (atomics.length > 0) throw failed(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomics.join(', ')}`);
  return mergeTyped(treeOf(struct), object, configuration) as KubeObject;
}

/** The operation of `JSONPatch{…}`. Objects in its value are named from their own root. */
function operationOf(value: unknown): JsonPatchOperation {
  const { op = '', path = '', from, ...rest } = celToJSON(value) as { op?: string; path?: string; from?: string; value?: unknown };
  checkNames(constructedField(value, 'value'));
  const hasValue = 'value' in rest;
  return { op, path, ...(from ? { from } : {}), ...(hasValue ? { value: rest.value } : {}), hasValue };
}

function patchedBy(object: KubeObject, list: readonly unknown[], matched: Matched): KubeObject {
  const operations = list.map(operationOf);
  try {
    return readChanged(applyPatchOperations(object, operations), matched, true);
  } catch (error) {
    if (!(error instanceof JsonPatchFailure)) throw error;
    // A patch whose test fails is not applied.
    if (error.testFailed) return object;
    throw new MutationFailure(`JSON Patch: ${error.message}`);
  }
}

interface Mutation {
  expression: Expression;
  patchType: string;
  matched: Matched;
}

/**
 * The object that a mutation makes of one. Throws MutationFailure, OutOfBudget, and a StatusError where the result is not of the kind's
 * form.
 */
export async function mutated(
  object: KubeObject,
  { expression, patchType, matched }: Mutation,
  evaluation: Evaluation,
): Promise<KubeObject> {
  const { compiled } = expression;
  if (compiled.error !== undefined) throw new MutationFailure(compiled.error);
  const result = await evaluation.evaluate(expression, { left: BINDING_BUDGET });
  if ('error' in result) throw new MutationFailure(result.error);
  const { value } = result;
  if (patchType === 'JSONPatch') {
    if (!Array.isArray(value)) throw internalError('type mismatch: JSONPatchType.expression should evaluate to array');
    return patchedBy(object, value, matched);
  }
  checkNames(value);
  const { apiVersion, kind } = matched.shape;
  const configuration = { ...(celToJSON(value) as Configuration), apiVersion, kind };
  return readChanged(structuredClone(applied(object, configuration, matched)), matched, false);
}
