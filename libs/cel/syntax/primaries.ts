import { RESERVED_NAMES } from '../check/types.js';
import type { Expr } from './ast.js';
import { argumentsOf, type ExpressionReader, list, map, structFields } from './bracketed.js';
import { bytesLiteral, doubleLiteral, intLiteral, stringLiteral, uintLiteral } from './literals.js';
import { EXPRESSION } from './token-stream.js';

function literal({ tokens, tree }: ExpressionReader): Expr {
  const start = tokens.next;
  const negative = tokens.take('-');
  const token = tokens.advance();
  const value = (found: unknown, what: string): Expr =>
    found === undefined
      ? tree.broken(start.at, `invalid ${what} literal`)
      : tree.made({ kind: 'literal', at: start.at, depth: 0, value: found });
  switch (token.kind) {
    case 'NUM_INT':
      return value(intLiteral(token.text, negative), 'int');
    case 'NUM_FLOAT':
      return value(doubleLiteral(token.text, negative), 'double');
    case 'NUM_UINT':
      return value(uintLiteral(token.text), 'uint');
    case 'STRING':
    case 'BYTES': {
      const read = token.kind === 'STRING' ? stringLiteral(token.text) : bytesLiteral(token.text);
      return 'error' in read ? tree.broken(start.at, read.error) : value(read.value, '');
    }
    case 'true':
    case 'false':
      return value(token.kind === 'true', '');
    case 'null':
      return value(null, '');
    default:
      throw tokens.mismatched(token, EXPRESSION);
  }
}

/** A variable, a call, or the construction of an object, whose name may have dots. */
function named(reader: ExpressionReader): Expr {
  const { tokens, tree } = reader;
  const start = tokens.next;
  const dot = tokens.take('.');
  const token = tokens.next;
  if (token.kind !== 'IDENTIFIER') throw tokens.noViableAlternative('.');
  const constructed = construction(reader, dot);
  if (constructed) return constructed;
  tokens.advance();
  const name = `${dot ? '.' : ''}${token.text}`;
  const open = tokens.next;
  if (open.kind === '(') {
    tokens.advance();
    const args = argumentsOf(reader);
    if (RESERVED_NAMES.has(token.text)) return tree.broken(start.at, `reserved identifier: ${token.text}`);
    return tree.call(open.at, name, undefined, args);
  }
  if (RESERVED_NAMES.has(token.text)) return tree.broken(start.at, `reserved identifier: ${token.text}`);
  return tree.made({ kind: 'ident', at: token.at, depth: 0, name });
}

/** `Object.spec{…}`: identifiers, dots and an open brace lie ahead. */
function construction(reader: ExpressionReader, dot: boolean): Expr | undefined {
  const { tokens } = reader;
  let ahead = 1;
  while (tokens.peek(ahead).kind === '.' && tokens.peek(ahead + 1).kind === 'IDENTIFIER') ahead += 2;
  if (tokens.peek(ahead).kind !== '{') return undefined;
  let name = dot ? '.' : '';
  for (; ahead > 0; ahead--) name += tokens.advance().text;
  const { at } = tokens.advance();
  return structFields(reader, at, name);
}

/** An expression without operators and selections: a literal, a name, or what is in brackets. */
export function primary(reader: ExpressionReader): Expr {
  const { tokens } = reader;
  const token = tokens.next;
  switch (token.kind) {
    case '(': {
      tokens.advance();
      const inner = reader.expr();
      tokens.match(')');
      return inner;
    }
    case '[':
      return list(reader);
    case '{':
      return map(reader);
    case '.':
    case 'IDENTIFIER':
      return named(reader);
    default:
      return literal(reader);
  }
}
