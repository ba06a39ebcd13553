import { limits } from '../limits.js';
import type { Issue, Source } from './source.js';

/** Kinds of tokens, in the order of CEL.g4 (cel-go's parser/gen), which is the order of error messages. */
export const TOKENS = [
  ...['==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?', ':', '+', '*', '/', '%'],
  ...['true', 'false', 'null', 'NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER', 'ESC_IDENTIFIER', '<EOF>'],
] as const;

export type TokenKind = (typeof TOKENS)[number];

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly at: number;
}

const ESCAPE = '\\\\(?:[abfnrtv"\'\\\\?`]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})';
const STRINGS = [
  `"""(?:${ESCAPE}|[^\\\\])*?"""`,
  `'''(?:${ESCAPE}|[^\\\\])*?'''`,
  `"(?:${ESCAPE}|[^\\\\"\\n\\r])*"`,
  `'(?:${ESCAPE}|[^\\\\'\\n\\r])*'`,
  '[rR]"""[sS]*?"""',
  "[rR]'''[sS]*?'''",
  '[rR]"[^"\\n\\r]*"',
  "[rR]'[^'\\n\\r]*'",
].join('|');

const BLANK = /(?:[ \t\r\n\f]+|\/\/[^\n]*)+/y;
const STRING = new RegExp(`(?:${STRINGS})`, 'y');
const BYTES = new RegExp(`[bB](?:${STRINGS})`, 'y');
const NUMBER = /(?:0x[0-9a-fA-F]+[uU]?|\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|\d+[uU]?)/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const ESCAPED = /`[A-Za-z0-9_.\-/ ]+`/y;
/** The kinds of symbols by their text; kinds are compared often, so all tokens of a kind share one string. */
const SYMBOLS: ReadonlyMap<string, TokenKind> = new Map(
  TOKENS.filter((kind) => /^[^A-Za-z<]|^<=?$/.test(kind)).map((kind) => [kind, kind]),
);
const SINGLE: readonly (TokenKind | undefined)[] = Array.from({ length: 128 }, (_, code) => SYMBOLS.get(String.fromCharCode(code)));
const WORDS: ReadonlyMap<string, TokenKind> = new Map((['in', 'true', 'false', 'null'] as const).map((word) => [word, word]));
/** What a text that could have become a token is, up to the character that could not. */
const BROKEN_STRING = /[bBrR]{0,2}(?:"(?:\\[\s\S]|[^\\"\n\r])*|'(?:\\[\s\S]|[^\\'\n\r])*)[\s\S]?/y;

function numberKind(text: string): TokenKind {
  if (/[uU]$/.test(text)) return 'NUM_UINT';
  return text.startsWith('0x') || /^\d+$/.test(text) ? 'NUM_INT' : 'NUM_FLOAT';
}

function match(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.test(text) ? text.slice(index, pattern.lastIndex) : undefined;
}

const shown = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');

function named(kind: TokenKind, text: string | undefined): { kind: TokenKind; text: string } | undefined {
  return text === undefined ? undefined : { kind, text };
}

/** A string or bytes, if the letters before a quote make it one. */
function quotedAt(text: string, index: number): { kind: TokenKind; text: string } | undefined {
  return named('BYTES', match(BYTES, text, index)) ?? named('STRING', match(STRING, text, index));
}

function wordAt(text: string, index: number): { kind: TokenKind; text: string } | undefined {
  const word = match(WORD, text, index) ?? '';
  const quote = word.length <= 2 ? text[index + word.length] : undefined;
  const quoted = quote === '"' || quote === "'" ? quotedAt(text, index) : undefined;
  return quoted ?? { kind: WORDS.get(word) ?? 'IDENTIFIER', text: word };
}

function tokenAt(text: string, index: number): { kind: TokenKind; text: string } | undefined {
  const first = text.charCodeAt(index);
  if ((first >= 97 && first <= 122) || (first >= 65 && first <= 90) || first === 95) return wordAt(text, index);
  if (first === 34 || first === 39) return quotedAt(text, index);
  if ((first >= 48 && first <= 57) || first === 46) {
    const number = match(NUMBER, text, index);
    if (number !== undefined) return { kind: numberKind(number), text: number };
  }
  if (first === 96) return named('ESC_IDENTIFIER', match(ESCAPED, text, index));
  const second = text.charCodeAt(index + 1);
  const kind = (second === 61 || second === first ? SYMBOLS.get(text.slice(index, index + 2)) : undefined) ?? SINGLE[first];
  return kind && { kind, text: kind };
}

function brokenAt(text: string, index: number): string {
  const first = text[index] ?? '';
  if (first === '"' || first === "'") return match(BROKEN_STRING, text, index) ?? first;
  if (first === '=' || first === '&' || first === '|') return text.slice(index, index + 2);
  if (first === '`') return match(/`[A-Za-z0-9_.\-/ ]*[\s\S]?/y, text, index) ?? first;
  return String.fromCodePoint(text.codePointAt(index) ?? 0);
}

/** The tokens of an expression, one after the other; what is none is reported and left out, as ANTLR does. */
export class Lexer {
  private index = 0;

  constructor(
    private readonly source: Source,
    private readonly issues: Issue[],
  ) {}

  private skipBlank(): void {
    const code = this.source.text.charCodeAt(this.index);
    if (code > 32 && code !== 47) return;
    BLANK.lastIndex = this.index;
    if (BLANK.test(this.source.text)) this.index = BLANK.lastIndex;
  }

  /** The next token: `<EOF>` at the end, undefined after too many errors. */
  next(): Token | undefined {
    const { text } = this.source;
    for (;;) {
      this.skipBlank();
      if (this.index >= text.length) return { kind: '<EOF>', text: '<EOF>', at: this.source.size };
      const at = this.source.position(this.index);
      const token = tokenAt(text, this.index);
      if (token) {
        this.index += token.text.length;
        return { ...token, at };
      }
      const broken = brokenAt(text, this.index);
      if (this.issues.length >= limits.errors) {
        this.issues.push({ at, message: `Syntax error: More than ${limits.errors} syntax errors` });
        return undefined;
      }
      this.issues.push({ at, message: `Syntax error: token recognition error at: '${shown(broken)}'` });
      this.index += Math.max(broken.length, 1);
    }
  }
}
