import { type FieldError, type FieldErrorType, formatBadValue, goQuote, invalidValue, typeInvalid } from '#apimachinery';
import { BRANCH_VISITS, ERRORS } from './limits.js';
import type { QuickCheck } from './quick-check.js';
import type { SchemaNode } from './schema-node.js';
import { type Place, placeText } from './values.js';

/** How a nil path prints. */
const NIL = '<nil>';

/**
 * One validation: its errors so far, and how many checks were made. Among failed alternatives, the errors of the one with the most checks are
 * shown (kube-openapi/pkg/validation/validate/result.go MatchCount). A valid value costs no allocation.
 */
export class ValueRun {
  readonly errors: FieldError[] = [];
  matches = 0;
  /** A value that an error was found in has been seen to differ from the one before the update. */
  changed = false;
  private branches = 0;
  private visits = 0;

  /** `prefix`: the field under which errors are reported, '' for the root. */
  constructor(
    readonly prefix: string,
    private readonly quick: QuickCheck,
  ) {}

  /** Whether more errors would not be shown. */
  get isOver(): boolean {
    return this.branches === 0 && this.errors.length >= ERRORS;
  }

  /** Whether a value need not be looked at, because it is valid. Within alternatives every check is counted. */
  skips(node: SchemaNode, value: unknown): boolean {
    return this.branches === 0 && this.quick.isValid(node, value);
  }

  /** Counts a visit. Only those in alternatives are limited: all others are as many as there are values. */
  visit(): boolean {
    if (this.branches > 0) this.visits += 1;
    return this.visits <= BRANCH_VISITS;
  }

  get exhausted(): boolean {
    return this.visits > BRANCH_VISITS;
  }

  /** Validates by an alternative; what it finds is kept apart. Undefined if it is valid. */
  branch(validate: () => void): { errors: FieldError[]; matches: number } | undefined {
    const { length } = this.errors;
    const { matches } = this;
    this.branches += 1;
    validate();
    this.branches -= 1;
    if (this.errors.length === length) return undefined;
    const failed = { errors: this.errors.splice(length), matches: this.matches - matches };
    this.matches = matches;
    return failed;
  }

  /** Adds an error, unless there are very many already. */
  add(error: FieldError): void {
    if (this.errors.length < ERRORS) this.errors.push(error);
  }

  /** The field of a path inside the validated value. */
  field(path: string): string {
    if (path === '') return this.prefix === '' ? NIL : this.prefix;
    if (this.prefix === '') return path;
    return path.startsWith('[') ? `${this.prefix}${path}` : `${this.prefix}.${path}`;
  }

  /** An error without a field of its own (an alternative, a range). */
  general(message: string): void {
    this.add(invalidValue(this.prefix === '' ? NIL : this.prefix, '', message));
  }

  invalid(at: Place | undefined, value: unknown, rule: string): void {
    const path = placeText(at);
    this.add(
      invalidValue(this.field(path), value ?? '', rule.startsWith('factor ') ? rule.replace('%s', path) : `${path} in body ${rule}`),
    );
  }

  wrongType(at: Place | undefined, wanted: string, found: string): void {
    const path = placeText(at);
    this.add(typeInvalid(this.field(path), found, `${path} in body must be of type ${wanted}: ${goQuote(found)}`));
  }

  make(type: FieldErrorType, at: Place | undefined, message: string): void {
    this.add({ type, field: this.field(placeText(at)), message });
  }

  unsupported(at: Place | undefined, value: unknown, values: readonly unknown[]): void {
    const texts = values.map((one) => goQuote(typeof one === 'string' ? one : JSON.stringify(one)));
    const detail = texts.length > 0 ? `: supported values: ${texts.join(', ')}` : '';
    this.make('FieldValueNotSupported', at, `Unsupported value: ${formatBadValue(value)}${detail}`);
  }
}
