import type { Declarations } from '../check/declarations.js';
import type { CelType } from '../check/types.js';
import { type Call, type Expr, type Fold, op, type Select } from '../syntax/ast.js';
import { functionCall, ProgramError } from './call.js';
import { type Code, constant, isConstant } from './code.js';
import { list, map, struct } from './construct.js';
import { accumulator, appending, compileFold } from './fold.js';
import { adapt } from './json.js';
import { membership } from './membership.js';
import { conditional, equality, logical, not, notStrictlyFalse, optionalOr } from './operators.js';
import { attribute, index, presence, selection } from './qualifiers.js';
import { CelError, MapValue, TypeValue } from './values.js';

interface Local {
  readonly slot: number;
  /** Makes the value when it is first read. */
  readonly init?: Code;
  /** The accumulator is a list or map of its own, which steps may add to in place. */
  readonly grows?: boolean;
}

function isEmpty(expr: Expr): boolean {
  return (expr.kind === 'list' && expr.elements.length === 0) || (expr.kind === 'map' && expr.entries.length === 0);
}

function isAttribute(expr: Expr): boolean {
  if (expr.kind === 'ident' || expr.kind === 'select') return true;
  return expr.kind === 'call' && [op.index, op.optIndex, op.optSelect, op.conditional].includes(expr.fn as never);
}

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
        return list(this.codes(expr.elements), expr.optionals);
      case 'map':
        return map(expr.entries.map(({ key, value, optional }) => ({ key: this.code(key), value: this.code(value), optional })));
      case 'struct': {
        const fields = expr.fields.map(({ name, value, optional }) => ({ name, code: this.code(value), optional }));
        return struct(expr.type, fields);
      }
      case 'fold':
        return this.fold(expr);
    }
  }

  private codes(exprs: readonly Expr[]): Code[] {
    return exprs.map((expr) => this.code(expr));
  }

  /** A variable or selection: its own cost is 1, and 1 for each qualifier. */
  private attribute(expr: Expr): Code {
    const resolve = this.resolve(expr);
    return isConstant(resolve) || (expr.kind === 'select' && expr.testOnly) ? resolve : attribute(resolve);
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
    return isAttribute(expr) ? resolve : attribute(resolve);
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
    return init ? accumulator(slot, init) : (context) => context.locals[slot];
  }

  private select({ operand, field, testOnly }: Select): Code {
    return testOnly ? presence(this.operand(operand), field) : selection(this.operand(operand), field);
  }

  private index(expr: Call, optional: boolean): Code {
    const [target, key] = expr.args as [Expr, Expr];
    return index(this.operand(target), this.resolve(key), optional);
  }

  private conditional(expr: Call): Code {
    const [test, yes, no] = expr.args as [Expr, Expr, Expr];
    return conditional(this.code(test), this.resolve(yes), this.resolve(no));
  }

  private call(expr: Call): Code {
    const { fn, target } = expr;
    const overload = expr.overloads?.length === 1 ? expr.overloads[0] : undefined;
    switch (fn) {
      case op.conditional:
        return this.conditional(expr);
      case op.index:
      case op.optIndex:
      case op.optSelect:
        return attribute(this.resolve(expr));
      case op.and:
      case op.or:
        return logical(...this.operands(expr), fn === op.or);
      case op.equals:
      case op.notEquals:
        return equality(...this.operands(expr), fn === op.equals);
      case op.not:
        return not(this.code(expr.args[0] as Expr));
      case op.notStrictlyFalse:
        return notStrictlyFalse(this.code(expr.args[0] as Expr));
      case '@in':
        return membership(...this.operands(expr), overload);
      case 'or':
      case 'orValue':
        if (target) return optionalOr(this.code(target), this.code(expr.args[0] as Expr), fn === 'orValue');
    }
    const args = this.codes(target ? [target, ...expr.args] : expr.args);
    const declared = this.declarations.functions.get(fn);
    if (!declared) throw new ProgramError(`no such overload: ${fn}`);
    return functionCall(declared, expr.overloads ?? [], args);
  }

  private operands(expr: Call): [Code, Code] {
    return this.codes(expr.args) as [Code, Code];
  }

  private fold(expr: Fold): Code {
    const range = this.code(expr.range);
    const init = this.code(expr.accuInit);
    const outer = this.scope;
    const slots = { accu: this.locals++, first: this.locals++, second: this.locals++ };
    const grows = isEmpty(expr.accuInit);
    const fresh: Code = grows ? () => (expr.accuInit.kind === 'list' ? [] : new MapValue()) : init;
    const accuScope = new Map(outer).set(expr.accuVar, { slot: slots.accu, init: fresh, grows });
    const inner = new Map(accuScope).set(expr.iterVar, { slot: slots.first });
    if (expr.iterVar2 !== undefined) inner.set(expr.iterVar2, { slot: slots.second });
    this.scope = inner;
    const condition = this.code(expr.condition);
    const step = this.step(expr.step);
    this.scope = accuScope;
    const result = this.code(expr.result);
    this.scope = outer;
    return compileFold({ range, condition, step, result, slots, two: expr.iterVar2 !== undefined });
  }

  /** The step of a comprehension: one that adds to the accumulator's own list or map does so in place. */
  private step(expr: Expr): Code {
    if (expr.kind !== 'call') return this.code(expr);
    if (expr.fn === op.conditional) {
      const [test, yes, no] = expr.args as [Expr, Expr, Expr];
      return conditional(this.code(test), isAttribute(yes) ? this.resolve(yes) : this.step(yes), this.resolve(no));
    }
    const [target, added] = expr.args;
    const accu = target?.kind === 'ident' ? this.scope.get(target.name) : undefined;
    if (!accu?.grows || !added || expr.fn !== op.add || added.kind !== 'list') return this.code(expr);
    return appending(this.attribute(target as Expr), this.code(added));
  }
}
