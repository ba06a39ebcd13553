import { append } from '../append.js';
import { aggregateFieldErrors, type FieldError, invalidValue, notSupported } from '../field-error.js';
import { isQualifiedName, isValidLabelValue } from '../names.js';

/** Operators of label requirements in their text form (apimachinery/pkg/selection). */
export type SelectorOperator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** An invalid requirement; the message is upstream's. */
export class SelectorError extends Error {}

/** The binary operators in the order of upstream's messages. */
export const BINARY_OPERATORS: readonly SelectorOperator[] = ['in', 'notin', '=', '==', '!=', 'gt', 'lt'];

/** Up to this number, values are searched linearly. */
const FEW = 8;

const INT64 = /^[+-]?\d{1,19}$/;

/** A 64-bit integer as parsed by Go's ParseInt; undefined if it is invalid. */
function int64(text: string): bigint | undefined {
  if (!INT64.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** One condition on an object's labels. */
export class Requirement {
  constructor(
    readonly key: string,
    readonly operator: SelectorOperator,
    readonly values: readonly string[],
  ) {
    this.known = values.length > FEW ? new Set(values) : undefined;
  }

  /** The values as a set, if there are many. */
  private readonly known: ReadonlySet<string> | undefined;

  private has(value: string): boolean {
    return this.known ? this.known.has(value) : this.values.includes(value);
  }

  matches(labels: Readonly<Record<string, string>> | undefined): boolean {
    const value = labels !== undefined && Object.hasOwn(labels, this.key) ? labels[this.key] : undefined;
    switch (this.operator) {
      case '=':
      case '==':
      case 'in':
        return value !== undefined && this.has(value);
      case '!=':
      case 'notin':
        return value === undefined || !this.has(value);
      case 'exists':
        return value !== undefined;
      case '!':
        return value === undefined;
      default:
        return value !== undefined && this.compares(value);
    }
  }

  private compares(value: string): boolean {
    const left = int64(value);
    const right = int64(this.values[0] ?? '');
    if (left === undefined || right === undefined) return false;
    return this.operator === 'gt' ? left > right : left < right;
  }

  /** The canonical text: `app=web`, `tier in (a,b)`, `!gone`. */
  toString(): string {
    const joined = [...this.values].sort().join(',');
    switch (this.operator) {
      case 'exists':
        return this.key;
      case '!':
        return `!${this.key}`;
      case 'in':
      case 'notin':
        return `${this.key} ${this.operator} (${joined})`;
      case 'gt':
        return `${this.key}>${joined}`;
      case 'lt':
        return `${this.key}<${joined}`;
      default:
        return `${this.key}${this.operator}${joined}`;
    }
  }
}

function valueCountErrors(operator: SelectorOperator, values: readonly string[]): FieldError[] {
  const wrong = (detail: string) => [invalidValue('values', values, detail)];
  switch (operator) {
    case 'in':
    case 'notin':
      return values.length === 0 ? wrong("for 'in', 'notin' operators, values set can't be empty") : [];
    case '=':
    case '==':
    case '!=':
      return values.length !== 1 ? wrong('exact-match compatibility requires one single value') : [];
    case 'exists':
    case '!':
      return values.length !== 0 ? wrong('values set must be empty for exists and does not exist') : [];
    case 'gt':
    case 'lt': {
      const errors = values.length !== 1 ? wrong("for 'Gt', 'Lt' operators, exactly one value is required") : [];
      const integer = "for 'Gt', 'Lt' operators, the value must be an integer";
      values.forEach((value, i) => {
        if (int64(value) === undefined) errors.push(invalidValue(`values[${i}]`, value, integer));
      });
      return errors;
    }
    default:
      return [notSupported('operator', operator, [...BINARY_OPERATORS, 'exists', '!'])];
  }
}

/** A requirement with a valid key, operator and values (labels.NewRequirement). Throws SelectorError. */
export function newRequirement(key: string, operator: SelectorOperator, values: readonly string[]): Requirement {
  const errors: FieldError[] = [];
  const keyMessages = isQualifiedName(key);
  if (keyMessages.length > 0) errors.push(invalidValue('key', key, keyMessages.join('; ')));
  append(errors, valueCountErrors(operator, values));
  values.forEach((value, i) => {
    const messages = isValidLabelValue(value);
    if (messages.length > 0) errors.push(invalidValue(`values[${i}][${key}]`, value, messages.join('; ')));
  });
  if (errors.length > 0) throw new SelectorError(aggregateFieldErrors(errors));
  return new Requirement(key, operator, values);
}
