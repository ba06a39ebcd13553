import { type Call, op } from '../syntax/ast.js';
import type { FunctionDeclaration } from './functions.js';
import type { Inference } from './inference.js';
import { BOOL, type CelType, DYN, ERROR, formatType } from './types.js';

function checkLogical(types: Inference, expr: Call, args: readonly CelType[]): CelType {
  let good = true;
  args.forEach((arg, i) => {
    if (types.assignable(arg, BOOL)) return;
    good = false;
    types.mismatch(expr.args[i]?.at ?? expr.at, BOOL, arg);
  });
  expr.overloads = [expr.fn === op.and ? 'logical_and' : 'logical_or'];
  return types.set(expr, good ? BOOL : ERROR);
}

/** Checks a call of a function that is declared, and finds the overloads that it may mean. */
export function checkOverloads(
  types: Inference,
  expr: Call,
  { declared, args }: { declared: FunctionDeclaration; args: readonly CelType[] },
): CelType {
  if (expr.fn === op.and || expr.fn === op.or) return checkLogical(types, expr, args);
  const isMember = expr.target !== undefined;
  const overloads: string[] = [];
  let result: CelType | undefined;
  for (const overload of declared.overloads) {
    if (overload.member !== isMember) continue;
    const found = types.apply(overload, args);
    if (!found) continue;
    overloads.push(overload.id);
    if (!result) result = found;
    else if (result.kind !== 'dyn' && formatType(found) !== formatType(result)) result = DYN;
  }
  if (result) {
    expr.overloads = overloads;
    return types.set(expr, result);
  }
  const shown = args.map((arg) => formatType(types.final(arg)));
  const signature = isMember ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`;
  types.report(expr.at, `found no matching overload for '${declared.name}' applied to '${signature}'`);
  return types.set(expr, ERROR);
}
