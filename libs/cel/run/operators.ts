import { op } from '../syntax/ast.js';
import type { Code } from './code.js';
import { equal } from './compare.js';
import { callCost } from './cost.js';
import { CelError, noSuchOverload, Optional } from './values.js';

/** The code of operators that do not need the values of all their operands, or that take values of every type. */

/** `condition ? whenTrue : whenFalse` */
export function conditional(condition: Code, whenTrue: Code, whenFalse: Code): Code {
  return (context) => {
    const holds = condition(context);
    if (holds === true) return whenTrue(context);
    if (holds === false) return whenFalse(context);
    return holds instanceof CelError ? holds : noSuchOverload;
  };
}

/** || and &&, which the value `decisive` ends: the other side decides if one is an error. */
export function logical(left: Code, right: Code, decisive: boolean): Code {
  return (context) => {
    const first = left(context);
    if (first === decisive) return decisive;
    const second = right(context);
    if (second === decisive) return decisive;
    if (typeof first !== 'boolean') return first instanceof CelError ? first : noSuchOverload;
    if (typeof second !== 'boolean') return second instanceof CelError ? second : noSuchOverload;
    return second;
  };
}

/** == if equality is wanted, or !=. */
export function equality(left: Code, right: Code, wanted: boolean): Code {
  const cost = wanted ? callCost(op.equals, 'equals') : callCost(op.notEquals, 'not_equals');
  return (context) => {
    const a = left(context);
    const b = right(context);
    context.charge(cost([a, b], null, context));
    if (a instanceof CelError) return a;
    if (b instanceof CelError) return b;
    return equal(a, b, context) === wanted;
  };
}

/** `!operand` */
export function not(operand: Code): Code {
  return (context) => {
    const value = operand(context);
    context.charge(1);
    if (typeof value === 'boolean') return !value;
    return value instanceof CelError ? value : noSuchOverload;
  };
}

/** Whether a comprehension goes on: an error does not end it. */
export function notStrictlyFalse(operand: Code): Code {
  return (context) => {
    const value = operand(context);
    context.charge(1);
    return value !== false;
  };
}

/** `left.or(right)`, or `left.orValue(right)`, which unwraps. */
export function optionalOr(left: Code, right: Code, unwrapped: boolean): Code {
  return (context) => {
    const value = left(context);
    if (!(value instanceof Optional)) return value;
    if (value.hasValue) return unwrapped ? value.value : value;
    return right(context);
  };
}
