import { type Evaluation, type Expression, OutOfBudget } from './evaluation.js';
import { CONDITIONS_BUDGET } from './limits.js';

/** Whether the conditions hold; errors where that cannot be said. */
export type Conditions = { matches: boolean; error?: undefined } | { error: string };

/** One error as it is, several in brackets (utilerrors.NewAggregate). */
function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] as string) : `[${distinct.join(', ')}]`;
}

/**
 * Evaluates match conditions (webhook/matchconditions matcher.go): a false one decides; otherwise an error counts as failurePolicy says:
 * with Ignore the conditions do not match.
 */
export async function evaluateConditions(conditions: readonly Expression[], evaluation: Evaluation, ignores: boolean): Promise<Conditions> {
  const budget = { left: CONDITIONS_BUDGET };
  const errors: string[] = [];
  const results: unknown[] = [];
  try {
    for (const condition of conditions) {
      const result = await evaluation.evaluate(condition, budget);
      if ('error' in result) errors.push(result.error);
      else results.push(result.value);
    }
  } catch (error) {
    if (!(error instanceof OutOfBudget)) throw error;
    return ignores ? { matches: false } : { error: error.message };
  }
  if (results.includes(false)) return { matches: false };
  if (errors.length === 0) return { matches: true };
  return ignores ? { matches: false } : { error: aggregate(errors) };
}
