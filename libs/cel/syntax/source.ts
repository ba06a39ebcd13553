import { limits } from '../limits.js';

/** One error at a place of an expression; `at` in code points, -1 for none. */
export interface Issue {
  readonly at: number;
  readonly message: string;
}

/** Dots up to a column and a mark under it; wide ones under characters that are not ASCII. */
function pointer(line: string, column: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the range that is meant.
  if (/^[\x00-\x7f]*$/.test(line)) return `${'.'.repeat(Math.min(column, line.length))}^`;
  const characters = [...line];
  const wide = (char: string | undefined): boolean => char !== undefined && (char.codePointAt(0) ?? 0) > 0x7f;
  const dots = characters.slice(0, column).map((char) => (wide(char) ? '\uff0e' : '.'));
  return `${dots.join('')}${wide(characters[column]) ? '\uff3e' : '^'}`;
}

/** An expression's text with its lines, as cel-go's common/source.go and errors.go show them. Positions are code points. */
export class Source {
  /** UTF-16 index of each code point if the text has characters beyond it; otherwise positions are indexes. */
  private readonly offsets: number[] | undefined;
  private readonly lineStarts: number[] = [0];
  readonly size: number;

  constructor(readonly text: string) {
    if (/[\ud800-\udbff][\udc00-\udfff]/.test(text)) {
      this.offsets = [];
      for (let i = 0; i < text.length; ) {
        this.offsets.push(i);
        i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
      }
    }
    this.size = this.offsets?.length ?? text.length;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.lineStarts.push(i + 1);
  }

  /** The position of a UTF-16 index. */
  position(index: number): number {
    if (!this.offsets) return index;
    let low = 0;
    let high = this.offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.offsets[middle] ?? 0) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private place(at: number): { line: number; column: number; text: string } {
    const index = this.offsets ? (this.offsets[at] ?? this.text.length) : at;
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    const start = this.lineStarts[low] ?? 0;
    const next = this.lineStarts[low + 1];
    const text = this.text.slice(start, next === undefined ? undefined : next - 1);
    return { line: low + 1, column: at - this.position(start), text };
  }

  private show({ at, message }: Issue): string {
    if (at < 0) return `ERROR: <input>:-1:0: ${message}`;
    const { line, column, text } = this.place(at);
    const head = `ERROR: <input>:${line}:${column + 1}: ${message}`;
    if (Buffer.byteLength(text) > limits.snippet) return head;
    const shown = text.replaceAll('\t', ' ');
    return `${head}\n | ${shown}\n | ${pointer(shown, column)}`;
  }

  /** All issues in their order in the text. */
  display(issues: readonly Issue[]): string {
    const first = issues.slice(0, limits.errors);
    const lines = [...first].sort((a, b) => a.at - b.at).map((issue) => this.show(issue));
    if (issues.length > limits.errors) lines.push(`${issues.length - limits.errors} more errors were truncated`);
    return lines.join('\n');
  }
}
