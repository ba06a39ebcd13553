import { limits } from '../limits.js';
import { type Lexer, TOKENS, type Token, type TokenKind } from './lexer.js';
import type { Issue } from './source.js';

/** Ends parsing: after an error that is reported already (no message), or with one that has no place. */
export class Stop {
  constructor(readonly message: string = '') {}
}

/** The text of an expression beyond limits.nodes or limits.tokens. */
export const TOO_LARGE = `expression node count exceeds limit: ${limits.nodes}`;

/** What an expression may begin with. */
export const EXPRESSION: readonly TokenKind[] = [
  ...([
    '[',
    '{',
    '(',
    '.',
    '-',
    '!',
    'true',
    'false',
    'null',
    'NUM_FLOAT',
    'NUM_INT',
    'NUM_UINT',
    'STRING',
    'BYTES',
    'IDENTIFIER',
  ] as const),
];

const ORDER = new Map<TokenKind, number>(TOKENS.map((kind, i) => [kind, i]));
const EXPRESSION_SET = new Set(EXPRESSION);
const NAMED: ReadonlySet<TokenKind> = new Set([
  ...(['NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER', 'ESC_IDENTIFIER', '<EOF>'] as const),
]);

const shown = (kind: TokenKind): string => (NAMED.has(kind) ? kind : `'${kind}'`);
const escaped = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');

/** Some tokens as ANTLR lists them. */
function expecting(kinds: readonly TokenKind[]): string {
  const [only] = kinds;
  if (kinds.length === 1 && only) return shown(only);
  const sorted = [...new Set(kinds)].sort((a, b) => (ORDER.get(a) ?? 0) - (ORDER.get(b) ?? 0));
  return `{${sorted.map(shown).join(', ')}}`;
}

/** The tokens of an expression, with the repairs and texts of ANTLR's default error strategy. After an error that needs more, parsing ends. */
export class TokenStream {
  private index = 0;
  private readonly tokens: Token[] = [];

  constructor(
    private readonly lexer: Lexer,
    private readonly issues: Issue[],
  ) {}

  get next(): Token {
    return this.peek(0);
  }

  peek(ahead: number): Token {
    const wanted = this.index + ahead;
    let last = this.tokens[this.tokens.length - 1];
    while (this.tokens.length <= wanted && last?.kind !== '<EOF>') {
      if (this.tokens.length > limits.tokens) throw new Stop(TOO_LARGE);
      last = this.lexer.next();
      if (!last) throw new Stop();
      this.tokens.push(last);
    }
    return (this.tokens[wanted] ?? last) as Token;
  }

  /** Whether the next token is of a kind. */
  is(kind: TokenKind): boolean {
    return this.next.kind === kind;
  }

  advance(): Token {
    const token = this.next;
    this.index++;
    return token;
  }

  /** Takes the next token if it is of a kind. */
  take(kind: TokenKind): boolean {
    if (this.next.kind !== kind) return false;
    this.index++;
    return true;
  }

  private report(at: number, message: string): void {
    this.issues.push({ at, message: `Syntax error: ${message}` });
  }

  /** Reports that a token is not one of those expected, and ends parsing. */
  mismatched(token: Token, kinds: readonly TokenKind[]): Stop {
    this.report(token.at, `mismatched input '${escaped(token.text)}' expecting ${expecting(kinds)}`);
    return new Stop();
  }

  /** Reports that nothing in the grammar continues like this, and ends parsing. */
  noViableAlternative(before: string): Stop {
    const { kind, text, at } = this.next;
    if (kind === 'true' || kind === 'false' || kind === 'null') this.report(at, `mismatched input '${text}' expecting IDENTIFIER`);
    else this.report(at, `no viable alternative at input '${before}${kind === '<EOF>' ? '' : escaped(text)}'`);
    return new Stop();
  }

  /** Leaves one token out if the one after it is expected here. */
  private deleted(kinds: readonly TokenKind[]): boolean {
    if (!kinds.includes(this.peek(1).kind) || this.next.kind === '<EOF>') return false;
    this.report(this.next.at, `extraneous input '${escaped(this.next.text)}' expecting ${expecting(kinds)}`);
    this.index++;
    return true;
  }

  /** Makes sure that one of some tokens is next, where several are possible. */
  sync(kinds: readonly TokenKind[]): void {
    if (kinds.includes(this.next.kind) || this.deleted(kinds)) return;
    throw this.mismatched(this.next, kinds);
  }

  /** Takes the one token that is possible here; a surplus token before it is left out, and a missing one is imagined. */
  match(kind: TokenKind): void {
    if (this.take(kind)) return;
    if (this.deleted([kind])) {
      this.index++;
      return;
    }
    // An expression follows a colon; after a closing bracket, the expression may go on or end.
    const follows = kind === ':' ? EXPRESSION_SET.has(this.next.kind) : kind !== '<EOF>' && kind !== 'IDENTIFIER';
    if (!follows || (kind !== ':' && EXPRESSION_SET.has(this.next.kind) && !this.continues())) throw this.mismatched(this.next, [kind]);
    this.report(this.next.at, `missing ${shown(kind)} at '${escaped(this.next.text)}'`);
  }

  /** Whether the next token can follow a complete expression. */
  private continues(): boolean {
    return this.next.kind === '[' || this.next.kind === '.' || this.next.kind === '-';
  }
}
