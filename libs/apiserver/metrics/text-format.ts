import { Histogram, type Labels, type Value, type Vector } from './vectors.js';

/** The content type of the text format (prometheus/common expfmt NewFormat). */
export const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

const pairsOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

const braced = (pairs: string): string => (pairs === '' ? '' : `{${pairs}}`);

function histogramLines(name: string, pairs: string, { bounds, counts, sum, count }: Histogram): string {
  const before = pairs === '' ? '' : `${pairs},`;
  let total = 0;
  let text = '';
  for (const [index, bound] of bounds.entries()) {
    total += counts[index] ?? 0;
    text += `${name}_bucket{${before}le="${bound}"} ${total}\n`;
  }
  return `${text}${name}_bucket{${before}le="+Inf"} ${count}\n${name}_sum${braced(pairs)} ${sum}\n${name}_count${braced(pairs)} ${count}\n`;
}

/** A metric in Prometheus' text format; '' if nothing has been counted. */
export function metricText(vector: Vector<Value> | Vector<Histogram>): string {
  const { name, help, type } = vector.description;
  let lines = '';
  for (const { labels, of } of vector) {
    if (of instanceof Histogram && of.count === 0) continue;
    const pairs = pairsOf(labels);
    lines += of instanceof Histogram ? histogramLines(name, pairs, of) : `${name}${braced(pairs)} ${of.value}\n`;
  }
  return lines === '' ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines}`;
}
