import type { CelType } from './check/types.js';
import { limits } from './limits.js';
import type { Code } from './run/code.js';
import { Cancelled, Context, type StepBudget } from './run/context.js';
import { CelError, type Value } from './run/values.js';

/** What an evaluation came to, with its cost. */
export type Outcome =
  | { readonly value: Value; readonly cost: number; readonly error?: undefined }
  | {
      readonly error: string;
      readonly cost: number;
      /** A limit ended the evaluation. */
      readonly cancelled: boolean;
      /** An authorization check answers with a promise: evaluate again when it has resolved. */
      readonly waitFor?: Promise<unknown>;
    };

/** The least and greatest cost of an evaluation. */
export interface CostEstimate {
  readonly min: bigint;
  readonly max: bigint;
}

/** Bounds of an evaluation. */
export interface EvaluationLimit {
  /** Upstream's cost limit: 1,000,000 if it is not given. */
  readonly costLimit?: number;
  /** The steps that are left for several evaluations, which together must not block the event loop: they take from it. */
  readonly budget?: StepBudget;
}

/** A compiled expression. It is immutable and may be used by many at once. */
export interface Program {
  readonly source: string;
  readonly resultType: CelType;
  /** The names of the variables that it reads. */
  readonly variables: readonly string[];
  /** Evaluates the expression. Variables are the properties of the activation; a getter makes one lazy. */
  evaluate(activation: Readonly<Record<string, unknown>>, limit?: EvaluationLimit): Outcome;
  /** The cost by the sizes of the declared types (cel-go's checker/cost.go). */
  estimateCost(): CostEstimate;
}

interface Parts {
  source: string;
  resultType: CelType;
  code: Code;
  variables: readonly string[];
  locals: number;
  estimate: () => CostEstimate;
}

type Evaluate = Program['evaluate'];

/** The function alone, so that those who keep nothing else of a program keep no syntax tree. */
function evaluation(code: Code, slots: { locals: number; globals: number }): Evaluate {
  return (activation, { costLimit = limits.perCall, budget } = {}) => {
    const context = new Context(activation, costLimit, slots, budget);
    try {
      const value = code(context);
      if (value instanceof CelError) return { error: value.message, cost: context.cost, cancelled: false };
      return { value, cost: context.cost };
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      return { error: error.message, cost: context.cost, cancelled: true, waitFor: error.waitFor };
    }
  };
}

/** The program of a compiled expression. */
export function makeProgram({ source, resultType, code, variables, locals, estimate }: Parts): Program {
  let estimated: CostEstimate | undefined;
  const evaluate = evaluation(code, { locals, globals: variables.length });
  const estimateCost = (): CostEstimate => {
    estimated ??= estimate();
    return estimated;
  };
  return { source, resultType, variables, evaluate, estimateCost };
}

/** Evaluates a program whose authorization checks may answer with promises: it runs again after each. */
export async function evaluateAwaiting(
  program: Program,
  activation: Readonly<Record<string, unknown>>,
  limit?: EvaluationLimit,
): Promise<Outcome> {
  for (;;) {
    const outcome = program.evaluate(activation, limit);
    if (outcome.error === undefined || !outcome.waitFor) return outcome;
    await outcome.waitFor;
  }
}
