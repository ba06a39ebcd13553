import { typeName } from '../run/values.js';
import {
  type Call,
  type Expr,
  type Fold,
  type Ident,
  type ListExpr,
  type MapExpr,
  op,
  type Select,
  type StructExpr,
} from '../syntax/ast.js';
import type { Issue } from '../syntax/source.js';
import type { FunctionDeclaration, Overload } from './functions.js';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  ERROR,
  fieldType,
  formatType,
  INT,
  listType,
  mapType,
  NULL,
  optionalType,
  STRING,
  typeParam,
  UINT,
  unwrapOptional,
} from './types.js';
import { Bindings, isAssignable, isAssignableList, mostGeneral, substitute } from './unify.js';

/** What expressions may refer to. */
export interface Declarations {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  /** Names of types: `int` is of type(int). */
  readonly typeNames: ReadonlyMap<string, CelType>;
  /** Object types that may be constructed. */
  readonly findObjectType: (name: string) => CelType | undefined;
}

interface Scope {
  readonly names: ReadonlyMap<string, CelType>;
  readonly outer: Scope | undefined;
}

/** Types nested deeper or wider than this are dyn: comparing them could cost far more than the expression is long. */
const MAX_WEIGHT = 2_000;
const LITERALS: Readonly<Record<string, CelType>> = {
  bool: BOOL,
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  null_type: NULL,
};

/** The dotted name that a chain of selections spells, if it is one. */
function qualifiedName(expr: Expr): string | undefined {
  const parts: string[] = [];
  let at = expr;
  while (at.kind === 'select' && !at.testOnly) {
    parts.push(at.field);
    at = at.operand;
  }
  if (at.kind !== 'ident') return undefined;
  return [at.name, ...parts.reverse()].join('.');
}

const bare = (name: string): string => (name.startsWith('.') ? name.slice(1) : name);

/** The gradual type checker of cel-go (checker/checker.go): sets types and overloads of all nodes, and reports what does not fit. */
export class Checker {
  private readonly bindings = new Bindings();
  private scope: Scope | undefined;
  private fresh = 0;
  private readonly weights = new WeakMap<CelType, number>();
  private readonly nodes: Expr[] = [];

  constructor(
    private readonly declarations: Declarations,
    private readonly issues: Issue[],
  ) {}

  /** Checks a whole expression. */
  run(expr: Expr): void {
    this.check(expr);
    for (const node of this.nodes) node.type = substitute(this.bindings, node.type ?? DYN, true);
  }

  private report(at: number, message: string): void {
    this.issues.push({ at, message });
  }

  private mismatch(at: number, expected: CelType, actual: CelType): void {
    this.report(at, `expected type '${formatType(expected)}' but found '${formatType(actual)}'`);
  }

  private undeclared(at: number, name: string): void {
    this.report(at, `undeclared reference to '${name}' (in container '')`);
  }

  private weight(type: CelType): number {
    if (type.params.length === 0) return 1;
    const known = this.weights.get(type);
    if (known !== undefined) return known;
    const weight = type.params.reduce((sum, param) => sum + this.weight(param), 1);
    this.weights.set(type, weight);
    return weight;
  }

  private set(expr: Expr, type: CelType): CelType {
    expr.type = this.weight(type) > MAX_WEIGHT ? DYN : type;
    this.nodes.push(expr);
    return expr.type;
  }

  private assignable(a: CelType, b: CelType): boolean {
    return isAssignable(this.bindings, a, b);
  }

  private resolve(type: CelType): CelType {
    return substitute(this.bindings, type, false);
  }

  private variable(): CelType {
    return typeParam(`_var${this.fresh++}`);
  }

  /** The type of a name; undefined if it is not declared. */
  private lookup(name: string): CelType | undefined {
    const plain = bare(name);
    for (let { scope } = this; scope; scope = scope.outer) {
      const local = scope.names.get(plain);
      if (local) return local;
    }
    return this.declarations.variables.get(plain) ?? this.declarations.typeNames.get(plain);
  }

  private check(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return this.set(expr, LITERALS[typeName(expr.value)] ?? DYN);
      case 'ident':
        return this.checkIdent(expr);
      case 'select':
        return this.checkSelect(expr);
      case 'call':
        return this.checkCall(expr);
      case 'list':
        return this.checkList(expr);
      case 'map':
        return this.checkMap(expr);
      case 'struct':
        return this.checkStruct(expr);
      case 'fold':
        return this.checkFold(expr);
    }
  }

  private checkIdent(expr: Ident): CelType {
    const type = this.lookup(expr.name);
    if (!type) this.undeclared(expr.at, expr.name);
    expr.name = bare(expr.name);
    return this.set(expr, type ?? ERROR);
  }

  private checkSelect(expr: Select): CelType {
    const name = expr.testOnly ? undefined : qualifiedName(expr);
    const variable = name === undefined ? undefined : this.lookup(name);
    if (name !== undefined && variable) {
      expr.variable = bare(name);
      return this.set(expr, variable);
    }
    const result = this.checkField(expr, expr.operand, expr.field, false);
    return this.set(expr, expr.testOnly ? BOOL : this.resolve(result));
  }

  private checkField(expr: Expr, operand: Expr, field: string, optional: boolean): CelType {
    const { type: target, optional: isOptional } = unwrapOptional(this.resolve(this.check(operand)));
    let result = DYN;
    if (target.kind === 'map') result = target.params[1] ?? DYN;
    else if (target.kind === 'struct') {
      const found = fieldType(target, field);
      if (!found) this.report(expr.at, `undefined field '${field}'`);
      result = found ?? ERROR;
    } else if (target.kind === 'param') this.assignable(DYN, target);
    else if (target.kind !== 'dyn' && target.kind !== 'error')
      this.report(expr.at, `type '${formatType(target)}' does not support field selection`);
    return isOptional || optional ? optionalType(result) : result;
  }

  private checkCall(expr: Call): CelType {
    if (expr.fn === op.optSelect) {
      const [operand, field] = expr.args as [Expr, Expr];
      const result = this.checkField(expr, operand, String(field.kind === 'literal' ? field.value : ''), true);
      this.set(field, STRING);
      expr.overloads = ['select_optional_field'];
      return this.set(expr, this.resolve(result));
    }
    const args = expr.args.map((arg) => this.check(arg));
    const { target } = expr;
    if (!target) return this.checkFunction(expr, expr.fn, args);
    const prefix = qualifiedName(target);
    const namespaced = prefix === undefined ? undefined : bare(`${prefix}.${expr.fn}`);
    if (namespaced !== undefined && this.declarations.functions.has(namespaced)) {
      expr.target = undefined;
      return this.checkFunction(expr, namespaced, args);
    }
    const receiver = this.check(target);
    const declared = this.declarations.functions.get(expr.fn);
    if (declared) return this.resolveOverload(expr, declared, [receiver, ...args]);
    this.undeclared(expr.at, expr.fn);
    return this.set(expr, ERROR);
  }

  private checkFunction(expr: Call, name: string, args: readonly CelType[]): CelType {
    const declared = this.declarations.functions.get(bare(name));
    if (!declared) {
      this.undeclared(expr.at, name);
      return this.set(expr, ERROR);
    }
    expr.fn = declared.name;
    return this.resolveOverload(expr, declared, args);
  }

  /** The parameters and result of an overload with fresh variables for its type parameters. */
  private instantiate(overload: Overload): { args: readonly CelType[]; result: CelType } {
    if (overload.params.length === 0) return overload;
    const fresh = new Bindings();
    for (const param of overload.params) fresh.bind(typeParam(param), this.variable());
    return { args: overload.args.map((arg) => substitute(fresh, arg, false)), result: substitute(fresh, overload.result, false) };
  }

  private resolveOverload(expr: Call, declared: FunctionDeclaration, args: readonly CelType[]): CelType {
    if (expr.fn === op.and || expr.fn === op.or) return this.checkLogical(expr, args);
    const isMember = expr.target !== undefined;
    const overloads: string[] = [];
    let result: CelType | undefined;
    for (const overload of declared.overloads) {
      if (overload.member !== isMember) continue;
      const candidate = this.instantiate(overload);
      if (!isAssignableList(this.bindings, args, candidate.args)) continue;
      overloads.push(overload.id);
      const found = this.resolve(candidate.result);
      if (!result) result = found;
      else if (result.kind !== 'dyn' && formatType(found) !== formatType(result)) result = DYN;
    }
    if (result) {
      expr.overloads = overloads;
      return this.set(expr, result);
    }
    const shown = args.map((arg) => formatType(substitute(this.bindings, arg, true)));
    const signature = isMember ? `${shown[0]}.(${shown.slice(1).join(', ')})` : `(${shown.join(', ')})`;
    this.report(expr.at, `found no matching overload for '${declared.name}' applied to '${signature}'`);
    return this.set(expr, ERROR);
  }

  private checkLogical(expr: Call, args: readonly CelType[]): CelType {
    let good = true;
    args.forEach((arg, i) => {
      if (this.assignable(arg, BOOL)) return;
      good = false;
      this.mismatch(expr.args[i]?.at ?? expr.at, BOOL, arg);
    });
    expr.overloads = [expr.fn === op.and ? 'logical_and' : 'logical_or'];
    return this.set(expr, good ? BOOL : ERROR);
  }

  /** The type of the elements of a literal so far; those of several types are dyn, which a validator refuses where it matters. */
  private join(previous: CelType | undefined, current: CelType): CelType {
    if (!previous) return current;
    return this.assignable(previous, current) ? mostGeneral(previous, current) : DYN;
  }

  /** The type of an optional element's value. */
  private unwrapped(expr: Expr, type: CelType): CelType {
    const { type: inner, optional } = unwrapOptional(type);
    if (!optional && inner.kind !== 'dyn') this.mismatch(expr.at, optionalType(inner), inner);
    return inner;
  }

  private checkList(expr: ListExpr): CelType {
    let elem: CelType | undefined;
    expr.elements.forEach((element, i) => {
      const type = this.check(element);
      elem = this.join(elem, expr.optionals.has(i) ? this.unwrapped(element, type) : type);
    });
    return this.set(expr, listType(elem ?? this.variable()));
  }

  private checkMap(expr: MapExpr): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of expr.entries) {
      key = this.join(key, this.check(entry.key));
      const type = this.check(entry.value);
      value = this.join(value, entry.optional ? this.unwrapped(entry.value, type) : type);
    }
    return this.set(expr, mapType(key ?? this.variable(), value ?? this.variable()));
  }

  private checkStruct(expr: StructExpr): CelType {
    const name = bare(expr.name);
    const type = this.declarations.findObjectType(name);
    const isType = type ?? this.lookup(name);
    if (!isType) {
      this.undeclared(expr.at, expr.name);
      return this.set(expr, ERROR);
    }
    if (!type) this.report(expr.at, isType.kind === 'type' ? `'${name}' is not a message type` : `'${isType.name}' is not a type`);
    for (const { at, name: field, value, optional } of expr.fields) {
      const given = this.check(value);
      const declared = type && fieldType(type, field);
      if (type && !declared) this.report(at, `undefined field '${field}'`);
      const actual = optional ? this.unwrapped(value, given) : given;
      if (declared && !this.assignable(declared, actual)) {
        const types = `'${formatType(declared)}' but provided type is '${formatType(actual)}'`;
        this.report(at, `expected type of field '${field}' is ${types}`);
      }
    }
    return this.set(expr, type ?? ERROR);
  }

  /** The types of the iteration variables over a range. */
  private iteration(expr: Fold, range: CelType): { first: CelType; second: CelType } {
    if (range.kind === 'list') {
      const item = range.params[0] ?? DYN;
      return expr.iterVar2 === undefined ? { first: item, second: item } : { first: INT, second: item };
    }
    if (range.kind === 'map') return { first: range.params[0] ?? DYN, second: range.params[1] ?? DYN };
    if (range.kind === 'dyn' || range.kind === 'error' || range.kind === 'param') {
      this.assignable(DYN, range);
      return { first: DYN, second: DYN };
    }
    const what = `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
    this.report(expr.range.at, what);
    return { first: ERROR, second: ERROR };
  }

  private assertType(expr: Expr, expected: CelType): void {
    const actual = this.check(expr);
    if (!this.assignable(expected, actual)) this.mismatch(expr.at, expected, actual);
  }

  private checkFold(expr: Fold): CelType {
    const range = this.resolve(this.check(expr.range));
    const accu = this.check(expr.accuInit);
    const outer = this.scope;
    const accuScope: Scope = { names: new Map([[expr.accuVar, accu]]), outer };
    const { first, second } = this.iteration(expr, range);
    const names = new Map([[expr.iterVar, first]]);
    if (expr.iterVar2 !== undefined) names.set(expr.iterVar2, second);
    this.scope = { names, outer: accuScope };
    this.assertType(expr.condition, BOOL);
    this.assertType(expr.step, accu);
    this.scope = accuScope;
    const result = this.check(expr.result);
    this.scope = outer;
    return this.set(expr, this.resolve(result));
  }
}
