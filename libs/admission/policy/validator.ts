import type { admissionregistrationv1 } from '#api';
import { byteLength } from '#apimachinery';
import { evaluateConditions } from '../expressions/conditions.js';
import { Evaluation, type Expression, type Input, OutOfBudget } from '../expressions/evaluation.js';
import { BINDING_BUDGET, LONGEST_MESSAGE } from '../expressions/limits.js';
import type { RequestCosts } from '../expressions/request-costs.js';
import type { CompiledValidation } from './compiled.js';

/** What a validation came to. An error denies, or admits where failurePolicy ignores it. */
export interface Decision {
  denied: boolean;
  message: string;
  reason?: string;
}

/** An audit annotation to publish, or why it could not be made. */
type Annotation = { key: string; value: string } | { error: string };

/** The outcome of one evaluation of a policy. */
export interface Validated {
  decisions: readonly Decision[];
  annotations: readonly Annotation[];
}

const NOTHING: Validated = { decisions: [], annotations: [] };
const ADMITTED: Decision = { denied: false, message: '' };

interface Terms {
  spec: admissionregistrationv1.ValidatingAdmissionPolicySpec;
  compiled: CompiledValidation;
  input: Input;
  costs: RequestCosts;
  /** Lets other tenants work. */
  pause(): Promise<void> | undefined;
}

/** Evaluates a policy for one parameter (policy/validating validator.go Validate). */
export async function validate(terms: Terms): Promise<Validated> {
  const { spec, compiled, input, costs } = terms;
  const ignores = spec.failurePolicy === 'Ignore';
  const failed = (message: string): Validated => ({ decisions: [{ denied: !ignores, message }], annotations: [] });
  if (compiled.conditions.length > 0) {
    const conditions = await evaluateConditions(compiled.conditions, new Evaluation(compiled.variables, input, costs), ignores);
    if (conditions.error !== undefined) return failed(conditions.error);
    if (!conditions.matches) return NOTHING;
  }
  try {
    const decisions = await decide(terms, ignores);
    return { decisions, annotations: compiled.auditAnnotations.length > 0 ? await annotate(terms, ignores) : [] };
  } catch (error) {
    if (error instanceof OutOfBudget) return failed(error.message);
    throw error;
  }
}

type Evaluated = { value: unknown } | { error: string };

async function evaluateAll(
  { compiled, input, costs, pause }: Terms,
  expressions: ReadonlyArray<Expression | undefined>,
  budget: { left: number },
): Promise<Array<Evaluated | undefined>> {
  const evaluation = new Evaluation(compiled.variables, input, costs);
  const results: Array<Evaluated | undefined> = [];
  for (const expression of expressions) {
    results.push(expression && (await evaluation.evaluate(expression, budget)));
    const pending = pause();
    if (pending) await pending;
  }
  return results;
}

async function decide(terms: Terms, ignores: boolean): Promise<Decision[]> {
  const { compiled, spec } = terms;
  const budget = { left: BINDING_BUDGET };
  const results = await evaluateAll(terms, compiled.validations, budget);
  const messages = await messagesOf(terms, budget);
  return results.map((result, index): Decision => {
    if (result && 'error' in result) return { denied: !ignores, message: result.error };
    if (messages instanceof OutOfBudget) return { denied: !ignores, message: `failed messageExpression: ${messages.message}` };
    if (result?.value === true) return ADMITTED;
    const validation = spec.validations?.[index];
    return { denied: true, message: messageOf(messages[index], validation), reason: validation?.reason ?? 'Invalid' };
  });
}

/** The messages that expressions make, which see no authorizer. */
async function messagesOf(terms: Terms, budget: { left: number }): Promise<Array<Evaluated | undefined> | OutOfBudget> {
  const { messages } = terms.compiled;
  if (messages.every((message) => message === undefined)) return [];
  const { authorizer: _, requestResource: __, ...input } = terms.input;
  try {
    return await evaluateAll({ ...terms, input }, messages, budget);
  } catch (error) {
    if (error instanceof OutOfBudget) return error;
    throw error;
  }
}

/** The message of the expression if it is usable, otherwise the validation's own, otherwise its expression. */
function messageOf(made: Evaluated | undefined, validation: admissionregistrationv1.Validation | undefined): string {
  const text = made && 'value' in made && typeof made.value === 'string' ? made.value.trim() : '';
  if (text !== '' && byteLength(text) <= LONGEST_MESSAGE && !text.includes('\n')) return text;
  return validation?.message?.trim() || `failed expression: ${(validation?.expression ?? '').trim()}`;
}

async function annotate(terms: Terms, ignores: boolean): Promise<Annotation[]> {
  const { compiled, spec, input } = terms;
  const { authorizer: _, requestResource: __, ...unauthorized } = input;
  const results = await evaluateAll({ ...terms, input: unauthorized }, compiled.auditAnnotations, { left: BINDING_BUDGET });
  return results.flatMap((result, index): Annotation[] => {
    const key = spec.auditAnnotations?.[index]?.key ?? '';
    if (result && 'error' in result) return ignores ? [] : [{ error: result.error }];
    const value = typeof result?.value === 'string' ? result.value.trim() : '';
    return value === '' ? [] : [{ key, value }];
  });
}
