import type { FunctionDeclaration } from '../check/functions.js';
import { type Code, constant, isConstant } from './code.js';
import { type Context, constantContext } from './context.js';
import { type CallCost, callCost, isConstantCost } from './cost.js';
import { dispatcher } from './dispatch.js';
import { patternOf } from './regex.js';
import { CelError, type Value } from './values.js';

/** An expression that cannot become a program: what OptOptimize of cel-go finds while it folds constants. */
export class ProgramError {
  constructor(readonly message: string) {}
}

const CONVERSIONS = new Set(['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint']);
const PATTERNS = new Set(['matches', 'find', 'findAll']);

type Run = (values: readonly Value[], context: Context) => Value;

function unaryCall(arg: Code, run: Run, cost: CallCost): Code {
  const fixed = isConstantCost(cost);
  return (context) => {
    const values = [arg(context)];
    const result = values[0] instanceof CelError ? values[0] : run(values, context);
    context.charge(fixed ? 1 : cost(values, result, context));
    return result;
  };
}

function binaryCall(left: Code, right: Code, run: Run, cost: CallCost): Code {
  const fixed = isConstantCost(cost);
  return (context) => {
    const values = [left(context), right(context)];
    const [a, b] = values;
    const result = a instanceof CelError ? a : b instanceof CelError ? b : run(values, context);
    context.charge(fixed ? 1 : cost(values, result, context));
    return result;
  };
}

function anyCall(args: readonly Code[], run: Run, cost: CallCost): Code {
  return (context) => {
    const values: Value[] = [];
    for (const arg of args) {
      const value = arg(context);
      if (value instanceof CelError) return value;
      values.push(value);
    }
    const result = run(values, context);
    context.charge(cost(values, result, context));
    return result;
  };
}

/** The code of a call with that of its receiver and arguments. A constant that its function refuses is an error now. */
export function functionCall(declared: FunctionDeclaration, ids: readonly string[], args: readonly Code[]): Code {
  const { name } = declared;
  const run = dispatcher(declared, ids, args.length);
  const cost = callCost(name, ids.length === 1 ? ids[0] : undefined);
  const [first, second] = args;
  if (CONVERSIONS.has(name) && args.length === 1 && first && isConstant(first)) {
    const value = run([first.value], constantContext());
    if (value instanceof CelError) throw new ProgramError(value.message);
    return constant(value);
  }
  if (PATTERNS.has(name) && second && isConstant(second) && typeof second.value === 'string') {
    const pattern = patternOf(second.value);
    if (pattern instanceof CelError) throw new ProgramError(pattern.message);
  }
  if (first && args.length === 1) return unaryCall(first, run, cost);
  if (first && second && args.length === 2) return binaryCall(first, second, run, cost);
  return anyCall(args, run, cost);
}
