import { RESERVED_NAMES } from '../check/types.js';
import { limits } from '../limits.js';
import { type Call, type Expr, type MapEntry, op, type StructField } from './ast.js';
import { Lexer, type TokenKind } from './lexer.js';
import { bytesLiteral, doubleLiteral, intLiteral, stringLiteral, uintLiteral } from './literals.js';
import { depthOf, expandMacro, MacroError, NodeFactory, TooLarge } from './macros.js';
import type { Issue, Source } from './source.js';
import { EXPRESSION, Stop, TOO_LARGE, TokenStream } from './token-stream.js';

const RELATIONS: ReadonlySet<string> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in']);
const OPERATORS: Readonly<Record<string, string>> = { in: '@in', '-': '_-_', '+': '_+_', '*': '_*_', '/': '_/_', '%': '_%_' };

const INDEX_START: readonly TokenKind[] = [...EXPRESSION, '?'];
const ARGUMENTS_START: readonly TokenKind[] = [...EXPRESSION, ')'];
const LIST_START: readonly TokenKind[] = [...EXPRESSION, '?', ',', ']'];
const MAP_START: readonly TokenKind[] = [...EXPRESSION, '?', ',', '}'];

type Rule = 'expr' | 'relation' | 'calc' | 'unary' | 'member' | 'list';

/** A recursive descent parser of CEL.g4 with the limits and error texts of cel-go's. */
class Parser {
  private readonly tokens: TokenStream;
  private readonly depths: Record<Rule, number> = { expr: 0, relation: 0, calc: 0, unary: 0, member: 0, list: 0 };
  private readonly budget = { nodes: 0 };

  constructor(
    source: Source,
    private readonly issues: Issue[],
  ) {
    this.tokens = new TokenStream(new Lexer(source, issues), issues);
  }

  parse(): Expr {
    const expr = this.expr();
    this.tokens.match('<EOF>');
    if (expr.depth > limits.recursion) throw new Stop('max recursion depth exceeded');
    return expr;
  }

  /** Counts the nesting of a rule, as ANTLR's contexts nest: a chain of operators or selections is nested too. */
  private enter(rule: Rule): void {
    if (++this.depths[rule] > limits.recursion) throw new Stop(`expression recursion limit exceeded: ${limits.recursion}`);
  }

  private made<T extends Expr>(expr: T): T {
    if (++this.budget.nodes > limits.nodes) throw new TooLarge();
    return expr;
  }

  private broken(at: number, message: string): Expr {
    this.issues.push({ at, message });
    return this.made({ kind: 'literal', at, depth: 0, value: null });
  }

  /** A call, or what the macro of its name makes of it. */
  private call(at: number, fn: string, target: Expr | undefined, args: readonly Expr[]): Expr {
    try {
      const expanded = expandMacro(new NodeFactory(at, this.budget), fn, target, args);
      if (expanded) return expanded;
    } catch (error) {
      if (error instanceof MacroError) return this.broken(error.at, error.message);
      throw error;
    }
    const depth = depthOf(target ? [target, ...args] : args);
    return this.made({ kind: 'call', at, depth: target ? depth + 1 : depth, fn, target, args });
  }

  private operator(at: number, fn: string, ...args: Expr[]): Call {
    return this.made({ kind: 'call', at, depth: depthOf(args) + (fn === op.and || fn === op.or ? 0 : 1), fn, args });
  }

  private expr(): Expr {
    this.enter('expr');
    let result = this.logical('||', op.or, () => this.logical('&&', op.and, () => this.relation()));
    const { at } = this.tokens.next;
    if (this.tokens.take('?')) {
      const yes = this.logical('||', op.or, () => this.logical('&&', op.and, () => this.relation()));
      this.tokens.match(':');
      result = this.operator(at, op.conditional, result, yes, this.expr());
    }
    this.depths.expr--;
    return result;
  }

  /** A chain of || or &&, as a balanced tree. */
  private logical(sign: '||' | '&&', fn: string, term: () => Expr): Expr {
    const terms = [term()];
    const places: number[] = [];
    for (let { at } = this.tokens.next; this.tokens.take(sign); { at } = this.tokens.next) {
      places.push(at);
      terms.push(term());
    }
    const tree = (low: number, high: number): Expr => {
      if (low > high) return terms[low] as Expr;
      const middle = (low + high + 1) >> 1;
      return this.operator(places[middle] ?? 0, fn, tree(low, middle - 1), tree(middle + 1, high));
    };
    return tree(0, places.length - 1);
  }

  private relation(): Expr {
    this.enter('relation');
    let nested = 1;
    let left = this.calc(1);
    while (RELATIONS.has(this.tokens.next.kind)) {
      const token = this.tokens.advance();
      this.enter('relation');
      nested++;
      this.enter('relation');
      const right = this.calc(1);
      this.depths.relation--;
      left = this.operator(token.at, OPERATORS[token.kind] ?? `_${token.kind}_`, left, right);
    }
    this.depths.relation -= nested;
    return left;
  }

  private calc(precedence: 1 | 2): Expr {
    this.enter('calc');
    let nested = 1;
    let left = precedence === 2 ? this.unary() : this.product();
    while (precedence === 1 && (this.tokens.next.kind === '+' || this.tokens.next.kind === '-')) {
      const token = this.tokens.advance();
      this.enter('calc');
      nested++;
      left = this.operator(token.at, OPERATORS[token.kind] ?? '', left, this.product());
    }
    this.depths.calc -= nested;
    return left;
  }

  private product(): Expr {
    let nested = 0;
    let left = this.calc(2);
    while (this.tokens.next.kind === '*' || this.tokens.next.kind === '/' || this.tokens.next.kind === '%') {
      const token = this.tokens.advance();
      this.enter('calc');
      nested++;
      left = this.operator(token.at, OPERATORS[token.kind] ?? '', left, this.calc(2));
    }
    this.depths.calc -= nested;
    return left;
  }

  private unary(): Expr {
    this.tokens.sync(EXPRESSION);
    const { kind, at } = this.tokens.next;
    if (kind === '!' || kind === '-') {
      const number = this.tokens.peek(1).kind;
      if (kind === '-' && (number === 'NUM_INT' || number === 'NUM_FLOAT')) return this.member();
      let count = 0;
      while (this.tokens.take(kind)) count++;
      const operand = this.member();
      return count % 2 === 0
        ? operand
        : this.made({ ...this.operator(at, kind === '!' ? op.not : op.negate, operand), depth: operand.depth });
    }
    return this.member();
  }

  private member(): Expr {
    this.enter('member');
    let nested = 1;
    let target = this.primary();
    for (;;) {
      const { kind } = this.tokens.next;
      if (kind === '.') target = this.selection(target);
      else if (kind === '[') target = this.index(target);
      else break;
      this.enter('member');
      nested++;
    }
    this.depths.member -= nested;
    return target;
  }

  private selection(operand: Expr): Expr {
    const dot = this.tokens.advance();
    const optional = this.tokens.take('?');
    const name = this.tokens.next;
    if (name.kind !== 'IDENTIFIER' && name.kind !== 'ESC_IDENTIFIER') throw this.tokens.noViableAlternative(optional ? '.?' : '.');
    this.tokens.advance();
    if (name.kind === 'ESC_IDENTIFIER') this.issues.push({ at: name.at, message: "unsupported syntax: '`'" });
    if (optional) {
      const field: Expr = this.made({ kind: 'literal', at: name.at, depth: 0, value: name.text });
      return this.made({ kind: 'call', at: dot.at, depth: operand.depth + 1, fn: op.optSelect, args: [operand, field] });
    }
    const open = this.tokens.next;
    if (open.kind === '(') {
      this.tokens.advance();
      return this.call(open.at, name.text, operand, this.args());
    }
    return this.made({ kind: 'select', at: dot.at, depth: operand.depth + 1, operand, field: name.text, testOnly: false });
  }

  private index(operand: Expr): Expr {
    const { at } = this.tokens.advance();
    this.tokens.sync(INDEX_START);
    const optional = this.tokens.take('?');
    const index = this.expr();
    this.tokens.match(']');
    return this.operator(at, optional ? op.optIndex : op.index, operand, index);
  }

  /** Arguments after an open parenthesis, and the one that closes them. */
  private args(): Expr[] {
    const args: Expr[] = [];
    this.tokens.sync(ARGUMENTS_START);
    if (this.tokens.next.kind !== ')') {
      do args.push(this.expr());
      while (this.tokens.take(','));
    }
    this.tokens.match(')');
    return args;
  }

  private primary(): Expr {
    const token = this.tokens.next;
    switch (token.kind) {
      case '(': {
        this.tokens.advance();
        const inner = this.expr();
        this.tokens.match(')');
        return inner;
      }
      case '[':
        return this.list();
      case '{':
        return this.map();
      case '.':
      case 'IDENTIFIER':
        return this.named();
      default:
        return this.literal();
    }
  }

  private list(): Expr {
    const { at } = this.tokens.advance();
    const elements: Expr[] = [];
    const optionals = new Set<number>();
    this.tokens.sync(LIST_START);
    while (!this.tokens.is(']') && !this.tokens.is(',')) {
      if (this.tokens.take('?')) optionals.add(elements.length);
      elements.push(this.expr());
      if (!this.tokens.is(',') || this.tokens.peek(1).kind === ']') break;
      this.tokens.advance();
    }
    this.tokens.sync([',', ']']);
    this.tokens.take(',');
    this.tokens.match(']');
    return this.made({ kind: 'list', at, depth: depthOf(elements), elements, optionals });
  }

  private map(): Expr {
    const { at } = this.tokens.advance();
    const entries: MapEntry[] = [];
    this.tokens.sync(MAP_START);
    while (!this.tokens.is('}') && !this.tokens.is(',')) {
      const optional = this.tokens.take('?');
      const key = this.expr();
      const colon = this.tokens.next;
      this.tokens.match(':');
      entries.push({ at: colon.at, key, value: this.expr(), optional });
      if (!this.tokens.is(',') || this.tokens.peek(1).kind === '}') break;
      this.tokens.advance();
    }
    this.tokens.sync([',', '}']);
    this.tokens.take(',');
    this.tokens.match('}');
    return this.made({ kind: 'map', at, depth: depthOf(entries.flatMap(({ key, value }) => [key, value])), entries });
  }

  /** A variable, a call, or the construction of an object, whose name may have dots. */
  private named(): Expr {
    const start = this.tokens.next;
    const dot = this.tokens.take('.');
    const token = this.tokens.next;
    if (token.kind !== 'IDENTIFIER') throw this.tokens.noViableAlternative('.');
    const construction = this.construction(dot);
    if (construction) return construction;
    this.tokens.advance();
    const name = `${dot ? '.' : ''}${token.text}`;
    const open = this.tokens.next;
    if (open.kind === '(') {
      this.tokens.advance();
      const args = this.args();
      if (RESERVED_NAMES.has(token.text)) return this.broken(start.at, `reserved identifier: ${token.text}`);
      return this.call(open.at, name, undefined, args);
    }
    if (RESERVED_NAMES.has(token.text)) return this.broken(start.at, `reserved identifier: ${token.text}`);
    return this.made({ kind: 'ident', at: token.at, depth: 0, name });
  }

  /** `Object.spec{…}`: identifiers, dots and an open brace lie ahead. */
  private construction(dot: boolean): Expr | undefined {
    let ahead = 1;
    while (this.tokens.peek(ahead).kind === '.' && this.tokens.peek(ahead + 1).kind === 'IDENTIFIER') ahead += 2;
    if (this.tokens.peek(ahead).kind !== '{') return undefined;
    let name = dot ? '.' : '';
    for (; ahead > 0; ahead--) name += this.tokens.advance().text;
    const { at } = this.tokens.advance();
    return this.structFields(at, name);
  }

  private structFields(at: number, name: string): Expr {
    const fields: StructField[] = [];
    while (!this.tokens.is('}') && !this.tokens.is(',')) {
      this.tokens.sync(['?', 'IDENTIFIER', 'ESC_IDENTIFIER', ',', '}']);
      const optional = this.tokens.take('?');
      const field = this.tokens.next;
      if (!this.tokens.take('ESC_IDENTIFIER')) this.tokens.match('IDENTIFIER');
      else this.issues.push({ at: field.at, message: "unsupported syntax: '`'" });
      const colon = this.tokens.next;
      this.tokens.match(':');
      fields.push({ at: colon.at, name: field.text, value: this.expr(), optional });
      if (!this.tokens.is(',') || this.tokens.peek(1).kind === '}') break;
      this.tokens.advance();
    }
    this.tokens.sync([',', '}']);
    this.tokens.take(',');
    this.tokens.match('}');
    return this.made({ kind: 'struct', at, depth: depthOf(fields.map(({ value }) => value)), name, fields });
  }

  private literal(): Expr {
    const start = this.tokens.next;
    const negative = this.tokens.take('-');
    const token = this.tokens.advance();
    const value = (found: unknown, what: string): Expr =>
      found === undefined
        ? this.broken(start.at, `invalid ${what} literal`)
        : this.made({ kind: 'literal', at: start.at, depth: 0, value: found });
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
        return 'error' in read ? this.broken(start.at, read.error) : value(read.value, '');
      }
      case 'true':
      case 'false':
        return value(token.kind === 'true', '');
      case 'null':
        return value(null, '');
      default:
        throw this.tokens.mismatched(token, EXPRESSION);
    }
  }
}

/** The syntax tree of an expression, or what is wrong with it. */
export function parse(source: Source): { expr: Expr } | { issues: readonly Issue[] } {
  if (source.size > limits.codePoints) {
    const message = `expression code point size exceeds limit: size: ${source.size}, limit ${limits.codePoints}`;
    return { issues: [{ at: -1, message }] };
  }
  const issues: Issue[] = [];
  try {
    const expr = new Parser(source, issues).parse();
    return issues.length > 0 ? { issues } : { expr };
  } catch (error) {
    if (error instanceof Stop && error.message !== '') issues.push({ at: -1, message: error.message });
    else if (error instanceof TooLarge) issues.push({ at: -1, message: TOO_LARGE });
    else if (!(error instanceof Stop)) throw error;
    return { issues };
  }
}
