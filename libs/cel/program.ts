import type { CelType } from './check/types.js';
import { limits } from './limits.js';
import type { Code } from './run/code.js';
import { Cancelled, Context } from './run/context.js';
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

/** A compiled expression. It is immutable and may be used by many at once. */
export interface Program {
  readonly source: string;
  readonly resultType: CelType;
  /** Evaluates the expression. Variables are the properties of the activation; a getter makes one lazy. */
  evaluate(activation: Readonly<Record<string, unknown>>, limit?: { costLimit?: number }): Outcome;
  /** The cost by the sizes of the declared types (cel-go's checker/cost.go). */
  estimateCost(): CostEstimate;
}

interface Parts {
  source: string;
  resultType: CelType;
  code: Code;
  slots: { locals: number; globals: number };
  estimate: () => CostEstimate;
}

/** The program of a compiled expression. */
export function makeProgram({ source, resultType, code, slots, estimate }: Parts): Program {
  let estimated: CostEstimate | undefined;
  return {
    source,
    resultType,
    estimateCost() {
      estimated ??= estimate();
      return estimated;
    },
    evaluate(activation, { costLimit = limits.perCall } = {}) {
      const context = new Context(activation, costLimit, slots);
      try {
        const value = code(context);
        if (value instanceof CelError) return { error: value.message, cost: context.cost, cancelled: false };
        return { value, cost: context.cost };
      } catch (error) {
        if (!(error instanceof Cancelled)) throw error;
        return { error: error.message, cost: context.cost, cancelled: true, waitFor: error.waitFor };
      }
    },
  };
}

/** Evaluates a program whose authorization checks may answer with promises: it runs again after each. */
export async function evaluateAwaiting(
  program: Program,
  activation: Readonly<Record<string, unknown>>,
  limit?: { costLimit?: number },
): Promise<Outcome> {
  for (;;) {
    const outcome = program.evaluate(activation, limit);
    if (outcome.error === undefined || !outcome.waitFor) return outcome;
    await outcome.waitFor;
  }
}
