import type { Expr, MapEntry, StructField } from './ast.js';
import type { TokenKind } from './lexer.js';
import { depthOf } from './macros.js';
import { EXPRESSION, type TokenStream } from './token-stream.js';
import type { TreeBuilder } from './tree-builder.js';

/** What stands in brackets, and is made of whole expressions: arguments, lists, maps and the fields of objects. */

const ARGUMENTS_START: readonly TokenKind[] = [...EXPRESSION, ')'];
const LIST_START: readonly TokenKind[] = [...EXPRESSION, '?', ',', ']'];
const MAP_START: readonly TokenKind[] = [...EXPRESSION, '?', ',', '}'];

/** Reads expressions within an expression. */
export interface ExpressionReader {
  readonly tokens: TokenStream;
  readonly tree: TreeBuilder;
  expr(): Expr;
}

/** Arguments after an open parenthesis, and the one that closes them. */
export function argumentsOf(reader: ExpressionReader): Expr[] {
  const { tokens } = reader;
  const args: Expr[] = [];
  tokens.sync(ARGUMENTS_START);
  if (tokens.next.kind !== ')') {
    do args.push(reader.expr());
    while (tokens.take(','));
  }
  tokens.match(')');
  return args;
}

/** `[…]` */
export function list(reader: ExpressionReader): Expr {
  const { tokens, tree } = reader;
  const { at } = tokens.advance();
  const elements: Expr[] = [];
  const optionals = new Set<number>();
  tokens.sync(LIST_START);
  while (!tokens.is(']') && !tokens.is(',')) {
    if (tokens.take('?')) optionals.add(elements.length);
    elements.push(reader.expr());
    if (!tokens.is(',') || tokens.peek(1).kind === ']') break;
    tokens.advance();
  }
  tokens.sync([',', ']']);
  tokens.take(',');
  tokens.match(']');
  return tree.made({ kind: 'list', at, depth: depthOf(elements), elements, optionals });
}

/** `{…}` */
export function map(reader: ExpressionReader): Expr {
  const { tokens, tree } = reader;
  const { at } = tokens.advance();
  const entries: MapEntry[] = [];
  tokens.sync(MAP_START);
  while (!tokens.is('}') && !tokens.is(',')) {
    const optional = tokens.take('?');
    const key = reader.expr();
    const colon = tokens.next;
    tokens.match(':');
    entries.push({ at: colon.at, key, value: reader.expr(), optional });
    if (!tokens.is(',') || tokens.peek(1).kind === '}') break;
    tokens.advance();
  }
  tokens.sync([',', '}']);
  tokens.take(',');
  tokens.match('}');
  return tree.made({ kind: 'map', at, depth: depthOf(entries.flatMap(({ key, value }) => [key, value])), entries });
}

/** The fields of an object of a type after the open brace, and the one that closes them. */
export function structFields(reader: ExpressionReader, at: number, name: string): Expr {
  const { tokens, tree } = reader;
  const fields: StructField[] = [];
  while (!tokens.is('}') && !tokens.is(',')) {
    tokens.sync(['?', 'IDENTIFIER', 'ESC_IDENTIFIER', ',', '}']);
    const optional = tokens.take('?');
    const field = tokens.next;
    if (!tokens.take('ESC_IDENTIFIER')) tokens.match('IDENTIFIER');
    else tree.report(field.at, "unsupported syntax: '`'");
    const colon = tokens.next;
    tokens.match(':');
    fields.push({ at: colon.at, name: field.text, value: reader.expr(), optional });
    if (!tokens.is(',') || tokens.peek(1).kind === '}') break;
    tokens.advance();
  }
  tokens.sync([',', '}']);
  tokens.take(',');
  tokens.match('}');
  return tree.made({ kind: 'struct', at, depth: depthOf(fields.map(({ value }) => value)), name, fields });
}
