import type { GraphQLEnumType } from 'graphql';
import { parseQuantity, parseTime, Quantity, QuantityError } from '#apimachinery';
import { badInput } from '../errors.js';
import { limits } from '../limits.js';
import type { Asked } from './asked.js';

/** A value in the form in which it is compared: times are milliseconds, booleans 0 and 1. */
export type Comparable = number | string | Quantity;

/** How values of one sort are compared. */
export interface Scale {
  /** The value in comparable form; undefined if there is none, or it is of another sort. */
  read(value: unknown): Comparable | undefined;
  /** The same of what a client gave; throws for what is no such value. */
  given(value: unknown): Comparable;
}

const rank = (value: Comparable): number => (typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2);

/** Numbers stand before texts. */
export function compare(a: Comparable, b: Comparable): number {
  if (a instanceof Quantity && b instanceof Quantity) return a.compare(b);
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return rank(a) - rank(b);
}

const shown = (value: unknown): string => JSON.stringify(value)?.slice(0, 100) ?? 'null';

/** A text as a client may give one. */
export function givenText(value: unknown): string {
  if (typeof value !== 'string') throw badInput(`${shown(value)} is no text`);
  if (value.length > limits.filterText) throw badInput(`texts of filters have at most ${limits.filterText} characters`);
  return value;
}

/** A scale whose values are all read the same way, whether an object has them or a client gave them. */
const scale = (name: string, read: Scale['read']): Scale => ({
  read,
  given(value) {
    const comparable = read(typeof value === 'string' ? givenText(value) : value);
    if (comparable === undefined) throw badInput(`${shown(value)} is no ${name}`);
    return comparable;
  },
});

/** The longest text that is read as an amount. */
const LONGEST_AMOUNT = 64;

function amountOf(value: unknown): Quantity | undefined {
  if ((typeof value !== 'string' && typeof value !== 'number') || String(value).length > LONGEST_AMOUNT) return undefined;
  try {
    return parseQuantity(value);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

const texts = scale('text', (value) => (typeof value === 'string' ? value : undefined));

const anything = scale('number, text or boolean', (value) =>
  typeof value === 'number' || typeof value === 'string' ? value : typeof value === 'boolean' ? Number(value) : undefined,
);

/** The scales of shapes that hold one value. */
export const scales = {
  text: texts,
  number: scale('number', (value) => (typeof value === 'number' ? value : undefined)),
  boolean: scale('boolean', (value) => (typeof value === 'boolean' ? Number(value) : undefined)),
  quantity: scale('amount: write 500m, 2Gi, 1.5', amountOf),
  time: scale('time: write 2026-05-01T12:00:00Z', (value) => (typeof value === 'string' ? parseTime(value) : undefined)),
  intOrString: scale('number or text', (value) => (typeof value === 'number' || typeof value === 'string' ? value : undefined)),
  json: anything,
} as const satisfies Partial<Record<Asked['of'], Scale>>;

/** Texts without regard to upper and lower case. */
export const foldedTexts: Scale = {
  read: (value) => (typeof value === 'string' ? value.toLowerCase() : undefined),
  given: (value) => givenText(value).toLowerCase(),
};

/** Texts of an enum: all that it does not know are one value. */
function enumScale(type: GraphQLEnumType): Scale {
  const read: Scale['read'] = (value) => (typeof value === 'string' && value !== '' ? String(type.serialize(value)) : undefined);
  return { read, given: (value) => read(value) ?? '' };
}

/** The scale of a shape; undefined for those that hold several values. */
export function scaleOf(asked: Asked): Scale | undefined {
  if (asked.of === 'enum') return enumScale(asked.type);
  return asked.of === 'object' || asked.of === 'list' || asked.of === 'texts' || asked.of === 'amounts' ? undefined : scales[asked.of];
}
