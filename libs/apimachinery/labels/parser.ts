import { formatFieldError, invalidValue } from '../field-error.js';
import { isQualifiedName } from '../names.js';
import { type Token, tokenize } from './lexer.js';
import { BINARY_OPERATORS, newRequirement, type Requirement, SelectorError, type SelectorOperator } from './requirement.js';

const OPERATORS: Readonly<Record<string, SelectorOperator>> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
  in: 'in',
  notin: 'notin',
};

/** Recursive-descent parser of a selector's tokens, with the errors of labels.Parser. */
class Parser {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  private get current(): Token {
    return this.tokens[this.position] ?? { type: 'end', literal: '' };
  }

  private take(): Token {
    const token = this.current;
    this.position++;
    return token;
  }

  /** `in` and `notin` are ordinary words where a key or value is expected. */
  private isWord(token: Token): boolean {
    return token.type === 'identifier' || token.type === 'in' || token.type === 'notin';
  }

  private is(token: Token, literal: string): boolean {
    return token.type === 'symbol' && token.literal === literal;
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const token = this.current;
      if (token.type === 'end') return requirements;
      if (!this.isWord(token) && !this.is(token, '!'))
        throw new SelectorError(`found '${token.literal}', expected: !, identifier, or 'end of string'`);
      requirements.push(this.requirementOf());
      const next = this.take();
      if (next.type === 'end') return requirements;
      if (!this.is(next, ',')) throw new SelectorError(`found '${next.literal}', expected: ',' or 'end of string'`);
      if (!this.isWord(this.current) && !this.is(this.current, '!'))
        throw new SelectorError(`found '${this.current.literal}', expected: identifier after ','`);
    }
  }

  private requirementOf(): Requirement {
    try {
      return this.requirement();
    } catch (error) {
      throw error instanceof SelectorError ? new SelectorError(`unable to parse requirement: ${error.message}`) : error;
    }
  }

  private requirement(): Requirement {
    let token = this.take();
    const negated = this.is(token, '!');
    if (negated) token = this.take();
    if (!this.isWord(token)) throw new SelectorError(`found '${token.literal}', expected: identifier`);
    const key = token.literal;
    const messages = isQualifiedName(key);
    if (messages.length > 0) throw new SelectorError(formatFieldError(invalidValue('<nil>', key, messages.join('; '))));
    if (negated) {
      // Upstream keeps the inferred DoesNotExist whatever follows; the outer loop then rejects the rest.
      return newRequirement(key, '!', []);
    }
    if (this.current.type === 'end' || this.is(this.current, ',')) return newRequirement(key, 'exists', []);
    const operator = this.operator();
    const values = operator === 'in' || operator === 'notin' ? this.set() : this.exact();
    return newRequirement(key, operator, values);
  }

  private operator(): SelectorOperator {
    const token = this.take();
    const operator = token.type === 'identifier' || token.type === 'error' ? undefined : OPERATORS[token.literal];
    if (operator === undefined) throw new SelectorError(`found '${token.literal}', expected: ${BINARY_OPERATORS.join(', ')}`);
    return operator;
  }

  private set(): string[] {
    const open = this.take();
    if (!this.is(open, '(')) throw new SelectorError(`found '${open.literal}' expected: '('`);
    const first = this.current;
    if (this.is(first, ')')) {
      this.take();
      return [''];
    }
    if (!this.isWord(first) && !this.is(first, ',')) throw new SelectorError(`found '${first.literal}', expected: ',', ')' or identifier`);
    const values = this.list();
    if (!this.is(this.take(), ')')) throw new SelectorError(`found '${first.literal}', expected: ')'`);
    return values;
  }

  private list(): string[] {
    const values = new Set<string>();
    for (;;) {
      const token = this.take();
      const next = this.current;
      if (this.isWord(token)) {
        values.add(token.literal);
        if (this.is(next, ')')) return [...values].sort();
        if (!this.is(next, ',')) throw new SelectorError(`found '${next.literal}', expected: ',' or ')'`);
      } else if (this.is(token, ',')) {
        if (values.size === 0 || this.is(next, ')') || this.is(next, ',')) values.add('');
        if (this.is(next, ')')) return [...values].sort();
      } else {
        throw new SelectorError(`found '${token.literal}', expected: ',', or identifier`);
      }
    }
  }

  private exact(): string[] {
    if (this.current.type === 'end' || this.is(this.current, ',')) return [''];
    const token = this.take();
    if (!this.isWord(token)) throw new SelectorError(`found '${token.literal}', expected: identifier`);
    return [token.literal];
  }
}

/** The requirements of a selector's text, in order. Throws SelectorError with upstream's message. */
export function parseRequirements(selector: string): Requirement[] {
  return new Parser(tokenize(selector)).parse();
}
