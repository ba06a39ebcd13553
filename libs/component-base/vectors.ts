import { METRIC_SERIES } from './limits.js';

/** Names and values of labels, in the order in which they are written. */
export type Labels = Readonly<Record<string, string>>;

/** What one metric consists of; `value` is a number, or a histogram. */
interface Series<T> {
  labels: Labels;
  of: T;
}

/** A number that grows, or a gauge. */
export interface Value {
  value: number;
}

/** Observations by size. */
export class Histogram {
  readonly counts: number[];
  sum = 0;
  count = 0;

  constructor(readonly bounds: readonly number[]) {
    this.counts = bounds.map(() => 0);
  }

  /** Counts a value, or so many of the same. */
  observe(value: number, times = 1): void {
    this.sum += value * times;
    this.count += times;
    const { bounds } = this;
    for (let i = 0; i < bounds.length; i++) {
      if (value > (bounds[i] ?? 0)) continue;
      this.counts[i] = (this.counts[i] ?? 0) + times;
      return;
    }
  }
}

/** How a metric is described. */
export interface Description {
  readonly name: string;
  /** With its stability level, as upstream's begin. */
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
}

/** One metric with all its combinations of labels. Beyond the bound, new combinations are counted under empty labels. */
export class Vector<T> {
  private readonly series = new Map<string, Series<T>>();

  constructor(
    readonly description: Description,
    private readonly make: () => T,
  ) {}

  of(labels: Labels): T {
    const key = Object.values(labels).join('\n');
    const known = this.series.get(key);
    if (known !== undefined) return known.of;
    if (this.series.size >= METRIC_SERIES && Object.values(labels).some((value) => value !== ''))
      return this.of(Object.fromEntries(Object.keys(labels).map((name) => [name, ''])));
    const of = this.make();
    this.series.set(key, { labels, of });
    return of;
  }

  /** Each combination of labels and what is counted for it. */
  *[Symbol.iterator](): Iterator<Series<T>> {
    yield* this.series.values();
  }
}

/** A metric of numbers. */
export function values(name: string, help: string, type: 'counter' | 'gauge' = 'counter'): Vector<Value> {
  return new Vector({ name, help, type }, () => ({ value: 0 }));
}

/** A metric of histograms with these upper bounds. */
export function histograms(name: string, help: string, bounds: readonly number[]): Vector<Histogram> {
  return new Vector({ name, help, type: 'histogram' }, () => new Histogram(bounds));
}

/** Upper bounds that grow by a factor (component-base/metrics ExponentialBuckets). */
export function exponentialBounds(start: number, factor: number, count: number): number[] {
  const bounds: number[] = [];
  for (let bound = start; bounds.length < count; bound *= factor) bounds.push(bound);
  return bounds;
}
