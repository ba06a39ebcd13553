import { Quantity } from '#apimachinery';
import { badInput } from '../errors.js';
import type { FieldPath } from './field-path.js';
import { type Comparable, compare } from './scales.js';

/** What is gathered from the values of one field. */
export class Tally {
  private sum: number | Quantity | undefined;
  private counted = 0;
  private least: { value: unknown; at: Comparable } | undefined;
  private most: { value: unknown; at: Comparable } | undefined;

  constructor(private readonly field: FieldPath) {}

  add(value: unknown): void {
    const at = this.field.scale.read(value);
    if (at === undefined) return;
    this.counted += 1;
    if (!this.least || compare(at, this.least.at) < 0) this.least = { value, at };
    if (!this.most || compare(at, this.most.at) > 0) this.most = { value, at };
    if (at instanceof Quantity) this.sum = this.sum instanceof Quantity ? this.sum.add(at) : at;
    else if (typeof at === 'number') this.sum = (typeof this.sum === 'number' ? this.sum : 0) + at;
  }

  private requires(what: string, shapes: readonly string[], words: string): void {
    const { path, asked } = this.field;
    if (!shapes.includes(asked.of)) throw badInput(`${what}: ${path} is neither ${words}`);
  }

  /** The sum; 0 if there are no values. Throws if the field is neither a number nor an amount. */
  total(): number | Quantity {
    this.requires('sum', ['number', 'quantity', 'json'], 'a number nor an amount');
    return this.sum ?? (this.field.asked.of === 'quantity' ? Quantity.of(0) : 0);
  }

  /** The mean: of amounts in their base unit, of times in milliseconds since 1970; undefined if there are no values. */
  mean(): number | undefined {
    this.requires('avg', ['number', 'quantity', 'time', 'json'], 'a number nor an amount nor a time');
    if (this.counted === 0 || this.sum === undefined) return undefined;
    return (this.sum instanceof Quantity ? this.sum.toNumber() : this.sum) / this.counted;
  }

  min(): unknown {
    return this.least?.value;
  }

  max(): unknown {
    return this.most?.value;
  }
}

/** What a group is known by: amounts in canonical notation. */
export function groupKey({ scale, asked }: FieldPath, value: unknown): string | number | boolean | undefined {
  const at = scale.read(value);
  if (at === undefined) return undefined;
  if (at instanceof Quantity) return at.toString();
  return asked.of === 'enum' ? at : (value as string | number | boolean);
}
