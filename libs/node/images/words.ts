/** Splits shell scripts into words and operators, in one pass over the text (POSIX Shell Command Language, 2.3). */

/** A word with its quotes removed, or an operator. `quoted`: some part of the word was quoted. */
export interface Token {
  text: string;
  operator: boolean;
  quoted?: boolean;
}

/** Longest first, so that `&&` is not read as two `&`. */
const OPERATORS = ['<<-', '<<', '>>', '>&', '<&', '&>', '&&', '||', ';;', ';', '&', '|', '<', '>', '(', ')', '\n'];

/** One pass over a script. Every character is visited once. */
class Scanner {
  readonly tokens: Token[] = [];
  private at = 0;
  /** Delimiters of here-documents whose text starts after the next newline. */
  private readonly hereDocuments: string[] = [];

  constructor(private readonly script: string) {}

  /** False when a quote is not closed. */
  run(): boolean {
    while (this.at < this.script.length) {
      const character = this.script[this.at] ?? '';
      if (character !== '\n' && /\s/.test(character)) this.at += 1;
      else if (this.script.startsWith('\\\n', this.at)) this.at += 2;
      else if (character === '#') this.skipLine();
      else if (!(this.readOperator() || this.readWord())) return false;
    }
    return true;
  }

  private skipLine(): void {
    const end = this.script.indexOf('\n', this.at);
    this.at = end < 0 ? this.script.length : end;
  }

  private readOperator(): boolean {
    const text = OPERATORS.find((operator) => this.script.startsWith(operator, this.at));
    if (text === undefined) return false;
    // `2>` names the file descriptor that is redirected.
    const last = this.tokens.at(-1);
    if ((text[0] === '>' || text[0] === '<') && last && isDescriptor(last) && /\d/.test(this.script[this.at - 1] ?? '')) this.tokens.pop();
    this.at += text.length;
    this.tokens.push({ text, operator: true });
    if (text === '\n') this.skipHereDocuments();
    return true;
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

  /** False when a quote is not closed. */
  private readWord(): boolean {
    const parts: string[] = [];
    let quoted = false;
    while (this.at < this.script.length) {
      const character = this.script[this.at] ?? '';
      if (/[\s;&|<>()]/.test(character)) break;
      quoted ||= character === '"' || character === "'";
      const part = character === "'" ? this.readSingleQuoted() : character === '"' ? this.readDoubleQuoted() : this.readBare();
      if (part === undefined) return false;
      parts.push(part);
    }
    const text = parts.join('');
    const last = this.tokens.at(-1);
    if (last?.operator && (last.text === '<<' || last.text === '<<-')) this.hereDocuments.push(text);
    this.tokens.push(quoted ? { text, operator: false, quoted } : { text, operator: false });
    return true;
  }

  private readSingleQuoted(): string | undefined {
    const end = this.script.indexOf("'", this.at + 1);
    if (end < 0) return undefined;
    const text = this.script.slice(this.at + 1, end);
    this.at = end + 1;
    return text;
  }

  private readDoubleQuoted(): string | undefined {
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
      // Only these lose their backslash between double quotes; a newline after one goes with it.
      const next = this.script[at + 1] ?? '';
      start = '$`"\\'.includes(next) ? at + 1 : next === '\n' ? at + 2 : at;
      at += 1;
    }
    return undefined;
  }

  private readBare(): string {
    if (this.script[this.at] === '\\') {
      const escaped = this.script[this.at + 1] ?? '';
      this.at += 2;
      return escaped === '\n' ? '' : escaped;
    }
    const start = this.at;
    while (this.at < this.script.length && !/[\s;&|<>()"'\\]/.test(this.script[this.at] ?? '')) this.at += 1;
    return this.script.slice(start, this.at);
  }
}

const isDescriptor = ({ text, operator, quoted }: Token): boolean =>
  !operator && !quoted && text.length === 1 && text >= '0' && text <= '9';

/** The words and operators of a script; undefined when a quote is not closed. */
export function tokensOf(script: string): Token[] | undefined {
  const scanner = new Scanner(script);
  return scanner.run() ? scanner.tokens : undefined;
}
