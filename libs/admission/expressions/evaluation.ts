import type { corev1 } from '#api';
import type { KubeObject } from '#apimachinery';
import { CelError, type EvaluationLimit, ended, type Outcome, type Program, type Waiting, waitFor } from '#cel';
import type { CompiledExpression, CompiledVariable } from '#component-helpers/admission-expressions';
import { COST_OF_A_PIECE, DEEPEST_VARIABLES } from './limits.js';
import type { RequestCosts } from './request-costs.js';

/** A budget is used up: nothing more is evaluated. The message is upstream's. */
export class OutOfBudget extends Error {
  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run');
  }
}

/** An expression with what came of compiling it. */
export interface Expression {
  source: string;
  compiled: CompiledExpression;
}

/** What is left of a budget. */
export interface Budget {
  left: number;
}

/** What expressions see (admission/plugin/cel activation.go). */
export interface Input {
  object: KubeObject | null;
  oldObject: KubeObject | null;
  params: KubeObject | null;
  namespaceObject: corev1.Namespace | null;
  /** The parts of the admission request; made when one of them is first read. */
  request(): object;
  /** CEL values: the authorizer of the user, and its check of the request's own resource. */
  authorizer?: unknown;
  requestResource?: unknown;
}

interface Activation extends Record<string, unknown> {
  variables: object;
}

/**
 * The evaluation of a policy's expressions with one input. Variables are evaluated when an expression first refers to them, and once: their
 * cost is added to that expression's.
 */
export class Evaluation {
  private readonly activation: Activation;
  private variablesCost = 0;
  private variablesSteps = 0;
  /** Variables whose evaluation waits. */
  private readonly waiting = new Map<string, Waiting>();
  private readonly limit: EvaluationLimit;
  /** Their cost when other tenants could last work. */
  private pausedAt = 0;
  /** What is left of the budget of the expression that is being evaluated. */
  private budgetLeft = 0;
  /** Variables that are being evaluated, each for another. */
  private depth = 0;

  constructor(
    private readonly variables: readonly CompiledVariable[],
    input: Input,
    private readonly costs: RequestCosts,
  ) {
    this.limit = { pause: costs.pause };
    const { object, oldObject, params, namespaceObject, authorizer, requestResource, request } = input;
    let parts: object | undefined;
    const activation = {
      object,
      oldObject,
      params,
      namespaceObject,
      authorizer,
      'authorizer.requestResource': requestResource,
      variables: {},
    };
    Object.defineProperty(activation, 'request', { get: () => (parts ??= request()) });
    this.activation = activation;
    if (variables.length > 0) this.forget();
  }

  /** Variables are evaluated anew. */
  private forget(): void {
    const values: Record<string, unknown> = {};
    for (const { name, compiled } of this.variables) {
      const get = (): unknown => {
        const value = this.variable(name, compiled);
        Object.defineProperty(values, name, { value, enumerable: true });
        return value;
      };
      Object.defineProperty(values, name, { get, enumerable: true, configurable: true });
    }
    this.activation.variables = values;
  }

  private variable(name: string, { program, error }: CompiledVariable['compiled']): unknown {
    const quoted = JSON.stringify(name);
    if (!program) return new CelError(`composited variable ${quoted} fails to compile: ${error}`);
    if (this.depth >= DEEPEST_VARIABLES) return new CelError(`composited variable ${quoted} fails to evaluate: exceeded max depth`);
    this.giveWay();
    const outcome = this.evaluated(name, program);
    if (outcome.error !== undefined && outcome.waiting) {
      this.waiting.set(name, outcome.waiting);
      return waitFor(outcome.waiting.promise);
    }
    this.waiting.delete(name);
    this.variablesCost += outcome.cost;
    this.variablesSteps += outcome.steps;
    if (this.variablesCost > this.budgetLeft) throw new OutOfBudget();
    if (outcome.error === undefined) return outcome.value;
    return new CelError(`composited variable ${quoted} fails to evaluate: ${outcome.error}`);
  }

  /** Expensive variables are evaluated in pieces: those that have their values keep them when the expression is evaluated again. */
  private giveWay(): void {
    if (this.variablesCost - this.pausedAt < COST_OF_A_PIECE) return;
    this.pausedAt = this.variablesCost;
    const pending = this.costs.pause();
    if (pending) waitFor(pending);
  }

  private evaluated(name: string, program: Program): Outcome {
    this.depth += 1;
    try {
      return this.waiting.get(name)?.resume() ?? program.evaluate(this.activation, this.limit);
    } finally {
      this.depth -= 1;
    }
  }

  /** Evaluates an expression: its value, or the error in upstream's words. Throws OutOfBudget. */
  async evaluate({ source, compiled }: Expression, budget: Budget): Promise<{ value: unknown } | { error: string }> {
    const { program } = compiled;
    if (!program) return { error: `compilation error: ${compiled.error}` };
    this.variablesCost = 0;
    this.variablesSteps = 0;
    this.pausedAt = 0;
    this.budgetLeft = budget.left;
    const first = program.evaluate(this.activation, this.limit);
    const outcome = first.error !== undefined && first.waiting ? await ended(first) : first;
    this.spend(outcome, budget);
    if (outcome.error === undefined) return { value: outcome.value };
    return { error: `expression '${source}' resulted in error: ${outcome.error}` };
  }

  private spend(own: Outcome, budget: Budget): void {
    const cost = own.cost + this.variablesCost;
    this.costs.spend(Math.max(cost, own.steps + this.variablesSteps));
    if (cost > budget.left) throw new OutOfBudget();
    budget.left -= cost;
  }
}
