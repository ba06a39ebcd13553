import type { Context } from './context.js';
import type { Value } from './values.js';

/** What an expression became: it gives its value, an error as a value too. */
export type Code = (context: Context) => Value;

/** Code that always gives the same value, and costs nothing. */
export interface Constant extends Code {
  readonly value: Value;
  readonly constant: true;
}

/** The code of a constant. */
export function constant(value: Value): Constant {
  return Object.assign(() => value, { value, constant: true as const });
}

/** Whether code is a constant's. */
export function isConstant(code: Code): code is Constant {
  return (code as Partial<Constant>).constant === true;
}
