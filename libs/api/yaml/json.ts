import { YamlList, YamlMap, type YamlValue } from './construct.js';
import { NumberText } from './scalar.js';
import { YamlError } from './yaml-error.js';

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** Encodes JSON like encoding/json, with sorted keys, up to a length: aliases may stand for much more than their text. */
class Writer {
  private readonly parts: string[] = [];
  private length = 0;

  constructor(private readonly longest: number) {}

  text(): string {
    return this.parts.join('');
  }

  /** No deeper than `maxDepth`, which construct() ensures. */
  value(value: YamlValue): void {
    if (typeof value === 'string') this.put(JSON.stringify(value));
    else if (value instanceof NumberText) this.put(value.text);
    else if (value instanceof YamlMap) this.map(value);
    else if (value instanceof YamlList) this.list(value);
    else this.put(String(value));
  }

  private put(part: string): void {
    this.length += part.length;
    if (this.length > this.longest) throw new YamlError('yaml: document contains excessive aliasing');
    this.parts.push(part);
  }

  private list({ items }: YamlList): void {
    this.put('[');
    let first = true;
    for (const item of items) {
      if (!first) this.put(',');
      first = false;
      this.value(item);
    }
    this.put(']');
  }

  private map({ entries }: YamlMap): void {
    let separator = '{';
    for (const key of [...entries.keys()].sort(byText)) {
      this.put(`${separator}${JSON.stringify(key)}:`);
      this.value(entries.get(key) ?? null);
      separator = ',';
    }
    this.put(separator === '{' ? '{}' : '}');
  }
}

/** The value as JSON; throws YamlError if that is longer than allowed. */
export function jsonOf(value: YamlValue, longest: number): string {
  const writer = new Writer(longest);
  writer.value(value);
  return writer.text();
}
