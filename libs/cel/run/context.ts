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

/** Lets others work: a promise if it is time to wait. */
export type Pause = () => Promise<void> | undefined;

/** A comprehension that is under way: an evaluation that has paused goes on there. */
export interface FoldProgress {
  readonly id: number;
  /** What it goes over, once that is known; the keys if it is a map. */
  range: Value | undefined;
  items: readonly Value[];
  index: number;
  looped: boolean;
  /** The cost before the part that is evaluated again. */
  cost: number;
  ended: EndedFolds | undefined;
  /** The comprehension within this one that is under way too. */
  inner: FoldProgress | undefined;
}

/** Comprehensions that have ended in the part that would be evaluated again, by their ids. */
type EndedFolds = Map<number, { readonly value: Value; readonly cost: number }>;

/** Steps from which on a comprehension is not evaluated again after a pause. */
const WORTH_KEEPING = 256;

/** Bounds of an evaluation: its cost, its steps, and whether it may pause. */
interface ContextLimits {
  readonly limit: number;
  readonly budget?: StepBudget | undefined;
  readonly pause?: Pause | undefined;
}

/** What one evaluation holds: its variables, its cost so far and its steps. */
export class Context {
  cost = 0;
  ended: EndedFolds | undefined;
  /** Where the evaluation paused: the outermost comprehension first. */
  paused: FoldProgress | undefined;
  private resuming: FoldProgress | undefined;
  /** Steps before the last pause. */
  private stepsBefore = 0;
  /** The evaluation has gone on since the last pause. */
  private moved = true;
  /** Local variables of comprehensions, by the slots that the compiler gave them. */
  readonly locals: Value[];
  /** Variables of the environment, read once. */
  readonly globals: Value[];
  private sizes: Map<string, number> | undefined;
  private readonly limit: number;
  private readonly budget: StepBudget;
  private readonly pause: Pause | undefined;

  constructor(
    readonly activation: Readonly<Record<string, unknown>>,
    { limit, budget = stepBudget(), pause }: ContextLimits,
    { locals, globals }: { locals: number; globals: number },
  ) {
    this.limit = limit;
    this.budget = budget;
    this.pause = pause;
    this.locals = new Array(locals);
    this.globals = new Array(globals);
  }

  /** Steps so far. */
  get steps(): number {
    return this.stepsBefore + limits.steps - this.budget.left;
  }

  private nextPiece(): void {
    this.stepsBefore = this.steps;
    this.budget.left = limits.steps;
  }

  /** Begins again after a pause: everything is evaluated as before up to the place where the evaluation paused. */
  resume(): void {
    this.nextPiece();
    this.cost = 0;
    this.resuming = this.paused;
    this.paused = undefined;
    this.moved = this.resuming === undefined;
  }

  /** Between the turns of a comprehension: lets others work if the evaluation may pause and takes long. */
  giveWay(): void {
    if (this.budget.left > limits.steps - limits.piece || !this.pause || this.resuming) return;
    if (this.steps > limits.allSteps) throw new Cancelled(COST_EXCEEDED);
    if (!this.moved) {
      this.moved = true;
      return;
    }
    const pending = this.pause();
    if (pending) throw new Cancelled('waiting for its turn', pending);
    this.nextPiece();
  }

  /** Begins a comprehension, or goes on with it. */
  begin(id: number): FoldProgress {
    const at = this.resuming;
    if (at?.id !== id)
      return { id, range: undefined, items: [], index: 0, looped: false, cost: this.cost, ended: undefined, inner: undefined };
    this.resuming = at.inner;
    if (!at.inner) this.cost = at.cost;
    at.inner = undefined;
    return at;
  }

  /** Keeps what a comprehension gave, if it took long. */
  keep(id: number, value: Value, before: { cost: number; steps: number }): void {
    if (!this.pause || this.steps - before.steps < WORTH_KEEPING) return;
    this.ended ??= new Map();
    this.ended.set(id, { value, cost: this.cost - before.cost });
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
    this.work(1);
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
  return new Context({}, { limit: Infinity }, { locals: 0, globals: 0 });
}
