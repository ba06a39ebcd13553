import { isQuantity, parseQuantity, Quantity, QuantityError } from '#apimachinery';
import { fn, type Implementation, type Library, member, overload } from '../check/functions.js';
import { BOOL, DOUBLE, INT, QUANTITY, STRING } from '../check/types.js';
import { CelError, doubleOf, HostValue, intOf, isInt } from '../run/values.js';

/** Quantities (apiserver/pkg/cel/library/quantity.go). */

const LONGEST = 256;

class QuantityValue extends HostValue {
  readonly type = QUANTITY;

  constructor(readonly quantity: Quantity) {
    super();
  }

  override equals(other: HostValue): boolean {
    return other instanceof QuantityValue && this.quantity.equals(other.quantity);
  }

  override toString(): string {
    return this.quantity.toString();
  }
}

const parse: Implementation = ([text], context) => {
  context.work(24);
  if ((text as string).length > LONGEST) return new CelError("unable to parse quantity's suffix");
  try {
    return new QuantityValue(parseQuantity(text as string));
  } catch (error) {
    if (error instanceof QuantityError) return new CelError(error.message);
    throw error;
  }
};

const isQuantityText: Implementation = ([text], context) => {
  context.work(24);
  return (text as string).length <= LONGEST && isQuantity(text as string);
};

const of = (value: unknown): Quantity => (value as QuantityValue).quantity;

/** Whole units, if upstream's fast conversion gives them: not of amounts that were written with a fraction. */
function wholeOf({ mantissa, scale }: Quantity): number | bigint | undefined {
  if (scale < 0) return undefined;
  return scale > 40 ? undefined : intOf(BigInt(mantissa) * 10n ** BigInt(scale));
}

const asInteger: Implementation = ([value]) => wholeOf(of(value)) ?? new CelError('cannot convert value to integer');
const other = (value: unknown): Quantity => (isInt(value) ? new Quantity(value, 0, 'DecimalSI') : of(value));
const arithmetic =
  (run: (a: Quantity, b: Quantity) => Quantity): Implementation =>
  ([a, b], context) => {
    context.work(8);
    return new QuantityValue(run(of(a), other(b)));
  };
const add = arithmetic((a, b) => a.add(b));
const sub = arithmetic((a, b) => a.sub(b));
const two = [QUANTITY, QUANTITY] as const;

export const quantities: Library = [
  fn('quantity', overload('string_to_quantity', [STRING], QUANTITY, parse)),
  fn('isQuantity', overload('is_quantity_string', [STRING], BOOL, isQuantityText)),
  fn(
    'sign',
    overload('quantity_sign', [QUANTITY], INT, ([value]) => of(value).sign),
  ),
  fn(
    'isGreaterThan',
    member('quantity_is_greater_than', two, BOOL, ([a, b]) => of(a).compare(of(b)) > 0),
  ),
  fn(
    'isLessThan',
    member('quantity_is_less_than', two, BOOL, ([a, b]) => of(a).compare(of(b)) < 0),
  ),
  fn(
    'compareTo',
    member('quantity_compare_to', two, INT, ([a, b]) => of(a).compare(of(b))),
  ),
  fn(
    'asApproximateFloat',
    member('quantity_get_float', [QUANTITY], DOUBLE, ([value]) => doubleOf(of(value).toNumber())),
  ),
  fn('asInteger', member('quantity_get_int', [QUANTITY], INT, asInteger)),
  fn(
    'isInteger',
    member('quantity_is_integer', [QUANTITY], BOOL, ([value]) => wholeOf(of(value)) !== undefined),
  ),
  fn('add', member('quantity_add', two, QUANTITY, add), member('quantity_add_int', [QUANTITY, INT], QUANTITY, add)),
  fn('sub', member('quantity_sub', two, QUANTITY, sub), member('quantity_sub_int', [QUANTITY, INT], QUANTITY, sub)),
];
