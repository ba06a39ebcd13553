import { badInput } from './errors.js';

/** Throws for a number of things that is less than 1 or more than `most`; none is given as null or undefined. `name`: its argument. */
export function checkLimit(value: number | null | undefined, most = Number.POSITIVE_INFINITY, name = 'limit'): void {
  if (value === null || value === undefined || (value >= 1 && value <= most)) return;
  throw badInput(most === Number.POSITIVE_INFINITY ? `${name} must be at least 1` : `${name} must be between 1 and ${most}`);
}

/** Throws for a list of more than `most` values; none is given as null or undefined. `name`: its argument. */
export function checkCount(values: readonly unknown[] | null | undefined, most: number, name: string): void {
  if (values && values.length > most) throw badInput(`${name}: at most ${most}`);
}
