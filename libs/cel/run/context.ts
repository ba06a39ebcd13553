import { limits } from '../limits.js';
import { stringSize, type Value } from './values.js';

const LONG_TEXT = 512;

/** Ends an evaluation at once: a limit is passed, or a check waits for a promise. */
export class Cancelled {
  constructor(
    readonly message: string,
    readonly waitFor?: Promise<unknown>,
  ) {}
}

const COST_EXCEEDED = 'operation cancelled: actual cost limit exceeded';

/** Steps that one or several evaluations may take: see limits.steps. */
export interface StepBudget {
  left: number;
}

/** A budget of steps for evaluations that follow one another without a pause. */
export function stepBudget(): StepBudget {
  return { left: limits.steps };
}

/** What one evaluation holds: its variables, its cost so far and its steps. */
export class Context {
  cost = 0;
  /** Local variables of comprehensions, by the slots that the compiler gave them. */
  readonly locals: Value[];
  /** Variables of the environment, read once. */
  readonly globals: Value[];
  private sizes: Map<string, number> | undefined;

  constructor(
    readonly activation: Readonly<Record<string, unknown>>,
    private readonly limit: number,
    { locals, globals }: { locals: number; globals: number },
    private readonly budget: StepBudget = stepBudget(),
  ) {
    this.locals = new Array(locals);
    this.globals = new Array(globals);
  }

  /** Counts cost as upstream does. */
  charge(cost: number): void {
    this.cost += cost;
    this.budget.left--;
    if (this.cost > this.limit || this.budget.left < 0) throw new Cancelled(COST_EXCEEDED);
  }

  /** The code points of a text. Those of long ones are remembered, since costs ask for them again and again. */
  sizeOf(text: string): number {
    if (text.length < LONG_TEXT) return stringSize(text);
    this.sizes ??= new Map();
    const known = this.sizes.get(text);
    if (known !== undefined) return known;
    this.work(text.length >> 7);
    const size = stringSize(text);
    this.sizes.set(text, size);
    return size;
  }

  /** Counts work that upstream's cost leaves out: see limits.steps. */
  work(steps: number): void {
    this.budget.left -= steps;
    if (this.budget.left < 0) throw new Cancelled(COST_EXCEEDED);
  }
}

/** The context of expressions of constants, which are evaluated while a program is made. */
export function constantContext(): Context {
  return new Context({}, Infinity, { locals: 0, globals: 0 });
}
