import type { Node, Part, Redirection, Simple, Word } from './ast.js';
import { ShellSyntaxError, WordReader } from './word-reader.js';

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

/** Reads simple commands: assignments, words, redirections and here-documents. */
export abstract class SimpleReader extends WordReader {
  private hereDocuments: HereDocument[] = [];

  /** Any command; for the bodies of functions. */
  protected abstract command(): Node;
  /** The text of a here-document with its expansions. */
  protected abstract nestedText(text: string): Part[];

  protected unexpected(): never {
    if (this.at >= this.text.length) throw new ShellSyntaxError('syntax error: unexpected end of file', true);
    const next = this.peek();
    const shown =
      next === '\n'
        ? 'newline'
        : `"${this.starts(';;') ? ';;' : this.starts('&&') ? '&&' : this.starts('||') ? '||' : (literal(this.word()) ?? next)}"`;
    throw new ShellSyntaxError(`syntax error: unexpected ${shown}`);
  }

  /** Skips blanks, newlines and comments between commands. */
  protected skip(): void {
    for (;;) {
      this.skipBlanks();
      if (this.peek() === '#') this.skipComment();
      else if (this.peek() === '\n') this.newline();
      else return;
    }
  }

  protected skipComment(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  protected newline(): void {
    this.at += 1;
    this.readHereDocuments();
  }

  protected readHereDocuments(): void {
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
      done(quoted ? [{ part: 'text', text, quoted: true }] : this.nestedText(text));
    }
  }

  protected simple(): Node {
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

  protected redirections(): Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      this.skipBlanks();
      const redirection = this.redirection();
      if (!redirection) return found;
      found.push(redirection);
    }
  }

  private redirection(): Redirection | undefined {
    const first = this.peek();
    const isDigit = first >= '0' && first <= '9';
    if (!isDigit && first !== '<' && first !== '>' && first !== '&') return undefined;
    const given = isDigit && '<>'.includes(this.peek(1) || ' ') ? first : undefined;
    if (isDigit && given === undefined) return undefined;
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
