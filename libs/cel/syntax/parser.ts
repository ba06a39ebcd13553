import { limits } from '../limits.js';
import { type Expr, op } from './ast.js';
import { argumentsOf, type ExpressionReader } from './bracketed.js';
import { Lexer, type TokenKind } from './lexer.js';
import { TooLarge } from './macros.js';
import { primary } from './primaries.js';
import type { Issue, Source } from './source.js';
import { EXPRESSION, Stop, TOO_LARGE, TokenStream } from './token-stream.js';
import { TreeBuilder } from './tree-builder.js';

const RELATIONS: ReadonlySet<string> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in']);
const OPERATORS: Readonly<Record<string, string>> = { in: '@in', '-': '_-_', '+': '_+_', '*': '_*_', '/': '_/_', '%': '_%_' };

const INDEX_START: readonly TokenKind[] = [...EXPRESSION, '?'];

type Rule = 'expr' | 'relation' | 'calc' | 'unary' | 'member' | 'list';

/** A recursive descent parser of CEL.g4 with the limits and error texts of cel-go's. */
class Parser implements ExpressionReader {
  readonly tokens: TokenStream;
  readonly tree: TreeBuilder;
  private readonly depths: Record<Rule, number> = { expr: 0, relation: 0, calc: 0, unary: 0, member: 0, list: 0 };

  constructor(source: Source, issues: Issue[]) {
    this.tree = new TreeBuilder(issues);
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

  expr(): Expr {
    this.enter('expr');
    let result = this.logical('||', op.or, () => this.logical('&&', op.and, () => this.relation()));
    const { at } = this.tokens.next;
    if (this.tokens.take('?')) {
      const yes = this.logical('||', op.or, () => this.logical('&&', op.and, () => this.relation()));
      this.tokens.match(':');
      result = this.tree.operator(at, op.conditional, result, yes, this.expr());
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
      return this.tree.operator(places[middle] ?? 0, fn, tree(low, middle - 1), tree(middle + 1, high));
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
      left = this.tree.operator(token.at, OPERATORS[token.kind] ?? `_${token.kind}_`, left, right);
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
      left = this.tree.operator(token.at, OPERATORS[token.kind] ?? '', left, this.product());
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
      left = this.tree.operator(token.at, OPERATORS[token.kind] ?? '', left, this.calc(2));
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
        : this.tree.made({ ...this.tree.operator(at, kind === '!' ? op.not : op.negate, operand), depth: operand.depth });
    }
    return this.member();
  }

  private member(): Expr {
    this.enter('member');
    let nested = 1;
    let target = primary(this);
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
    if (name.kind === 'ESC_IDENTIFIER') this.tree.report(name.at, "unsupported syntax: '`'");
    if (optional) {
      const field: Expr = this.tree.made({ kind: 'literal', at: name.at, depth: 0, value: name.text });
      return this.tree.made({ kind: 'call', at: dot.at, depth: operand.depth + 1, fn: op.optSelect, args: [operand, field] });
    }
    const open = this.tokens.next;
    if (open.kind === '(') {
      this.tokens.advance();
      return this.tree.call(open.at, name.text, operand, argumentsOf(this));
    }
    return this.tree.made({ kind: 'select', at: dot.at, depth: operand.depth + 1, operand, field: name.text, testOnly: false });
  }

  private index(operand: Expr): Expr {
    const { at } = this.tokens.advance();
    this.tokens.sync(INDEX_START);
    const optional = this.tokens.take('?');
    const index = this.expr();
    this.tokens.match(']');
    return this.tree.operator(at, optional ? op.optIndex : op.index, operand, index);
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
