import { type FieldError, type FieldErrorType, formatBadValue, goQuote, invalidValue, typeInvalid } from '#apimachinery';
import { ERRORS, VISITS } from './limits.js';

/**
 * What validating one value against one schema found. `matches` counts the checks that were made: among failed alternatives, the errors of
 * the one with the most are shown (kube-openapi/pkg/validation/validate/result.go MatchCount).
 */
export interface ValueResult {
  errors: FieldError[];
  matches: number;
  /** The value is known to differ from the one before the update. */
  changed?: boolean;
}

/** One validation: where its errors are reported, and what is left of its budget. */
export class Validation {
  private visits = 0;
  private left = ERRORS;

  /** `prefix`: the field under which errors are reported, '' for the root. */
  constructor(readonly prefix: string) {}

  /** Counts a visit of a value by a schema; false once there were too many. */
  visit(): boolean {
    this.visits += 1;
    return this.visits <= VISITS;
  }

  /** Whether the budget was exceeded. */
  get exhausted(): boolean {
    return this.visits > VISITS;
  }

  /** Adds an error, unless there are very many already. */
  add(result: ValueResult, error: FieldError): void {
    this.left -= 1;
    if (this.left >= 0 || result.errors.length === 0) result.errors.push(error);
  }

  /** The field of a path inside the validated value: upstream drops a leading dot. */
  field(path: string): string {
    const bare = path.startsWith('.') ? path.slice(1) : path;
    if (bare === '') return this.prefix === '' ? NIL : this.prefix;
    if (this.prefix === '') return bare;
    return bare.startsWith('[') ? `${this.prefix}${bare}` : `${this.prefix}.${bare}`;
  }

  /** An error without a field of its own (an alternative, a range). */
  general(message: string): FieldError {
    return invalidValue(this.prefix === '' ? NIL : this.prefix, '', message);
  }

  invalid(path: string, value: unknown, message: string): FieldError {
    return invalidValue(this.field(path), value ?? '', message);
  }

  wrongType(path: string, wanted: string, found: string): FieldError {
    return typeInvalid(this.field(path), found, `${path} in body must be of type ${wanted}: ${goQuote(found)}`);
  }

  make(type: FieldErrorType, path: string, message: string): FieldError {
    return { type, field: this.field(path), message };
  }

  unsupported(path: string, value: unknown, values: readonly unknown[]): FieldError {
    const texts = values.map((one) => goQuote(typeof one === 'string' ? one : JSON.stringify(one)));
    const detail = texts.length > 0 ? `: supported values: ${texts.join(', ')}` : '';
    return this.make('FieldValueNotSupported', path, `Unsupported value: ${formatBadValue(value)}${detail}`);
  }
}

/** How a nil path prints. */
const NIL = '<nil>';

/** Adds what a part of a value was found to have. */
export function merge(into: ValueResult, part: ValueResult | undefined): void {
  if (part === undefined) return;
  for (const error of part.errors) into.errors.push(error);
  into.matches += part.matches;
  if (part.changed) into.changed = true;
}
