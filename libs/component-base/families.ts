import { metricText } from './text-format.js';
import { type Description, Histogram, type Labels, type Value, Vector } from './vectors.js';

/** What is counted under one combination of labels: a number, or a histogram. */
export interface Sample {
  readonly labels: Labels;
  readonly value?: number;
  readonly histogram?: {
    readonly bounds: readonly number[];
    readonly counts: readonly number[];
    readonly sum: number;
    readonly count: number;
  };
}

/** One metric with what is counted, as plain data that can be sent. */
export interface Family extends Description {
  readonly samples: readonly Sample[];
}

/** Something that is counted. */
export interface MetricSource {
  families(): Family[];
}

/** The metric as plain data. */
export function familyOf(vector: Vector<Value> | Vector<Histogram>): Family {
  const samples: Sample[] = [];
  for (const { labels, of } of vector as Iterable<{ labels: Labels; of: Value | Histogram }>) {
    if (!(of instanceof Histogram)) samples.push({ labels, value: of.value });
    else samples.push({ labels, histogram: { bounds: of.bounds, counts: [...of.counts], sum: of.sum, count: of.count } });
  }
  return { ...vector.description, samples };
}

/** Labels in the order of their names, as Prometheus writes them. */
const sorted = (labels: Labels): Labels => Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));

function addTo(sum: Histogram, { counts, sum: more, count }: NonNullable<Sample['histogram']>): void {
  for (const [index, each] of counts.entries()) sum.counts[index] = (sum.counts[index] ?? 0) + each;
  sum.sum += more;
  sum.count += count;
}

function summed(description: Description, samples: readonly Sample[]): Vector<Value> | Vector<Histogram> {
  const bounds = samples.find(({ histogram }) => histogram)?.histogram?.bounds ?? [];
  if (description.type === 'histogram') {
    const vector = new Vector(description, () => new Histogram(bounds));
    for (const { labels, histogram } of samples) if (histogram) addTo(vector.of(sorted(labels)), histogram);
    return vector;
  }
  const vector = new Vector<Value>(description, () => ({ value: 0 }));
  for (const { labels, value = 0 } of samples) vector.of(sorted(labels)).value += value;
  return vector;
}

/** Metrics in Prometheus' text format, by name; what is counted twice under the same labels is added up. */
export function familiesText(families: readonly Family[]): string {
  const byName = new Map<string, { description: Description; samples: Sample[] }>();
  for (const { samples, name, help, type } of families) {
    const known = byName.get(name) ?? { description: { name, help, type }, samples: [] };
    byName.set(name, known);
    for (const sample of samples) known.samples.push(sample);
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { description, samples }]) => metricText(summed(description, samples)))
    .join('');
}

/** A gauge that has one value. */
export function gaugeOf(name: string, help: string, value: number, labels: Labels = {}): Family {
  return { name, help, type: 'gauge', samples: [{ labels, value }] };
}
