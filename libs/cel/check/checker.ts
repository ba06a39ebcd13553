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
import type { Declarations } from './declarations.js';
import { Inference } from './inference.js';
import { bare, qualifiedName, type Scope, typeOfName } from './names.js';
import { checkOverloads } from './overloads.js';
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
  UINT,
  unwrapOptional,
} from './types.js';

const LITERALS: Readonly<Record<string, CelType>> = {
  bool: BOOL,
  int: INT,
  uint: UINT,
  double: DOUBLE,
  string: STRING,
  bytes: BYTES,
  null_type: NULL,
};

/** The gradual type checker of cel-go (checker/checker.go): sets types and overloads of all nodes, and reports what does not fit. */
export class Checker {
  private readonly types: Inference;
  private scope: Scope | undefined;

  constructor(
    private readonly declarations: Declarations,
    issues: Issue[],
  ) {
    this.types = new Inference(issues);
  }

  /** Checks a whole expression. */
  run(expr: Expr): void {
    this.check(expr);
    this.types.finish();
  }

  private lookup(name: string): CelType | undefined {
    return typeOfName(name, this.scope, this.declarations);
  }

  private check(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return this.types.set(expr, LITERALS[typeName(expr.value)] ?? DYN);
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
    if (!type) this.types.undeclared(expr.at, expr.name);
    expr.name = bare(expr.name);
    return this.types.set(expr, type ?? ERROR);
  }

  private checkSelect(expr: Select): CelType {
    const name = expr.testOnly ? undefined : qualifiedName(expr);
    const variable = name === undefined ? undefined : this.lookup(name);
    if (name !== undefined && variable) {
      expr.variable = bare(name);
      return this.types.set(expr, variable);
    }
    const result = this.checkField(expr, expr.operand, expr.field, false);
    return this.types.set(expr, expr.testOnly ? BOOL : this.types.resolve(result));
  }

  private checkField(expr: Expr, operand: Expr, field: string, optional: boolean): CelType {
    const { type: target, optional: isOptional } = unwrapOptional(this.types.resolve(this.check(operand)));
    let result = DYN;
    if (target.kind === 'map') result = target.params[1] ?? DYN;
    else if (target.kind === 'struct') {
      const found = fieldType(target, field);
      if (!found) this.types.report(expr.at, `undefined field '${field}'`);
      result = found ?? ERROR;
    } else if (target.kind === 'param') this.types.assignable(DYN, target);
    else if (target.kind !== 'dyn' && target.kind !== 'error')
      this.types.report(expr.at, `type '${formatType(target)}' does not support field selection`);
    return isOptional || optional ? optionalType(result) : result;
  }

  private checkCall(expr: Call): CelType {
    if (expr.fn === op.optSelect) {
      const [operand, field] = expr.args as [Expr, Expr];
      const result = this.checkField(expr, operand, String(field.kind === 'literal' ? field.value : ''), true);
      this.types.set(field, STRING);
      expr.overloads = ['select_optional_field'];
      return this.types.set(expr, this.types.resolve(result));
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
    if (declared) return checkOverloads(this.types, expr, { declared, args: [receiver, ...args] });
    this.types.undeclared(expr.at, expr.fn);
    return this.types.set(expr, ERROR);
  }

  private checkFunction(expr: Call, name: string, args: readonly CelType[]): CelType {
    const declared = this.declarations.functions.get(bare(name));
    if (!declared) {
      this.types.undeclared(expr.at, name);
      return this.types.set(expr, ERROR);
    }
    expr.fn = declared.name;
    return checkOverloads(this.types, expr, { declared, args });
  }

  private checkList(expr: ListExpr): CelType {
    let elem: CelType | undefined;
    expr.elements.forEach((element, i) => {
      const type = this.check(element);
      elem = this.types.join(elem, expr.optionals.has(i) ? this.types.unwrapped(element, type) : type);
    });
    return this.types.set(expr, listType(elem ?? this.types.variable()));
  }

  private checkMap(expr: MapExpr): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of expr.entries) {
      key = this.types.join(key, this.check(entry.key));
      const type = this.check(entry.value);
      value = this.types.join(value, entry.optional ? this.types.unwrapped(entry.value, type) : type);
    }
    return this.types.set(expr, mapType(key ?? this.types.variable(), value ?? this.types.variable()));
  }

  private checkStruct(expr: StructExpr): CelType {
    const name = bare(expr.name);
    const type = this.declarations.findObjectType(name);
    const isType = type ?? this.lookup(name);
    if (!isType) {
      this.types.undeclared(expr.at, expr.name);
      return this.types.set(expr, ERROR);
    }
    if (!type) this.types.report(expr.at, isType.kind === 'type' ? `'${name}' is not a message type` : `'${isType.name}' is not a type`);
    for (const { at, name: field, value, optional } of expr.fields) {
      const given = this.check(value);
      const declared = type && fieldType(type, field);
      if (type && !declared) this.types.report(at, `undefined field '${field}'`);
      const actual = optional ? this.types.unwrapped(value, given) : given;
      if (declared && !this.types.assignable(declared, actual)) {
        const types = `'${formatType(declared)}' but provided type is '${formatType(actual)}'`;
        this.types.report(at, `expected type of field '${field}' is ${types}`);
      }
    }
    return this.types.set(expr, type ?? ERROR);
  }

  /** The types of the iteration variables over a range. */
  private iteration(expr: Fold, range: CelType): { first: CelType; second: CelType } {
    if (range.kind === 'list') {
      const item = range.params[0] ?? DYN;
      return expr.iterVar2 === undefined ? { first: item, second: item } : { first: INT, second: item };
    }
    if (range.kind === 'map') return { first: range.params[0] ?? DYN, second: range.params[1] ?? DYN };
    if (range.kind === 'dyn' || range.kind === 'error' || range.kind === 'param') {
      this.types.assignable(DYN, range);
      return { first: DYN, second: DYN };
    }
    const what = `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
    this.types.report(expr.range.at, what);
    return { first: ERROR, second: ERROR };
  }

  private assertType(expr: Expr, expected: CelType): void {
    const actual = this.check(expr);
    if (!this.types.assignable(expected, actual)) this.types.mismatch(expr.at, expected, actual);
  }

  private checkFold(expr: Fold): CelType {
    const range = this.types.resolve(this.check(expr.range));
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
    return this.types.set(expr, this.types.resolve(result));
  }
}
