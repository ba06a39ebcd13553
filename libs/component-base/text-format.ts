import { Histogram, type Labels, type Value, type Vector } from './vectors.js';

/** The content type of the text format (prometheus/common expfmt NewFormat). */
export const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

const pairsOf = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');

/** A number as Prometheus writes it: Go's strconv.FormatFloat(value, 'g', -1, 64), with an exponent below 1e-4 and from 1e6. */
export function numberText(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

const braced = (pairs: string): string => (pairs === '' ? '' : `{${pairs}}`);

function histogramLines(name: string, pairs: string, { bounds, counts, sum, count }: Histogram): string {
  const before = pairs === '' ? '' : `${pairs},`;
  let total = 0;
  let text = '';
  for (const [index, bound] of bounds.entries()) {
    total += counts[index] ?? 0;
    text += `${name}_bucket{${before}le="${numberText(bound)}"} ${total}\n`;
  }
  return `${text}${name}_bucket{${before}le="+Inf"} ${count}\n${name}_sum${braced(pairs)} ${numberText(sum)}\n${name}_count${braced(pairs)} ${count}\n`;
}

/** A metric in Prometheus' text format; '' if nothing has been counted. */
export function metricText(vector: Vector<Value> | Vector<Histogram>): string {
  const { name, help, type } = vector.description;
  let lines = '';
  for (const { labels, of } of vector) {
    const pairs = pairsOf(labels);
    if (of instanceof Histogram && of.count === 0 && pairs !== '') continue;
    lines += of instanceof Histogram ? histogramLines(name, pairs, of) : `${name}${braced(pairs)} ${numberText(of.value)}\n`;
  }
  return lines === '' ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines}`;
}
