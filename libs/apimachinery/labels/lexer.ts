/** Kinds of tokens of a label selector's text. */
type TokenType = 'identifier' | 'in' | 'notin' | 'symbol' | 'end' | 'error';

export interface Token {
  type: TokenType;
  literal: string;
}

const SYMBOLS = new Set([')', ',', '!', '==', '=', '>', '<', '!=', '(']);
const isSpace = (char: string): boolean => char === ' ' || char === '\t' || char === '\r' || char === '\n';
const isSymbol = (char: string): boolean => '=!(),><'.includes(char);

/** The longest run of special characters that is a token; upstream stops at the first character that makes it invalid. */
function scanSymbol(text: string, start: number): { token: Token; next: number } {
  let position = start;
  let buffer = '';
  let found = '';
  while (position < text.length && isSymbol(text[position] ?? '')) {
    buffer += text[position];
    if (SYMBOLS.has(buffer)) found = buffer;
    else if (found !== '') break;
    position++;
  }
  if (found === '') return { token: { type: 'error', literal: `error expected: keyword found '${buffer}'` }, next: position };
  return { token: { type: 'symbol', literal: found }, next: position };
}

function scanWord(text: string, start: number): { token: Token; next: number } {
  let position = start;
  while (position < text.length && !isSymbol(text[position] ?? '') && !isSpace(text[position] ?? '')) position++;
  const literal = text.slice(start, position);
  const type = literal === 'in' || literal === 'notin' ? literal : 'identifier';
  return { token: { type, literal }, next: position };
}

/** Splits a label selector's text into tokens, the last one being `end` (labels.Lexer). A NUL ends the text, as upstream's byte 0 does. */
export function tokenize(selector: string): Token[] {
  const nul = selector.indexOf('\0');
  const text = nul < 0 ? selector : selector.slice(0, nul);
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    while (position < text.length && isSpace(text[position] ?? '')) position++;
    if (position >= text.length) break;
    const scanned = isSymbol(text[position] ?? '') ? scanSymbol(text, position) : scanWord(text, position);
    tokens.push(scanned.token);
    position = scanned.next;
  }
  tokens.push({ type: 'end', literal: '' });
  return tokens;
}
