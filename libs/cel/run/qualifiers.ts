import { access, lookup, optionalAccess } from './access.js';
import type { Code } from './code.js';
import type { Context } from './context.js';
import { costs } from './cost.js';
import { CelError, Optional, type Value } from './values.js';

/** The code of selections and indexes, with their costs (cel-go's interpreter/attributes.go). */

/** Adds the cost that an attribute has besides its qualifiers. */
export function attribute(resolve: Code): Code {
  return (context) => {
    const value = resolve(context);
    context.charge(costs.selectAndIdent);
    return value;
  };
}

/** A qualifier after an optional one: charged only if it finds something. */
function throughOptional(value: Optional, key: Value, context: Context): Value {
  if (!value.hasValue) return value;
  const found = optionalAccess(value.value, key);
  if (found !== Optional.none) context.charge(costs.selectAndIdent);
  return found;
}

/** `operand.field` */
export function selection(operand: Code, field: string): Code {
  return (context) => {
    const value = operand(context);
    if (value instanceof CelError) return value;
    if (value instanceof Optional) return throughOptional(value, field, context);
    context.charge(costs.selectAndIdent);
    return access(value, field, context);
  };
}

/** `has(operand.field)` */
export function presence(operand: Code, field: string): Code {
  return (context) => {
    const value = operand(context);
    if (value instanceof CelError) return value;
    const target = value instanceof Optional ? value.value : value;
    if (value instanceof Optional && !value.hasValue) return false;
    context.charge(costs.selectAndIdent);
    const found = lookup(target, field);
    return found instanceof CelError ? found : found !== undefined;
  };
}

/** `operand[key]`; `operand[?key]` and `operand.?key` if it is optional. */
export function index(operand: Code, key: Code, optional: boolean): Code {
  return (context) => {
    const value = operand(context);
    if (value instanceof CelError) return value;
    if (value instanceof Optional && !value.hasValue) return value;
    const at = key(context);
    if (at instanceof CelError) {
      context.charge(costs.selectAndIdent);
      return at;
    }
    if (value instanceof Optional) return throughOptional(value, at, context);
    if (optional) {
      const found = optionalAccess(value, at);
      if (found !== Optional.none) context.charge(costs.selectAndIdent);
      return found;
    }
    context.charge(costs.selectAndIdent);
    return access(value, at, context);
  };
}
