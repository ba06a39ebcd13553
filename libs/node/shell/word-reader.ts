import type { List, Part, Word } from './ast.js';
import { DEEPEST_NESTING } from './limits.js';

/** A script that cannot be parsed, with the shell's message. `unfinished`: more input could complete it. */
export class ShellSyntaxError extends Error {
  constructor(
    message: string,
    readonly unfinished = false,
  ) {
    super(message);
  }
}

const unfinished = (what: string): ShellSyntaxError => new ShellSyntaxError(`syntax error: unterminated ${what}`, true);

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const SPECIAL = '@*#?-$!0123456789';
/** Ends of unquoted words. */
const META = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')', '']);

/** Reads words: quotes, escapes, parameters, command substitutions and arithmetic. Commands inside are read by the subclass. */
export abstract class WordReader {
  protected at = 0;
  private depth = 0;

  constructor(protected readonly text: string) {}

  /** A list up to a closing character, which is not consumed. */
  protected abstract listUntil(end: string): List;
  /** A whole script, for commands between backticks. */
  protected abstract nestedScript(text: string): List;

  protected nested<T>(work: () => T): T {
    this.depth += 1;
    if (this.depth > DEEPEST_NESTING) throw new ShellSyntaxError('syntax error: nested too deeply');
    const result = work();
    this.depth -= 1;
    return result;
  }

  protected peek(offset = 0): string {
    return this.text[this.at + offset] ?? '';
  }

  protected starts(prefix: string): boolean {
    return this.text.startsWith(prefix, this.at);
  }

  protected name(): string {
    NAME.lastIndex = this.at;
    return NAME.exec(this.text)?.[0] ?? '';
  }

  protected skipBlanks(): void {
    for (;;) {
      const next = this.peek();
      if (next === ' ' || next === '\t') this.at += 1;
      else if (next === '\\' && this.peek(1) === '\n') this.at += 2;
      else return;
    }
  }

  /** An unquoted word; undefined if none starts here. `ends`: further characters that end it. */
  protected word(ends = ''): Word | undefined {
    const parts: Part[] = [];
    const start = this.at;
    for (;;) {
      const next = this.peek();
      if (META.has(next) || ends.includes(next)) break;
      this.piece(parts, next);
    }
    return this.at === start ? undefined : parts;
  }

  private piece(parts: Part[], next: string): void {
    if (next === "'") {
      const end = this.text.indexOf("'", this.at + 1);
      if (end < 0) throw unfinished('quoted string');
      parts.push({ part: 'text', text: this.text.slice(this.at + 1, end), quoted: true });
      this.at = end + 1;
    } else if (next === '"') {
      this.at += 1;
      parts.push({ part: 'text', text: '', quoted: true }, ...this.quoted('"'));
      this.at += 1;
    } else if (next === '\\') {
      if (this.at + 1 >= this.text.length) throw unfinished('quoted string');
      if (this.peek(1) !== '\n') parts.push({ part: 'text', text: this.peek(1), quoted: true });
      this.at += 2;
    } else if (next === '$' && this.peek(1) === "'") parts.push({ part: 'text', text: this.escapedText(), quoted: true });
    else if (next === '$' || next === '`') parts.push(this.dollar(false));
    else parts.push({ part: 'text', text: this.bare(), quoted: false });
  }

  private bare(): string {
    const start = this.at;
    this.at += 1;
    while (!META.has(this.peek()) && !'\'"\\$`}])/:'.includes(this.peek())) this.at += 1;
    return this.text.slice(start, this.at);
  }

  /** `$'…'` with C escapes. */
  private escapedText(): string {
    let text = '';
    for (let at = this.at + 2; at < this.text.length; at++) {
      const character = this.text[at] ?? '';
      if (character === "'") {
        this.at = at + 1;
        return text;
      }
      if (character !== '\\') text += character;
      else {
        at += 1;
        const escaped = this.text[at] ?? '';
        text += { n: '\n', t: '\t', r: '\r', e: '\x1b', a: '\x07', '\\': '\\', "'": "'", '"': '"' }[escaped] ?? `\\${escaped}`;
      }
    }
    throw unfinished('quoted string');
  }

  /** Text between double quotes, or of a here-document (`end` ''): up to the end character, which is not consumed. */
  protected quoted(end: string): Part[] {
    const parts: Part[] = [];
    let text = '';
    const flush = () => {
      if (text !== '') parts.push({ part: 'text', text, quoted: true });
      text = '';
    };
    for (;;) {
      const next = this.peek();
      if (next === '') {
        if (end !== '') throw unfinished('quoted string');
        break;
      }
      if (next === end) break;
      if (next === '\\') {
        const escaped = this.peek(1);
        if (escaped !== '' && `$\`\\${end}`.includes(escaped)) text += escaped;
        else if (escaped !== '\n') text += `\\${escaped}`;
        this.at += 2;
      } else if (next === '$' || next === '`') {
        flush();
        parts.push(this.dollar(true));
      } else {
        text += next;
        this.at += 1;
      }
    }
    flush();
    return parts;
  }

  private dollar(quoted: boolean): Part {
    return this.nested(() => {
      if (this.peek() === '`') return this.backticks(quoted);
      if (this.starts('$((')) return this.arithmetic(quoted);
      if (this.starts('$(')) {
        this.at += 2;
        const body = this.listUntil(')');
        if (this.peek() !== ')') throw unfinished('command substitution');
        this.at += 1;
        return { part: 'command', body, quoted };
      }
      if (this.starts('${')) return this.braced(quoted);
      this.at += 1;
      const name = this.name() || (SPECIAL.includes(this.peek()) ? this.peek() : '');
      if (name === '') return { part: 'text', text: '$', quoted };
      this.at += name.length;
      return { part: 'parameter', name, quoted };
    });
  }

  private backticks(quoted: boolean): Part {
    let text = '';
    for (let at = this.at + 1; at < this.text.length; at++) {
      const character = this.text[at] ?? '';
      if (character === '`') {
        this.at = at + 1;
        return { part: 'command', body: this.nestedScript(text), quoted };
      }
      if (character === '\\' && '`\\$'.includes(this.text[at + 1] ?? ' ')) {
        at += 1;
        text += this.text[at];
      } else text += character;
    }
    throw unfinished('backquoted string');
  }

  private arithmetic(quoted: boolean): Part {
    this.at += 3;
    const expression = this.expression('))');
    this.at += 2;
    return { part: 'arithmetic', expression, quoted };
  }

  /** An arithmetic expression up to `end` outside of parentheses, which is not consumed. */
  protected expression(end: string): Word {
    const parts: Part[] = [];
    let text = '';
    let open = 0;
    const flush = () => {
      if (text !== '') parts.push({ part: 'text', text, quoted: true });
      text = '';
    };
    for (;;) {
      const next = this.peek();
      if (next === '') throw unfinished('arithmetic expression');
      if (open === 0 && this.starts(end)) break;
      if (next === '$' || next === '`') {
        flush();
        parts.push(this.dollar(true));
        continue;
      }
      if (next === '(') open += 1;
      if (next === ')') open -= 1;
      text += next;
      this.at += 1;
    }
    flush();
    return parts;
  }

  private braced(quoted: boolean): Part {
    this.at += 2;
    const length = this.peek() === '#' && this.peek(1) !== '}';
    if (length) this.at += 1;
    const digits = /\d+/y;
    digits.lastIndex = this.at;
    const name = this.name() || digits.exec(this.text)?.[0] || (SPECIAL.includes(this.peek()) ? this.peek() : '');
    if (name === '') throw new ShellSyntaxError('syntax error: bad substitution');
    this.at += name.length;
    const operator = this.operator();
    if (operator === '') {
      this.closeBrace();
      return { part: 'parameter', name, quoted, ...(length ? { length } : {}) };
    }
    this.at += operator.length;
    const replaces = operator === '/' || operator === '//';
    const word = this.operand(replaces ? '/}' : '}', quoted);
    const replacement = replaces && this.peek() === '/' ? this.replacementOperand(quoted) : undefined;
    this.closeBrace();
    return { part: 'parameter', name, quoted, operator, word, ...(replacement ? { replacement } : {}) };
  }

  private replacementOperand(quoted: boolean): Word {
    this.at += 1;
    return this.operand('}', quoted);
  }

  private closeBrace(): void {
    if (this.peek() === '') throw unfinished('${');
    if (this.peek() !== '}') throw new ShellSyntaxError('syntax error: bad substitution');
    this.at += 1;
  }

  private operator(): string {
    for (const operator of [':-', ':=', ':?', ':+', '##', '%%', '//', '-', '=', '?', '+', '#', '%', '/', ':'])
      if (this.starts(operator)) return operator;
    return '';
  }

  /** The operand of an expansion: a word in which blanks and operators have no meaning. */
  private operand(ends: string, quoted: boolean): Word {
    const parts: Part[] = [];
    while (!ends.includes(this.peek())) {
      const next = this.peek();
      if (next === "'" && quoted) {
        parts.push({ part: 'text', text: next, quoted });
        this.at += 1;
      } else if (META.has(next) || '/:}])'.includes(next)) {
        parts.push({ part: 'text', text: next, quoted });
        this.at += 1;
      } else this.piece(parts, next);
      if (this.at > this.text.length) throw unfinished('${');
      if (this.peek() === '') throw unfinished('${');
    }
    return parts;
  }
}
