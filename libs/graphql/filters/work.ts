import { badInput } from '../errors.js';
import { limits } from '../limits.js';

/** Characters of a text that are looked at in one step. */
const CHARACTERS = 16;
/** Entries of a map that are listed in one step. */
const ENTRIES = 4;

/** Counts the steps of a condition on one object: within them nothing else gets its turn. */
export class Work {
  private steps = 0;

  /** A text is looked at, or another value. Throws above the limit. */
  step(text?: unknown): void {
    this.add(1 + (typeof text === 'string' ? text.length / CHARACTERS : 0));
  }

  /** A list is made of a map with so many entries. Throws above the limit. */
  listed(entries: number): void {
    this.add(entries / ENTRIES);
  }

  private add(steps: number): void {
    this.steps += steps;
    if (this.steps > limits.filterSteps) {
      throw badInput(
        `where takes more than ${limits.filterSteps} steps on one object: use fewer conditions, or conditions on smaller fields`,
      );
    }
  }
}

/** Counts the parts of a filter that a client gives: conditions and the values in them. */
export class Parts {
  private count = 0;

  add(by = 1): void {
    this.count += by;
    if (this.count > limits.filterParts) throw badInput(`a filter has at most ${limits.filterParts} conditions and values`);
  }
}

/** Whether a value satisfies a condition. */
export type Holds = (value: unknown, work: Work) => boolean;
