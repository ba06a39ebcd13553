import { paced, type Steps } from '#apimachinery';
import { COMPILED_COST, KEPT_TEXT } from './limits.js';
import type { RequestCosts } from './request-costs.js';

/** Compiled expressions that are made, with pauses, when a request first needs them. */
export type Compiled<T> = (costs: RequestCosts) => T | Promise<T>;

/**
 * The compiled expressions of one cluster's policies or webhooks. As many are kept as a limit on their text allows, since programs take
 * much more memory than it: the others are compiled for each request, at its cost.
 */
export class KeptExpressions {
  private left = KEPT_TEXT;

  /** `textOf`: all that the value depends on. */
  lazily<T>(textOf: () => string, make: (text: string) => Steps<T>): Compiled<T> {
    let kept: { value: T } | undefined;
    const compile = async (costs: RequestCosts): Promise<T> => {
      const text = textOf();
      costs.spend(text.length * COMPILED_COST);
      const value = await paced(make(text), costs.pause);
      if (!kept && text.length <= this.left) {
        this.left -= text.length;
        kept = { value };
      }
      return value;
    };
    return (costs) => (kept ? kept.value : compile(costs));
  }
}

/** Values that are the same for the same text, for as long as somebody holds them: clusters that are made alike share them. */
export class SharedByText<T extends object> {
  private readonly values = new Map<string, WeakRef<T>>();
  private readonly gone = new FinalizationRegistry<string>((text) => {
    if (this.values.get(text)?.deref() === undefined) this.values.delete(text);
  });

  *of(text: string, make: () => Steps<T>): Steps<T> {
    const known = this.values.get(text)?.deref();
    if (known) return known;
    const value = yield* make();
    this.values.set(text, new WeakRef(value));
    this.gone.register(value, text);
    return value;
  }
}
