/** Splits shell scripts into words and operators, in one pass over the text (POSIX Shell Command Language, 2.3). */

/** A word with its quotes removed, or an operator. `quoted`: some part of the word was quoted. */
export interface Token {
  text: string;
  operator: boolean;
  quoted: boolean;
}

/** By their first character, longest first, so that `&&` is not read as two `&`. */
const OPERATORS: ReadonlyMap<string, readonly string[]> = new Map([
  ['<', ['<<-', '<<', '<&', '<']],
  ['>', ['>>', '>&', '>']],
  ['&', ['&>', '&&', '&']],
  ['|', ['||', '|']],
  [';', [';;', ';']],
  ['(', ['(']],
  [')', [')']],
  ['\n', ['\n']],
]);

/** The end of an unquoted word; sticky, so that it is matched at one position only. */
const BARE = /[^\s;&|<>()"'\\]+/y;
const BLANK = /[^\S\n]+/y;

/** Thrown for a quote that is not closed. */
class NotClosed extends Error {}

/** Reads a script word by word. Every character is visited once. */
class Scanner {
  private at = 0;
  /** Delimiters of here-documents whose text starts after the next newline. */
  private readonly hereDocuments: string[] = [];

  constructor(private readonly script: string) {}

  /** Throws NotClosed. */
  *tokens(): Generator<Token, void> {
    let last = '';
    while (this.at < this.script.length) {
      const character = this.script[this.at] ?? '';
      const operators = OPERATORS.get(character);
      if (operators) {
        last = this.readOperator(operators);
        yield { text: last, operator: true, quoted: false };
      } else if (character === '#') this.skipLine();
      else if (this.skips(BLANK)) continue;
      else if (character === '\\' && this.script[this.at + 1] === '\n') this.at += 2;
      else {
        const word = this.readWord();
        if (this.isDescriptor(word)) continue;
        if (last === '<<' || last === '<<-') this.hereDocuments.push(word.text);
        last = '';
        yield word;
      }
    }
  }

  /** Whether the pattern matches here; if so, skips it. */
  private skips(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    if (!pattern.test(this.script)) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  private skipLine(): void {
    const end = this.script.indexOf('\n', this.at);
    this.at = end < 0 ? this.script.length : end;
  }

  private readOperator(operators: readonly string[]): string {
    const text = operators.find((operator) => this.script.startsWith(operator, this.at)) ?? '';
    this.at += text.length;
    if (text === '\n') this.skipHereDocuments();
    return text;
  }

  /** In `2>`, the 2 is the file descriptor that is redirected. */
  private isDescriptor({ text, quoted }: Token): boolean {
    const next = this.script[this.at];
    return (next === '>' || next === '<') && !quoted && text.length === 1 && text >= '0' && text <= '9';
  }

  private skipHereDocuments(): void {
    for (const delimiter of this.hereDocuments.splice(0)) {
      while (this.at < this.script.length) {
        const newline = this.script.indexOf('\n', this.at);
        const end = newline < 0 ? this.script.length : newline;
        const line = this.script.slice(this.at, end);
        this.at = Math.min(this.script.length, end + 1);
        if (line.trim() === delimiter) break;
      }
    }
  }

  private readWord(): Token {
    let text = '';
    let quoted = false;
    while (this.at < this.script.length) {
      const character = this.script[this.at] ?? '';
      const start = this.at;
      if (this.skips(BARE)) {
        text += this.script.slice(start, this.at);
        continue;
      }
      if (character !== '"' && character !== "'" && character !== '\\') break;
      quoted ||= character !== '\\';
      text += character === "'" ? this.readSingleQuoted() : character === '"' ? this.readDoubleQuoted() : this.readEscaped();
    }
    return { text, operator: false, quoted };
  }

  private readSingleQuoted(): string {
    const end = this.script.indexOf("'", this.at + 1);
    if (end < 0) throw new NotClosed();
    const text = this.script.slice(this.at + 1, end);
    this.at = end + 1;
    return text;
  }

  private readDoubleQuoted(): string {
    const parts: string[] = [];
    let start = this.at + 1;
    for (let at = start; at < this.script.length; at++) {
      const character = this.script[at];
      if (character === '"') {
        this.at = at + 1;
        return parts.join('') + this.script.slice(start, at);
      }
      if (character !== '\\') continue;
      parts.push(this.script.slice(start, at));
      // Between double quotes, a backslash escapes only these; together with a newline it is removed.
      const next = this.script[at + 1] ?? '';
      start = '$`"\\'.includes(next) ? at + 1 : next === '\n' ? at + 2 : at;
      at += 1;
    }
    throw new NotClosed();
  }

  private readEscaped(): string {
    const escaped = this.script[this.at + 1] ?? '';
    this.at += 2;
    return escaped === '\n' ? '' : escaped;
  }
}

/** The words and operators of a script, on demand; undefined if a quote is not closed. Keeps only the script in memory. */
export function tokensOf(script: string): Iterable<Token> | undefined {
  try {
    for (const _ of new Scanner(script).tokens());
  } catch (error) {
    if (error instanceof NotClosed) return undefined;
    throw error;
  }
  return new Scanner(script).tokens();
}
