import type { CelType } from './check/types.js';
import { limits } from './limits.js';
import type { Code } from './run/code.js';
import { Cancelled, Context, type Pause, type StepBudget } from './run/context.js';
import { CelError, type Value } from './run/values.js';

/** What an evaluation came to, with its cost. */
export type Outcome =
  | { readonly value: Value; readonly cost: number; readonly steps: number; readonly error?: undefined }
  | {
      readonly error: string;
      readonly cost: number;
      /** The work done, whatever it cost. */
      readonly steps: number;
      /** A limit ended the evaluation. */
      readonly cancelled: boolean;
      /** The evaluation waits: for its turn, or for the answer of an authorization check. */
      readonly waiting?: Waiting;
    };

/** An evaluation that goes on when a promise has resolved. */
export interface Waiting {
  readonly promise: Promise<unknown>;
  resume(): Outcome;
}

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
  /** The evaluation may pause: it is asked now and then whether to. */
  readonly pause?: Pause;
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

function attempt(code: Code, context: Context): Outcome {
  try {
    const value = code(context);
    const { cost, steps } = context;
    return value instanceof CelError ? { error: value.message, cost, steps, cancelled: false } : { value, cost, steps };
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    const { cost, steps } = context;
    const { message, waitFor: promise } = error;
    const resume = (): Outcome => {
      context.resume();
      return attempt(code, context);
    };
    return { error: message, cost, steps, cancelled: true, ...(promise ? { waiting: { promise, resume } } : {}) };
  }
}

/** The function alone, so that those who keep nothing else of a program keep no syntax tree. */
function evaluation(code: Code, slots: { locals: number; globals: number }): Evaluate {
  return (activation, { costLimit = limits.perCall, budget, pause } = {}) =>
    attempt(code, new Context(activation, { limit: costLimit, budget, pause }, slots));
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

/** Ends the evaluation that reads a variable, to go on when the promise has resolved. */
export function waitFor(promise: Promise<unknown>): never {
  throw new Cancelled('waiting for a variable', promise);
}

/** Waits until an evaluation has ended. */
export async function ended(outcome: Outcome): Promise<Outcome> {
  let last = outcome;
  while (last.error !== undefined && last.waiting) {
    await last.waiting.promise;
    last = last.waiting.resume();
  }
  return last;
}
