import { type FileSystem } from '../files/file-system.js';
import { normalized } from '../files/nodes.js';
import { ArithmeticError, evaluate } from './arithmetic.js';
import type { List, Part, Word } from './ast.js';
import { withoutBraces } from './braces.js';
import type { Wait } from './kernel.js';
import { ARGUMENT_BYTES, LONGEST_VALUE, MOST_COMPARISONS, MOST_WORDS } from './limits.js';
import { Pattern, quotedForPattern } from './patterns.js';
import { ShellError, type ShellState } from './state.js';

/** Expansion of words: tilde, parameters, commands, arithmetic, field splitting, path names, quote removal. */

/** Runs a command substitution and returns its output. */
export type Substitute = (body: List) => Generator<Wait, string, void>;

interface Piece {
  text: string;
  quoted: boolean;
  /** A field ends after this piece (`"$@"`). */
  breaks?: boolean;
  /** `"$@"` without parameters: if nothing else is in the word, there is no field. */
  vanishes?: boolean;
  /** Text of the script itself, which is never split: only results of expansions are. */
  literal?: boolean;
}

const IFS = ' \t\n';
/** Words that are expanded in one step. */
const WORDS_PER_STEP = 1_000;

export class Expander {
  constructor(
    private readonly state: ShellState,
    private readonly files: FileSystem,
    private readonly substitute: Substitute,
  ) {}

  /** Expands words to fields. */
  *fields(words: readonly Word[]): Generator<Wait, string[], void> {
    const fields: string[] = [];
    let bytes = 0;
    for (const [index, word] of (this.state.braces ? words.flatMap(withoutBraces) : words).entries()) {
      if (index % WORDS_PER_STEP === WORDS_PER_STEP - 1) yield undefined;
      const pieces = yield* this.pieces(word, true);
      if (pieces.some(({ vanishes }) => vanishes) && pieces.every(({ text }) => text === '')) continue;
      for (const field of this.split(pieces)) {
        for (const text of this.paths(field)) {
          bytes += text.length;
          fields.push(text);
        }
      }
      if (fields.length > MOST_WORDS || bytes > ARGUMENT_BYTES) throw new ShellError('argument list too long');
    }
    return fields;
  }

  /** Expands a word to one text, without splitting. */
  *text(word: Word): Generator<Wait, string, void> {
    const pieces = yield* this.pieces(word, false);
    return checked(pieces.map(({ text, breaks }) => (breaks ? `${text} ` : text)).join(''));
  }

  /** Expands a word to a pattern, in which quoted characters are literal. */
  *pattern(word: Word): Generator<Wait, string, void> {
    const pieces = yield* this.pieces(word, false);
    return checked(pieces.map(({ text, quoted }) => (quoted ? quotedForPattern(text) : text)).join(''));
  }

  /** The value of an arithmetic expression. */
  *arithmetic(expression: Word): Generator<Wait, bigint, void> {
    const text = yield* this.text(expression);
    try {
      return evaluate(text, { get: (name) => this.state.parameter(name), set: (name, value) => this.state.set(name, value) });
    } catch (error) {
      if (error instanceof ArithmeticError) throw new ShellError(error.message);
      throw error;
    }
  }

  private *pieces(word: Word, splits: boolean): Generator<Wait, Piece[], void> {
    const pieces: Piece[] = [];
    let size = 0;
    for (const [index, part] of word.entries()) {
      for (const piece of yield* this.piece(part, index === 0, splits)) {
        size += piece.text.length;
        if (size > LONGEST_VALUE) throw new ShellError('out of memory');
        pieces.push(piece);
      }
    }
    return pieces;
  }

  private *piece(part: Part, first: boolean, splits: boolean): Generator<Wait, Piece[], void> {
    switch (part.part) {
      case 'text': {
        const home = first && !part.quoted && /^~(?=$|\/)/.test(part.text) ? (this.state.get('HOME') ?? '/root') : undefined;
        return [{ text: home === undefined ? part.text : home + part.text.slice(1), quoted: part.quoted, literal: true }];
      }
      case 'command': {
        const output = yield* this.substitute(part.body);
        return [{ text: output.replace(/\n+$/, ''), quoted: part.quoted }];
      }
      case 'arithmetic':
        return [{ text: String(yield* this.arithmetic(part.expression)), quoted: part.quoted }];
      case 'parameter':
        return yield* this.parameter(part, splits);
    }
  }

  private *parameter(part: Extract<Part, { part: 'parameter' }>, splits: boolean): Generator<Wait, Piece[], void> {
    const { name, quoted, operator, length, word = [] } = part;
    if (length)
      return [
        { text: String((name === '@' || name === '*' ? this.state.positional : [...(this.state.parameter(name) ?? '')]).length), quoted },
      ];
    if (operator === undefined && (name === '@' || name === '*')) return this.allPositional(name, quoted, splits);
    const value = this.state.parameter(name);
    if (operator === undefined) {
      if (value === undefined && this.state.options.nounset) throw new ShellError(`${name}: parameter not set`);
      return [{ text: value ?? '', quoted }];
    }
    const kind = operator.length === 2 && operator.startsWith(':') ? operator.slice(1) : operator;
    if ('-=?+'.includes(kind)) {
      const isSet = value !== undefined && !(operator.startsWith(':') && value === '');
      if (kind === '+') return isSet ? yield* this.pieces(word, splits) : [];
      if (isSet) return [{ text: value, quoted }];
      if (kind === '-') return yield* this.pieces(word, splits);
      const text = yield* this.text(word);
      if (kind === '?') throw new ShellError(`${name}: ${text || 'parameter not set or null'}`);
      this.state.set(name, text);
      return [{ text, quoted }];
    }
    if (operator === ':') return [{ text: yield* this.substring(value ?? '', word), quoted }];
    const pattern = yield* this.pattern(word);
    if (operator.startsWith('/')) {
      const replacement = yield* this.text(part.replacement ?? []);
      return [{ text: replaced(value ?? '', pattern, { replacement, all: operator === '//' }), quoted }];
    }
    return [{ text: trimmed(value ?? '', pattern, operator), quoted }];
  }

  private allPositional(name: string, quoted: boolean, splits: boolean): Piece[] {
    const { positional } = this.state;
    if (name === '*' && quoted) {
      const separator = (this.state.get('IFS') ?? IFS)[0] ?? '';
      return [{ text: positional.join(separator), quoted }];
    }
    if (!splits) return [{ text: positional.join(' '), quoted }];
    if (quoted && positional.length === 0) return [{ text: '', quoted, vanishes: true }];
    return positional.map((text, index) => ({ text, quoted, breaks: index < positional.length - 1 }));
  }

  private *substring(value: string, word: Word): Generator<Wait, string, void> {
    const [from = '0', count] = (yield* this.text(word)).split(':');
    const evaluated = (text: string): number => Number(evaluate(text, { get: (name) => this.state.parameter(name), set: () => undefined }));
    const start = evaluated(from);
    const begin = start < 0 ? Math.max(0, value.length + start) : start;
    if (count === undefined) return value.slice(begin);
    const end = evaluated(count);
    return end < 0 ? value.slice(begin, value.length + end) : value.slice(begin, begin + end);
  }

  /** Splits the unquoted results of expansions at IFS; each field is a list of pieces. */
  private split(pieces: readonly Piece[]): Piece[][] {
    const separators = this.state.get('IFS') ?? IFS;
    const fields: Piece[][] = [];
    let field: Piece[] | undefined;
    const add = (piece: Piece) => {
      field ??= [];
      field.push(piece);
    };
    const end = () => {
      if (field) fields.push(field);
      field = undefined;
    };
    for (const piece of pieces) {
      if (piece.quoted || piece.literal) add(piece);
      else {
        let start = 0;
        for (let at = 0; at <= piece.text.length; at++) {
          const character = piece.text[at];
          if (character !== undefined && !separators.includes(character)) continue;
          if (at > start) add({ text: piece.text.slice(start, at), quoted: false });
          if (character === undefined) break;
          if (field || !IFS.includes(character)) {
            field ??= [];
            end();
          }
          start = at + 1;
        }
      }
      if (piece.breaks) {
        field ??= [];
        end();
      }
    }
    end();
    return fields;
  }

  /** Path names that a field matches; the field itself if it is no pattern or nothing matches. */
  private paths(field: readonly Piece[]): string[] {
    const text = field.map((piece) => piece.text).join('');
    if (this.state.options.noglob || !field.some((piece) => !piece.quoted && /[*?[]/.test(piece.text))) return [text];
    const pattern = field.map((piece) => (piece.quoted ? quotedForPattern(piece.text) : piece.text)).join('');
    const found = this.glob(pattern);
    return found.length > 0 ? found : [text];
  }

  private glob(pattern: string): string[] {
    const absolute = pattern.startsWith('/');
    let found = [''];
    for (const segment of pattern.split('/')) {
      if (segment === '') continue;
      const compiled = new Pattern(segment);
      const next: string[] = [];
      for (const base of found) {
        const prefix = base === '' ? '' : `${base}/`;
        const directory = normalized(`${absolute ? '/' : ''}${base}`, this.state.cwd);
        if (this.files.stat(directory)?.kind !== 'dir') continue;
        for (const name of this.files.list(directory)) {
          if (name.startsWith('.') && !segment.startsWith('.')) continue;
          if (compiled.matches(name)) next.push(prefix + name);
        }
        if (next.length > MOST_WORDS) throw new ShellError('argument list too long');
      }
      found = next;
    }
    return absolute ? found.map((path) => `/${path}`) : found;
  }
}

function checked(text: string): string {
  if (text.length > LONGEST_VALUE) throw new ShellError('out of memory');
  return text;
}

/** Throws if trying a pattern at every position of a value would cost too much. */
function checkCost(value: string, pattern: string): void {
  if (value.length * value.length * (pattern.length + 1) > MOST_COMPARISONS) throw new ShellError('out of memory');
}

const unquoted = (pattern: string): string => pattern.replace(/\\(.)/gs, '$1');

function trimmed(value: string, pattern: string, operator: string): string {
  const compiled = new Pattern(pattern);
  const atStart = operator.startsWith('#');
  if (!compiled.isPattern) {
    const literal = unquoted(pattern);
    if (atStart) return value.startsWith(literal) ? value.slice(literal.length) : value;
    return value.endsWith(literal) ? value.slice(0, value.length - literal.length) : value;
  }
  const length = compiled.matchedEnd(value, { longest: operator.length === 2, backwards: !atStart });
  if (length < 0) return value;
  return atStart ? value.slice(length) : value.slice(0, value.length - length);
}

function replaced(value: string, pattern: string, { replacement, all }: { replacement: string; all: boolean }): string {
  const compiled = new Pattern(pattern);
  if (!compiled.isPattern) {
    const literal = unquoted(pattern);
    if (literal === '') return value;
    if (!all) return value.replace(literal, () => replacement);
    const parts = value.split(literal);
    if (value.length + parts.length * replacement.length > LONGEST_VALUE) throw new ShellError('out of memory');
    return parts.join(replacement);
  }
  const { width } = compiled;
  if (width === undefined) checkCost(value, pattern);
  let result = '';
  for (let at = 0; at < value.length; ) {
    const rest = value.slice(at, width === undefined ? undefined : at + width);
    const length = compiled.matchedEnd(rest, { longest: true, backwards: false });
    const end = length > 0 ? at + length : -1;
    if (end < 0) result += value[at++];
    else {
      result += replacement;
      at = end;
      if (!all) return checked(result + value.slice(at));
    }
  }
  return checked(result);
}
