import { LONGEST_EXPRESSION } from './limits.js';

/** Integer arithmetic of the shell: `$((…))`. 64-bit, as C's long. */

export interface Variables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

/** Thrown for what cannot be evaluated. */
export class ArithmeticError extends Error {}

const TOKEN = /\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||\*\*|[-+*/%&|^]=|[-+*/%<>=!~&|^?:(),])/y;
const LEVELS: ReadonlyArray<readonly string[]> = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];
const ASSIGNMENTS = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);
/** Parentheses, and names whose values are expressions, in one another. */
const DEEPEST = 50;

function tokensOf(text: string): string[] {
  if (text.length > LONGEST_EXPRESSION) throw new ArithmeticError('expression too long');
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ''; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw new ArithmeticError('arithmetic syntax error');
    tokens.push(match[1] ?? '');
    if (tokens.length > 2000) throw new ArithmeticError('expression too long');
  }
  return tokens;
}

const apply = (operator: string, a: bigint, b: bigint): bigint => {
  switch (operator) {
    case '||':
      return a !== 0n || b !== 0n ? 1n : 0n;
    case '&&':
      return a !== 0n && b !== 0n ? 1n : 0n;
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '==':
      return a === b ? 1n : 0n;
    case '!=':
      return a !== b ? 1n : 0n;
    case '<=':
      return a <= b ? 1n : 0n;
    case '>=':
      return a >= b ? 1n : 0n;
    case '<':
      return a < b ? 1n : 0n;
    case '>':
      return a > b ? 1n : 0n;
    case '<<':
      return a << (b & 63n);
    case '>>':
      return a >> (b & 63n);
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
    case '%':
      if (b === 0n) throw new ArithmeticError('divide by zero');
      return operator === '/' ? a / b : a % b;
    default:
      throw new ArithmeticError('arithmetic syntax error');
  }
};

class Evaluator {
  private at = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly variables: Variables,
    private readonly depth: number,
  ) {
    if (depth > DEEPEST) throw new ArithmeticError('expression recursion level exceeded');
  }

  all(): bigint {
    if (this.tokens.length === 0) return 0n;
    let value = this.assignment(0);
    while (this.take(',')) value = this.assignment(0);
    if (this.at < this.tokens.length) throw new ArithmeticError('arithmetic syntax error');
    return value;
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at += 1;
    return true;
  }

  private assignment(nesting: number): bigint {
    if (nesting > DEEPEST) throw new ArithmeticError('expression recursion level exceeded');
    const name = this.tokens[this.at] ?? '';
    const operator = this.tokens[this.at + 1] ?? '';
    if (!/^[A-Za-z_]/.test(name) || !ASSIGNMENTS.has(operator)) return this.conditional(nesting);
    this.at += 2;
    const right = this.assignment(nesting + 1);
    const value = BigInt.asIntN(64, operator === '=' ? right : apply(operator.slice(0, -1), this.variable(name), right));
    this.variables.set(name, String(value));
    return value;
  }

  private conditional(nesting: number): bigint {
    const condition = this.binary(0, nesting);
    if (!this.take('?')) return condition;
    const yes = this.assignment(nesting + 1);
    if (!this.take(':')) throw new ArithmeticError('arithmetic syntax error');
    const no = this.assignment(nesting + 1);
    return condition === 0n ? no : yes;
  }

  private binary(level: number, nesting: number): bigint {
    const operators = LEVELS[level];
    if (operators === undefined) return this.power(nesting);
    let left = this.binary(level + 1, nesting);
    for (;;) {
      const operator = this.tokens[this.at] ?? '';
      if (!operators.includes(operator)) return left;
      this.at += 1;
      left = BigInt.asIntN(64, apply(operator, left, this.binary(level + 1, nesting)));
    }
  }

  private power(nesting: number): bigint {
    const base = this.unary(nesting);
    if (!this.take('**')) return base;
    const exponent = this.power(nesting + 1);
    if (exponent < 0n || exponent > 64n) throw new ArithmeticError('exponent out of range');
    return BigInt.asIntN(64, base ** exponent);
  }

  private unary(nesting: number): bigint {
    if (nesting > DEEPEST) throw new ArithmeticError('expression recursion level exceeded');
    const token = this.tokens[this.at++] ?? '';
    if (token === '+') return this.unary(nesting + 1);
    if (token === '-') return -this.unary(nesting + 1);
    if (token === '!') return this.unary(nesting + 1) === 0n ? 1n : 0n;
    if (token === '~') return ~this.unary(nesting + 1);
    if (token === '++' || token === '--') return this.step(this.tokens[this.at++] ?? '', token).after;
    if (token === '(') {
      const value = this.assignment(nesting + 1);
      if (!this.take(')')) throw new ArithmeticError('arithmetic syntax error');
      return value;
    }
    if (/^\d/.test(token)) return this.number(token);
    if (!/^[A-Za-z_]/.test(token)) throw new ArithmeticError('arithmetic syntax error');
    const next = this.tokens[this.at];
    if (next !== '++' && next !== '--') return this.variable(token);
    this.at += 1;
    return this.step(token, next).before;
  }

  private number(token: string): bigint {
    return /^0\d/.test(token) ? BigInt(`0o${token.replace(/[^0-7]/g, '') || '0'}`) : BigInt(token);
  }

  private step(name: string, operator: string): { before: bigint; after: bigint } {
    if (!/^[A-Za-z_]/.test(name)) throw new ArithmeticError('arithmetic syntax error');
    const before = this.variable(name);
    const after = operator === '++' ? before + 1n : before - 1n;
    this.variables.set(name, String(after));
    return { before, after };
  }

  private variable(name: string): bigint {
    const text = this.variables.get(name)?.trim() ?? '';
    if (text === '') return 0n;
    if (/^-?\d+$/.test(text)) return BigInt.asIntN(64, BigInt(text.slice(0, 40)));
    return new Evaluator(tokensOf(text), this.variables, this.depth + 1).all();
  }
}

/** The value of an expression. Throws ArithmeticError. */
export function evaluate(text: string, variables: Variables): bigint {
  return new Evaluator(tokensOf(text), variables, 0).all();
}
