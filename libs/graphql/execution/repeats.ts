import type { Meter } from './meter.js';
import type { PlannedField } from './plan.js';

/** What an object became, and what it took of the answer. */
interface Completed<T> {
  readonly value: T;
  readonly objects: number;
  readonly bytes: number;
}

/**
 * The objects of an answer that occur many times with the same fields, such as the pods of one node below each of these pods: each is
 * completed once, and counted each time. Those that wait for something, and those with errors, which name their paths, are completed anew.
 */
export class Repeats {
  private readonly known = new Map<readonly PlannedField[], Map<object, Completed<unknown>>>();

  /** `errors`: how many errors there are so far. */
  constructor(
    private readonly meter: Pick<Meter, 'count' | 'counts'>,
    private readonly errors: () => number,
  ) {}

  /** What a source becomes with these fields; `complete` makes it. */
  of<T>(fields: readonly PlannedField[], source: object, complete: () => T | Promise<T>): T | Promise<T> {
    const known = this.known.get(fields)?.get(source) as Completed<T> | undefined;
    if (known) {
      this.meter.count('objects', known.objects);
      this.meter.count('bytes', known.bytes);
      return known.value;
    }
    const { objects, bytes } = this.meter.counts;
    const errors = this.errors();
    const value = complete();
    if (value instanceof Promise || this.errors() !== errors) return value;
    const after = this.meter.counts;
    this.keep(fields, source, { value, objects: after.objects - objects, bytes: after.bytes - bytes });
    return value;
  }

  private keep(fields: readonly PlannedField[], source: object, completed: Completed<unknown>): void {
    const sources = this.known.get(fields);
    if (sources) sources.set(source, completed);
    else this.known.set(fields, new Map([[source, completed]]));
  }
}
