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
const SYMBOL = /==|!=|<=|>=|&&|\|\||[[\]{}().,\-!?:+*/%<>]/y;
const WORDS = new Set(['in', 'true', 'false', 'null']);
/** What a text that could have become a token is, up to the character that could not. */
const BROKEN_STRING = /[bBrR]{0,2}(?:"(?:\\[\s\S]|[^\\"\n\r])*|'(?:\\[\s\S]|[^\\'\n\r])*)[\s\S]?/y;

function numberKind(text: string): TokenKind {
  if (/[uU]$/.test(text)) return 'NUM_UINT';
  return text.startsWith('0x') || /^\d+$/.test(text) ? 'NUM_INT' : 'NUM_FLOAT';
}

function match(pattern: RegExp, text: string, index: number): string | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text)?.[0];
}

const shown = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');

function tokenAt(text: string, index: number): { kind: TokenKind; text: string } | undefined {
  const bytes = match(BYTES, text, index);
  if (bytes !== undefined) return { kind: 'BYTES', text: bytes };
  const string = match(STRING, text, index);
  if (string !== undefined) return { kind: 'STRING', text: string };
  const number = match(NUMBER, text, index);
  if (number !== undefined) return { kind: numberKind(number), text: number };
  const word = match(WORD, text, index);
  // The start of a string that does not end: the words before the quote are tokens of their own.
  if (word !== undefined) return { kind: WORDS.has(word) ? (word as TokenKind) : 'IDENTIFIER', text: word };
  const escaped = match(ESCAPED, text, index);
  if (escaped !== undefined) return { kind: 'ESC_IDENTIFIER', text: escaped };
  const symbol = match(SYMBOL, text, index);
  return symbol === undefined ? undefined : { kind: symbol as TokenKind, text: symbol };
}

function brokenAt(text: string, index: number): string {
  const first = text[index] ?? '';
  if (first === '"' || first === "'") return match(BROKEN_STRING, text, index) ?? first;
  if (first === '=' || first === '&' || first === '|') return text.slice(index, index + 2);
  if (first === '`') return match(/`[A-Za-z0-9_.\-/ ]*[\s\S]?/y, text, index) ?? first;
  return String.fromCodePoint(text.codePointAt(index) ?? 0);
}

/** The tokens of an expression; what is none is reported and left out, as ANTLR does. */
export function tokensOf(source: Source, issues: Issue[]): Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let index = 0;
  for (;;) {
    index += match(BLANK, text, index)?.length ?? 0;
    if (index >= text.length) break;
    const token = tokenAt(text, index);
    if (token) tokens.push({ ...token, at: source.position(index) });
    const broken = token ? undefined : brokenAt(text, index);
    if (broken !== undefined)
      issues.push({ at: source.position(index), message: `Syntax error: token recognition error at: '${shown(broken)}'` });
    index += token?.text.length ?? Math.max(broken?.length ?? 1, 1);
  }
  tokens.push({ kind: '<EOF>', text: '<EOF>', at: source.size });
  return tokens;
}
