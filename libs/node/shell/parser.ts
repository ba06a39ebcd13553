import type { List, Node, Part, Word } from './ast.js';
import { LONGEST_SCRIPT } from './limits.js';
import { SimpleReader } from './simple-reader.js';
import { ShellSyntaxError } from './word-reader.js';

const RESERVED = new Set(['then', 'fi', 'elif', 'else', 'do', 'done', 'esac', '}', 'in']);
/** First characters of words that end a list, and of compound commands. */
const STARTS_OF_RESERVED = 'tfed}';
const STARTS_OF_COMPOUND = '({iwufc[';
const RESERVED_WORD = /[a-z}]+/y;

class Parser extends SimpleReader {
  script(): List {
    const list = this.list(() => this.at >= this.text.length);
    if (this.at < this.text.length) this.unexpected();
    this.readHereDocuments();
    return list;
  }

  protected listUntil(end: string): List {
    return this.list(() => this.peek() === end);
  }

  protected nestedText(text: string): Part[] {
    return new Parser(text).quoted('');
  }

  protected nestedScript(text: string): List {
    return new Parser(text).script();
  }

  private list(ended: () => boolean): List {
    return this.nested(() => {
      const items: Array<{ command: Node; background: boolean }> = [];
      for (;;) {
        this.skip();
        if (ended() || this.at >= this.text.length || this.isReserved()) break;
        if (this.peek() === ')' || this.starts(';;')) break;
        const command = this.andOr();
        this.skipBlanks();
        const background = this.peek() === '&' && this.peek(1) !== '&';
        items.push({ command, background });
        if (background || (this.peek() === ';' && this.peek(1) !== ';')) this.at += 1;
        else if (this.peek() === '#') this.skipComment();
        else if (this.peek() !== '\n') break;
      }
      return { node: 'list', items };
    });
  }

  /** Whether a word that ends a list stands here. */
  private isReserved(): boolean {
    const start = this.at;
    if (!STARTS_OF_RESERVED.includes(this.peek())) return false;
    RESERVED_WORD.lastIndex = start;
    const text = RESERVED_WORD.exec(this.text)?.[0];
    if (text === undefined || !RESERVED.has(text) || text === 'in') return false;
    return /[\s;&|<>()]/.test(this.text[start + text.length] ?? ' ');
  }

  private takeReserved(word: string): boolean {
    this.skip();
    if (!this.starts(word) || !/[\s;&|<>()]/.test(this.text[this.at + word.length] ?? ' ')) return false;
    this.at += word.length;
    return true;
  }

  private expect(word: string): void {
    if (!this.takeReserved(word)) this.unexpected();
  }

  private andOr(): Node {
    const first = this.pipeline();
    const rest: Array<{ operator: '&&' | '||'; command: Node }> = [];
    for (;;) {
      this.skipBlanks();
      const operator = this.starts('&&') ? '&&' : this.starts('||') ? '||' : undefined;
      if (operator === undefined) break;
      this.at += 2;
      this.skip();
      rest.push({ operator, command: this.pipeline() });
    }
    return rest.length === 0 ? first : { node: 'and-or', first, rest };
  }

  private pipeline(): Node {
    this.skipBlanks();
    let negated = false;
    while (this.peek() === '!' && /\s/.test(this.peek(1))) {
      negated = !negated;
      this.at += 1;
      this.skipBlanks();
    }
    const commands = [this.command()];
    for (;;) {
      this.skipBlanks();
      if (this.peek() !== '|' || this.peek(1) === '|') break;
      this.at += this.peek(1) === '&' ? 2 : 1;
      this.skip();
      commands.push(this.command());
    }
    const [only] = commands;
    return commands.length === 1 && only && !negated ? only : { node: 'pipeline', negated, commands };
  }

  protected command(): Node {
    return this.nested(() => {
      this.skipBlanks();
      const compound = this.compound();
      if (compound) return { ...compound, redirections: this.redirections() } as unknown as Node;
      return this.simple();
    });
  }

  private compound(): object | undefined {
    if (!STARTS_OF_COMPOUND.includes(this.peek())) return undefined;
    if (this.starts('((')) {
      this.at += 2;
      const expression = this.expression('))');
      this.at += 2;
      return { node: 'arithmetic', expression };
    }
    if (this.peek() === '(') {
      this.at += 1;
      const body = this.listUntil(')');
      if (this.peek() !== ')') this.unexpected();
      this.at += 1;
      return { node: 'subshell', body };
    }
    if (this.takeWord('{')) {
      const body = this.list(() => this.peek() === '}');
      this.expect('}');
      return { node: 'group', body };
    }
    if (this.takeWord('if')) return this.ifClause();
    if (this.takeWord('while')) return this.loop(false);
    if (this.takeWord('until')) return this.loop(true);
    if (this.takeWord('for')) return this.forLoop();
    if (this.takeWord('case')) return this.caseClause();
    return this.takeWord('[[') ? this.test() : undefined;
  }

  private takeWord(word: string): boolean {
    if (!this.starts(word) || !/[\s;&|<>()]/.test(this.text[this.at + word.length] ?? ' ')) return false;
    this.at += word.length;
    return true;
  }

  private body(...ends: string[]): List {
    const list = this.list(() => false);
    if (list.items.length === 0) this.unexpected();
    if (this.at >= this.text.length && ends.length > 0) this.unexpected();
    return list;
  }

  private ifClause(): object {
    const clauses: Array<{ condition: List; body: List }> = [];
    let otherwise: List | undefined;
    do {
      const condition = this.body('then');
      this.expect('then');
      clauses.push({ condition, body: this.body('fi') });
    } while (this.takeReserved('elif'));
    if (this.takeReserved('else')) otherwise = this.body('fi');
    this.expect('fi');
    return { node: 'if', clauses, ...(otherwise ? { otherwise } : {}) };
  }

  private doGroup(): List {
    this.skip();
    if (this.peek() === ';') this.at += 1;
    this.expect('do');
    const body = this.body('done');
    this.expect('done');
    return body;
  }

  private loop(until: boolean): object {
    const condition = this.body('do');
    return { node: 'loop', until, condition, body: this.doGroup() };
  }

  private forLoop(): object {
    this.skipBlanks();
    if (this.starts('((')) {
      this.at += 2;
      const start = this.expression(';');
      this.at += 1;
      const condition = this.expression(';');
      this.at += 1;
      const step = this.expression('))');
      this.at += 2;
      return { node: 'counting-for', start, condition, step, body: this.doGroup() };
    }
    const name = this.name();
    if (name === '') this.unexpected();
    this.at += name.length;
    if (!this.takeReserved('in')) return { node: 'for', name, body: this.doGroup() };
    const words: Word[] = [];
    for (;;) {
      this.skipBlanks();
      const word = this.word();
      if (!word) break;
      words.push(word);
    }
    return { node: 'for', name, words, body: this.doGroup() };
  }

  private caseClause(): object {
    this.skipBlanks();
    const word = this.word() ?? this.unexpected();
    this.expect('in');
    const items: Array<{ patterns: Word[]; body: List }> = [];
    while (!this.takeReserved('esac')) {
      if (this.at >= this.text.length) this.unexpected();
      if (this.peek() === '(') this.at += 1;
      const patterns: Word[] = [];
      for (;;) {
        this.skipBlanks();
        patterns.push(this.word() ?? this.unexpected());
        this.skipBlanks();
        if (this.peek() !== '|') break;
        this.at += 1;
      }
      if (this.peek() !== ')') this.unexpected();
      this.at += 1;
      items.push({ patterns, body: this.list(() => this.starts(';;')) });
      this.skip();
      if (this.starts(';;')) this.at += 2;
    }
    return { node: 'case', word, items };
  }

  private test(): object {
    const words: Word[] = [];
    for (;;) {
      this.skip();
      if (this.takeWord(']]')) return { node: 'test', words };
      const operator = ['&&', '||', '<', '>', '(', ')'].find((one) => this.starts(one));
      if (operator !== undefined) {
        this.at += operator.length;
        words.push([{ part: 'text', text: operator, quoted: false }]);
      } else words.push(this.word() ?? this.unexpected());
    }
  }
}

/** Parses a script. Throws ShellSyntaxError. */
export function parseScript(text: string): List {
  if (text.length > LONGEST_SCRIPT) throw new ShellSyntaxError('syntax error: script too long');
  return new Parser(text).script();
}
