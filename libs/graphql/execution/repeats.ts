import type { Meter } from './meter.js';
import type { PlannedField } from './plan.js';

/** What a part of an answer takes of it, and how many errors are in it. */
export class Tally {
  private objects = 0;
  private bytes = 0;
  private errors = 0;

  constructor(private readonly meter: Pick<Meter, 'count'>) {}

  /** Counts; throws if the operation has exceeded a limit. */
  count(what: 'objects' | 'bytes', by: number): void {
    this[what] += by;
    this.meter.count(what, by);
  }

  fail(): void {
    this.errors += 1;
  }

  get failed(): boolean {
    return this.errors > 0;
  }

  /** The tally of a part of this part. */
  part(): Tally {
    return new Tally(this.meter);
  }

  /** Takes what a part has counted for the operation already. */
  add({ objects, bytes, errors }: Tally): void {
    this.objects += objects;
    this.bytes += bytes;
    this.errors += errors;
  }

  /** Counts a part once more. */
  repeat({ objects, bytes }: Tally): void {
    this.count('objects', objects);
    this.count('bytes', bytes);
  }
}

/** An object that is completed, or being completed. */
interface Part<T> {
  readonly tally: Tally;
  value: T | Promise<T>;
}

/**
 * The objects of an answer that occur many times with the same fields, such as the node of many pods, and the pods of that node below each of
 * them: each is completed once, and counted each time; while it waits for something, all wait for the same. Those with errors, which name their
 * paths, are completed anew.
 */
export class Repeats {
  private readonly known = new Map<readonly PlannedField[], Map<object, Part<unknown>>>();

  constructor(private readonly meter: Pick<Meter, 'turn'>) {}

  /** What a source becomes with these fields as a part of `whole`; `complete` makes it. */
  of<T>(
    { fields, source, whole }: { fields: readonly PlannedField[]; source: object; whole: Tally },
    complete: (tally: Tally) => T | Promise<T>,
  ): T | Promise<T> {
    const anew = (tally: Tally): T | Promise<T> => {
      const value = complete(tally);
      if (!(value instanceof Promise)) {
        whole.add(tally);
        return value;
      }
      return value.then((settled) => {
        whole.add(tally);
        return settled;
      });
    };
    const again = (part: Part<T>): T | Promise<T> => {
      if (part.tally.failed || part.value instanceof Promise) return anew(whole.part());
      whole.repeat(part.tally);
      return part.value;
    };
    const sources = this.sourcesOf(fields);
    const known = sources.get(source) as Part<T> | undefined;
    if (known?.value instanceof Promise) {
      const settled = async () => {
        const wait = this.meter.turn();
        if (wait) await wait;
        return again(known);
      };
      return known.value.then(settled, settled);
    }
    if (known) return again(known);
    const tally = whole.part();
    const part: Part<T> = { tally, value: anew(tally) };
    sources.set(source, part);
    if (!(part.value instanceof Promise)) return part.value;
    return part.value.then((settled) => {
      part.value = settled;
      return settled;
    });
  }

  private sourcesOf(fields: readonly PlannedField[]): Map<object, Part<unknown>> {
    const known = this.known.get(fields);
    if (known) return known;
    const sources = new Map<object, Part<unknown>>();
    this.known.set(fields, sources);
    return sources;
  }
}
