import type { List, Node, Redirection, Simple, Word } from './ast.js';
import { LONGEST_SCRIPT } from './limits.js';
import { ShellSyntaxError, WordReader } from './word-reader.js';

const RESERVED = new Set(['then', 'fi', 'elif', 'else', 'do', 'done', 'esac', '}', 'in']);
const OPERATORS = ['&>>', '&>', '<<<', '<<-', '<<', '<&', '<>', '>>', '>&', '>|', '<', '>'];

interface HereDocument {
  delimiter: string;
  quoted: boolean;
  stripped: boolean;
  done(text: Word): void;
}

/** The text of a word without expansions; undefined if it has some or is quoted. */
function literal(word: Word | undefined): string | undefined {
  if (!word || word.length === 0) return undefined;
  let text = '';
  for (const part of word) {
    if (part.part !== 'text' || part.quoted) return undefined;
    text += part.text;
  }
  return text;
}

class Parser extends WordReader {
  private hereDocuments: HereDocument[] = [];

  script(): List {
    const list = this.list(() => this.at >= this.text.length);
    if (this.at < this.text.length) this.unexpected();
    this.readHereDocuments();
    return list;
  }

  protected listUntil(end: string): List {
    return this.list(() => this.peek() === end);
  }

  protected nestedScript(text: string): List {
    return new Parser(text).script();
  }

  private unexpected(): never {
    if (this.at >= this.text.length) throw new ShellSyntaxError('syntax error: unexpected end of file', true);
    const next = this.peek();
    const shown =
      next === '\n'
        ? 'newline'
        : `"${this.starts(';;') ? ';;' : this.starts('&&') ? '&&' : this.starts('||') ? '||' : (literal(this.word()) ?? next)}"`;
    throw new ShellSyntaxError(`syntax error: unexpected ${shown}`);
  }

  /** Skips blanks, newlines and comments between commands. */
  private skip(): void {
    for (;;) {
      this.skipBlanks();
      if (this.peek() === '#') this.skipComment();
      else if (this.peek() === '\n') this.newline();
      else return;
    }
  }

  private skipComment(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  private newline(): void {
    this.at += 1;
    this.readHereDocuments();
  }

  private readHereDocuments(): void {
    for (const { delimiter, quoted, stripped, done } of this.hereDocuments.splice(0)) {
      const lines: string[] = [];
      while (this.at < this.text.length) {
        const newline = this.text.indexOf('\n', this.at);
        const end = newline < 0 ? this.text.length : newline;
        const line = this.text.slice(this.at, end);
        this.at = Math.min(this.text.length, end + 1);
        const shown = stripped ? line.replace(/^\t+/, '') : line;
        if (shown === delimiter) break;
        lines.push(`${shown}\n`);
      }
      const text = lines.join('');
      done(quoted ? [{ part: 'text', text, quoted: true }] : new Parser(text).quoted(''));
    }
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
    const word = /[a-z}]+/y;
    word.lastIndex = start;
    const text = word.exec(this.text)?.[0];
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

  private command(): Node {
    return this.nested(() => {
      this.skipBlanks();
      const compound = this.compound();
      if (compound) return { ...compound, redirections: this.redirections() } as unknown as Node;
      return this.simple();
    });
  }

  private compound(): object | undefined {
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

  private simple(): Node {
    const assignments: Array<{ name: string; value: Word }> = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.skipBlanks();
      const redirection = this.redirection();
      if (redirection) {
        redirections.push(redirection);
        continue;
      }
      const assigned = words.length === 0 ? this.assignment() : undefined;
      if (assigned) {
        assignments.push(assigned);
        continue;
      }
      if (this.peek() === '#') break;
      const word = this.word();
      if (!word) break;
      words.push(word);
      if (words.length === 1 && assignments.length === 0) {
        const definition = this.functionDefinition(literal(word));
        if (definition) return definition;
      }
    }
    if (words.length + assignments.length + redirections.length === 0) this.unexpected();
    const simple: Simple = { node: 'simple', assignments, words, redirections };
    return simple;
  }

  private functionDefinition(name: string | undefined): Node | undefined {
    if (name === undefined) return undefined;
    if (name === 'function') {
      this.skipBlanks();
      const own = literal(this.word()) ?? this.unexpected();
      if (this.starts('()')) this.at += 2;
      this.skip();
      return { node: 'function', name: own, body: this.command() };
    }
    const parentheses = /[ \t]*\([ \t]*\)/y;
    parentheses.lastIndex = this.at;
    const match = parentheses.exec(this.text);
    if (!match) return undefined;
    this.at += match[0].length;
    this.skip();
    return { node: 'function', name, body: this.command() };
  }

  private assignment(): { name: string; value: Word } | undefined {
    const name = this.name();
    if (name === '') return undefined;
    const start = this.at;
    this.at += name.length;
    if (this.peek() !== '=') {
      this.at = start;
      return undefined;
    }
    this.at += 1;
    return { name, value: this.word() ?? [] };
  }

  private redirections(): Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      this.skipBlanks();
      const redirection = this.redirection();
      if (!redirection) return found;
      found.push(redirection);
    }
  }

  private redirection(): Redirection | undefined {
    const digit = /\d(?=[<>])/y;
    digit.lastIndex = this.at;
    const given = digit.exec(this.text)?.[0];
    const from = this.at + (given?.length ?? 0);
    const operator = OPERATORS.find((one) => this.text.startsWith(one, from));
    if (operator === undefined || (given !== undefined && operator.startsWith('&'))) return undefined;
    this.at = from + operator.length;
    this.skipBlanks();
    const word = this.word();
    if (!word) this.unexpected();
    const descriptor = given === undefined ? (operator.startsWith('<') ? 0 : 1) : Number(given);
    if (operator !== '<<' && operator !== '<<-') return { descriptor, operator, target: word };
    const here = { descriptor, operator: '<<', target: [] as Word };
    const delimiter = word.map((part) => (part.part === 'text' ? part.text : '')).join('');
    this.hereDocuments.push({
      delimiter,
      quoted: word.some((part) => part.part === 'text' && part.quoted),
      stripped: operator === '<<-',
      done(text) {
        here.target = text;
      },
    });
    return here;
  }
}

/** Parses a script. Throws ShellSyntaxError. */
export function parseScript(text: string): List {
  if (text.length > LONGEST_SCRIPT) throw new ShellSyntaxError('syntax error: script too long');
  return new Parser(text).script();
}
