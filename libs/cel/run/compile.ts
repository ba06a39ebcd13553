import type { Declarations } from '../check/checker.js';
import type { CelType } from '../check/types.js';
import { type Call, type Expr, type Fold, type ListExpr, type MapExpr, op, type Select, type StructExpr } from '../syntax/ast.js';
import { access, lookup, optionalAccess } from './access.js';
import { type Code, type Constant, constant, isConstant } from './code.js';
import { equal } from './compare.js';
import { Context } from './context.js';
import { display } from './convert.js';
import { type CallCost, callCost, costs, isConstantCost } from './cost.js';
import { dispatcher } from './dispatch.js';
import { compileFold, type FoldParts } from './fold.js';
import { adapt, isList, itemOf, listSize } from './json.js';
import { find, isMap, put } from './maps.js';
import { patternOf } from './regex.js';
import { CelError, MapValue, noSuchOverload, ObjectValue, Optional, TypeValue, type Value } from './values.js';

/** An expression that cannot become a program: what OptOptimize of cel-go finds while it folds constants. */
export class ProgramError {
  constructor(readonly message: string) {}
}

interface Local {
  readonly slot: number;
  /** Makes the value when it is first read. */
  readonly init?: Code;
  /** The accumulator is a list or map of its own, which steps may add to in place. */
  readonly grows?: boolean;
}

const NOT_YET = Symbol('not yet evaluated');
const CONVERSIONS = new Set(['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint']);
const PATTERNS = new Set(['matches', 'find', 'findAll']);

/** Makes closures of a checked expression, which count costs as cel-go's interpreter observes them. */
export class Compiler {
  readonly globals: { name: string; type: CelType }[] = [];
  locals = 0;
  private scope = new Map<string, Local>();

  constructor(private readonly declarations: Declarations) {}

  /** The code of an expression with all its costs. */
  code(expr: Expr): Code {
    switch (expr.kind) {
      case 'literal':
        return constant(expr.value);
      case 'ident':
      case 'select':
        return this.attribute(expr);
      case 'call':
        return this.call(expr);
      case 'list':
        return this.list(expr);
      case 'map':
        return this.map(expr);
      case 'struct':
        return this.struct(expr);
      case 'fold':
        return this.fold(expr);
    }
  }

  /** A variable or selection: its own cost is 1, and 1 for each qualifier. */
  private attribute(expr: Expr): Code {
    const resolve = this.resolve(expr);
    if (isConstant(resolve) || (expr.kind === 'select' && expr.testOnly)) return resolve;
    return (context) => {
      const value = resolve(context);
      context.charge(costs.selectAndIdent);
      return value;
    };
  }

  private isAttribute(expr: Expr): boolean {
    if (expr.kind === 'ident' || expr.kind === 'select') return true;
    return expr.kind === 'call' && [op.index, op.optIndex, op.optSelect, op.conditional].includes(expr.fn as never);
  }

  /** The code of an expression as the root of a qualifier, or as a branch of a condition: without the cost of an attribute itself. */
  private resolve(expr: Expr): Code {
    if (expr.kind === 'ident') return this.variable(expr.name, expr.type);
    if (expr.kind === 'select') return expr.variable === undefined ? this.select(expr) : this.variable(expr.variable, expr.type);
    if (expr.kind === 'call') {
      if (expr.fn === op.conditional) return this.conditional(expr);
      if (expr.fn === op.index) return this.index(expr, false);
      if (expr.fn === op.optIndex || expr.fn === op.optSelect) return this.index(expr, true);
    }
    return this.code(expr);
  }

  /** What a qualifier is applied to: a call's or literal's result is an attribute of its own, which costs 1. */
  private operand(expr: Expr): Code {
    const resolve = this.resolve(expr);
    if (this.isAttribute(expr)) return resolve;
    return (context) => {
      const value = resolve(context);
      context.charge(costs.selectAndIdent);
      return value;
    };
  }

  private variable(name: string, type: CelType | undefined): Code {
    const local = this.scope.get(name);
    if (local) return this.local(local);
    const declared = this.declarations.variables.get(name);
    if (!declared) return constant(new TypeValue(this.declarations.typeNames.get(name)?.params[0]?.name ?? type?.name ?? name));
    let slot = this.globals.findIndex((global) => global.name === name);
    if (slot < 0) slot = this.globals.push({ name, type: declared }) - 1;
    return (context) => {
      const known = context.globals[slot];
      if (known !== undefined) return known;
      const { activation } = context;
      const value = name in activation ? adapt(activation[name], declared) : new CelError(`no such attribute(s): ${name}`);
      context.globals[slot] = value;
      return value;
    };
  }

  private local({ slot, init }: Local): Code {
    if (!init) return (context) => context.locals[slot];
    return (context) => {
      const known = context.locals[slot];
      if (known !== NOT_YET) return known;
      const value = init(context);
      context.locals[slot] = value;
      return value;
    };
  }

  private select(expr: Select): Code {
    const operand = this.operand(expr.operand);
    const { field } = expr;
    if (expr.testOnly) return this.presence(operand, field);
    return (context) => {
      const value = operand(context);
      if (value instanceof CelError) return value;
      if (value instanceof Optional) return this.throughOptional(value, field, context);
      context.charge(costs.selectAndIdent);
      return access(value, field, context);
    };
  }

  private presence(operand: Code, field: string): Code {
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

  /** A qualifier after an optional one: charged only if it finds something. */
  private throughOptional(value: Optional, key: Value, context: Context): Value {
    if (!value.hasValue) return value;
    const found = optionalAccess(value.value, key);
    if (found !== Optional.none) context.charge(costs.selectAndIdent);
    return found;
  }

  private index(expr: Call, optional: boolean): Code {
    const [target, key] = expr.args as [Expr, Expr];
    const operand = this.operand(target);
    const index = this.resolve(key);
    return (context) => {
      const value = operand(context);
      if (value instanceof CelError) return value;
      if (value instanceof Optional && !value.hasValue) return value;
      const at = index(context);
      if (at instanceof CelError) {
        context.charge(costs.selectAndIdent);
        return at;
      }
      if (value instanceof Optional) return this.throughOptional(value, at, context);
      if (optional) {
        const found = optionalAccess(value, at);
        if (found !== Optional.none) context.charge(costs.selectAndIdent);
        return found;
      }
      context.charge(costs.selectAndIdent);
      return access(value, at, context);
    };
  }

  private conditional(expr: Call): Code {
    const [test, yes, no] = expr.args as [Expr, Expr, Expr];
    const condition = this.code(test);
    const whenTrue = this.resolve(yes);
    const whenFalse = this.resolve(no);
    return (context) => {
      const holds = condition(context);
      if (holds === true) return whenTrue(context);
      if (holds === false) return whenFalse(context);
      return holds instanceof CelError ? holds : noSuchOverload;
    };
  }

  private call(expr: Call): Code {
    const { fn } = expr;
    switch (fn) {
      case op.conditional:
        return this.conditional(expr);
      case op.index:
      case op.optIndex:
      case op.optSelect:
        return this.attribute2(expr);
      case op.and:
      case op.or:
        return this.logical(expr, fn === op.or);
      case op.equals:
      case op.notEquals:
        return this.equality(expr, fn === op.equals);
      case op.not:
        return this.not(expr);
      case op.notStrictlyFalse:
        return this.notStrictlyFalse(expr);
      case '@in':
        return this.membership(expr);
      case 'or':
      case 'orValue':
        if (expr.target) return this.optionalOr(expr, fn === 'orValue');
    }
    return this.functionCall(expr);
  }

  private attribute2(expr: Call): Code {
    const resolve = this.resolve(expr);
    return (context) => {
      const value = resolve(context);
      context.charge(costs.selectAndIdent);
      return value;
    };
  }

  /** || and &&: the other side decides if one is an error. */
  private logical(expr: Call, decisive: boolean): Code {
    const [left, right] = expr.args.map((arg) => this.code(arg)) as [Code, Code];
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

  private equality(expr: Call, wanted: boolean): Code {
    const [left, right] = expr.args.map((arg) => this.code(arg)) as [Code, Code];
    const cost = callCost(expr.fn, wanted ? 'equals' : 'not_equals');
    return (context) => {
      const a = left(context);
      const b = right(context);
      context.charge(cost([a, b], null, context));
      if (a instanceof CelError) return a;
      if (b instanceof CelError) return b;
      return equal(a, b, context) === wanted;
    };
  }

  private not(expr: Call): Code {
    const operand = this.code(expr.args[0] as Expr);
    return (context) => {
      const value = operand(context);
      context.charge(1);
      if (typeof value === 'boolean') return !value;
      return value instanceof CelError ? value : noSuchOverload;
    };
  }

  private notStrictlyFalse(expr: Call): Code {
    const operand = this.code(expr.args[0] as Expr);
    return (context) => {
      const value = operand(context);
      context.charge(1);
      return value !== false;
    };
  }

  private membership(expr: Call): Code {
    const [item, container] = expr.args as [Expr, Expr];
    const left = this.code(item);
    const right = this.code(container);
    const single = expr.overloads?.length === 1 ? expr.overloads[0] : undefined;
    const set = single === 'in_list' && isConstant(right) ? constantSet(right.value) : undefined;
    if (set) return set.size === 0 ? constant(false) : this.setMembership(left, set);
    const cost = callCost('@in', single);
    return (context) => {
      const a = left(context);
      const b = right(context);
      context.charge(cost([a, b], null, context));
      if (a instanceof CelError) return a;
      if (b instanceof CelError) return b;
      return contains(b, a, context);
    };
  }

  /** In a list of constants: a look-up that costs nothing. */
  private setMembership(left: Code, set: ReadonlySet<Value>): Code {
    return (context) => {
      const value = left(context);
      if (value instanceof CelError) return value;
      if (set.has(value)) return true;
      if (typeof value === 'string' || typeof value === 'boolean' || value === null || isList(value)) return false;
      context.work(set.size);
      for (const item of set) if (equal(item, value, context)) return true;
      return false;
    };
  }

  private optionalOr(expr: Call, unwrapped: boolean): Code {
    const left = this.code(expr.target as Expr);
    const right = this.code(expr.args[0] as Expr);
    return (context) => {
      const value = left(context);
      if (!(value instanceof Optional)) return value;
      if (value.hasValue) return unwrapped ? value.value : value;
      return right(context);
    };
  }

  private functionCall(expr: Call): Code {
    const args = (expr.target ? [expr.target, ...expr.args] : expr.args).map((arg) => this.code(arg));
    const declared = this.declarations.functions.get(expr.fn);
    if (!declared) throw new ProgramError(`no such overload: ${expr.fn}`);
    const ids = expr.overloads ?? [];
    const run = dispatcher(declared, ids, args.length);
    const cost = callCost(expr.fn, ids.length === 1 ? ids[0] : undefined);
    const [first, second] = args;
    if (CONVERSIONS.has(expr.fn) && args.length === 1 && first && isConstant(first)) {
      const value = run([first.value], new Context({}, Infinity, { locals: 0, globals: 0 }));
      if (value instanceof CelError) throw new ProgramError(value.message);
      return constant(value);
    }
    if (PATTERNS.has(expr.fn) && second && isConstant(second) && typeof second.value === 'string') {
      const pattern = patternOf(second.value);
      if (pattern instanceof CelError) throw new ProgramError(pattern.message);
    }
    if (first && args.length === 1) return unaryCall(first, run, cost);
    if (first && second && args.length === 2) return binaryCall(first, second, run, cost);
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

  private list(expr: ListExpr): Code {
    const elements = expr.elements.map((element) => this.code(element));
    if (elements.every(isConstant) && expr.optionals.size === 0) return constant(elements.map((element) => (element as Constant).value));
    const { optionals } = expr;
    return (context) => {
      const values: Value[] = [];
      for (let i = 0; i < elements.length; i++) {
        const value = (elements[i] as Code)(context);
        if (value instanceof CelError) return charged(value, costs.list, context);
        if (!optionals.has(i)) values.push(value);
        else if (!(value instanceof Optional)) return charged(invalidOptional(`list element from`, value, context), costs.list, context);
        else if (value.hasValue) values.push(value.value);
      }
      return charged(values, costs.list, context);
    };
  }

  private map(expr: MapExpr): Code {
    const entries = expr.entries.map(({ key, value, optional }) => ({ key: this.code(key), value: this.code(value), optional }));
    const make: Code = (context) => {
      const map = new MapValue();
      for (const { key, value, optional } of entries) {
        const name = key(context);
        if (name instanceof CelError) return name;
        const given = value(context);
        if (given instanceof CelError) return given;
        if (optional && !(given instanceof Optional)) return invalidOptional(`entry '${display(name, context)}' from`, given, context);
        if (given instanceof Optional && optional && !given.hasValue) continue;
        const error = put(map, name, given instanceof Optional && optional ? given.value : given);
        if (error) return error;
      }
      return map;
    };
    if (entries.every(({ key, value, optional }) => isConstant(key) && isConstant(value) && !optional))
      return constant(make(new Context({}, Infinity, { locals: 0, globals: 0 })));
    return (context) => charged(make(context), costs.map, context);
  }

  private struct(expr: StructExpr): Code {
    const type = expr.type;
    const fields = expr.fields.map(({ name, value, optional }) => ({ name, code: this.code(value), optional }));
    const dyn = { kind: 'dyn', name: 'dyn', params: [], plain: true } as const;
    return (context) => {
      const raw: Record<string, unknown> = {};
      for (const { name, code, optional } of fields) {
        const given = code(context);
        if (given instanceof CelError) return charged(given, costs.struct, context);
        if (optional && !(given instanceof Optional))
          return charged(invalidOptional(`entry '${name}' from`, given, context), costs.struct, context);
        if (given instanceof Optional && optional && !given.hasValue) continue;
        raw[name] = given instanceof Optional && optional ? given.value : given;
      }
      const declared = new Map(Object.keys(raw).map((key) => [key, { key, type: dyn }]));
      const made: CelType = { ...(type ?? dyn), kind: 'struct', fields: declared, constructible: true };
      return charged(new ObjectValue(raw, made), costs.struct, context);
    };
  }

  private fold(expr: Fold): Code {
    const range = this.code(expr.range);
    const init = this.code(expr.accuInit);
    const outer = this.scope;
    const slots = { accu: this.locals++, first: this.locals++, second: this.locals++ };
    const empty = (expr.accuInit.kind === 'list' && expr.accuInit.elements.length === 0) || isEmptyMap(expr.accuInit);
    const fresh: Code = empty ? () => (expr.accuInit.kind === 'list' ? [] : new MapValue()) : init;
    const accuScope = new Map(outer).set(expr.accuVar, { slot: slots.accu, init: fresh, grows: empty });
    const inner = new Map(accuScope).set(expr.iterVar, { slot: slots.first });
    if (expr.iterVar2 !== undefined) inner.set(expr.iterVar2, { slot: slots.second });
    this.scope = inner;
    const condition = this.code(expr.condition);
    const step = this.step(expr.step);
    this.scope = accuScope;
    const result = this.code(expr.result);
    this.scope = outer;
    const parts: FoldParts = { range, condition, step, result, slots, notYet: NOT_YET, two: expr.iterVar2 !== undefined };
    return compileFold(parts);
  }

  /** The step of a comprehension: one that adds to the accumulator's own list or map does so in place. */
  private step(expr: Expr): Code {
    if (expr.kind !== 'call') return this.code(expr);
    if (expr.fn === op.conditional) {
      const [test, yes, no] = expr.args as [Expr, Expr, Expr];
      const condition = this.code(test);
      const whenTrue = this.isAttribute(yes) ? this.resolve(yes) : this.step(yes);
      const whenFalse = this.resolve(no);
      return (context) => {
        const holds = condition(context);
        if (holds === true) return whenTrue(context);
        if (holds === false) return whenFalse(context);
        return holds instanceof CelError ? holds : noSuchOverload;
      };
    }
    const [target, added] = expr.args;
    const accu = target?.kind === 'ident' ? this.scope.get(target.name) : undefined;
    if (!accu?.grows || !added || expr.fn !== op.add || added.kind !== 'list') return this.code(expr);
    return this.appending(this.attribute(target as Expr), this.code(added));
  }

  private appending(accu: Code, added: Code): Code {
    return (context) => {
      const list = accu(context);
      const items = added(context);
      context.charge(1);
      if (list instanceof CelError) return list;
      if (items instanceof CelError) return items;
      if (!Array.isArray(list) || !Array.isArray(items)) return noSuchOverload;
      for (const item of items) list.push(item);
      return list;
    };
  }
}

function isEmptyMap(expr: Expr): boolean {
  return expr.kind === 'map' && expr.entries.length === 0;
}

function charged(value: Value, cost: number, context: Context): Value {
  context.charge(cost);
  return value;
}

function invalidOptional(what: string, value: Value, context: Context): CelError {
  return new CelError(`cannot initialize optional ${what} non-optional value ${display(value, context)}`);
}

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

/** `in`: a list's items or a map's keys. */
function contains(container: Value, item: Value, context: Context): Value {
  if (isList(container)) {
    const size = listSize(container);
    for (let i = 0; i < size; i++) if (equal(itemOf(container, i), item, context)) return true;
    return false;
  }
  return isMap(container) ? find(container, item) !== undefined : noSuchOverload;
}

/** A list of constants of simple types as a set. */
function constantSet(list: Value): ReadonlySet<Value> | undefined {
  if (!Array.isArray(list)) return undefined;
  const simple = list.every((item) => item !== null && (typeof item !== 'object' || 'value' in item));
  return simple ? new Set(list) : undefined;
}
