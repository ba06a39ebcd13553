import type { Declarations } from '../check/declarations.js';
import { type CelType, DYN } from '../check/types.js';
import type { CostEstimate } from '../program.js';
import { costs } from '../run/cost.js';
import { stringSize } from '../run/values.js';
import { ACCUMULATOR, type Call, type Expr, type Fold, type Select } from '../syntax/ast.js';
import { estimateCall } from './calls.js';
import type { EntrySize, EstimatedNode } from './nodes.js';
import { fixed, oneCost, plus, type Range, times, UNBOUNDED, union, unknown, zero } from './sizes.js';

interface Local {
  readonly path: readonly string[] | undefined;
  readonly size: Range | undefined;
  readonly entries: EntrySize | undefined;
}

const attribute = fixed(costs.selectAndIdent);
const SCALARS = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint']);

function isScalar(type: CelType): boolean {
  if (type.name === 'optional_type') return isScalar(type.params[0] ?? DYN);
  return SCALARS.has(type.kind);
}

/** The size that an expression itself shows. */
function literalSize(expr: Expr): Range | undefined {
  if (expr.kind === 'list') return fixed(expr.elements.length);
  if (expr.kind === 'map') return fixed(expr.entries.length);
  if (expr.kind !== 'literal') return undefined;
  if (typeof expr.value === 'string') return fixed(stringSize(expr.value));
  return fixed(expr.value instanceof Uint8Array ? expr.value.length : 1);
}

/** Estimates what an expression costs, from the sizes of the declared types (cel-go's checker/cost.go). */
class Estimator {
  private readonly paths = new Map<Expr, readonly string[] | undefined>();
  private readonly sizes = new Map<Expr, Range>();
  private readonly entries = new Map<Expr, EntrySize>();
  private scope = new Map<string, Local>();

  constructor(private readonly declarations: Declarations) {}

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return zero;
      case 'ident':
        this.paths.set(expr, this.scope.has(expr.name) ? this.scope.get(expr.name)?.path : [expr.name]);
        return attribute;
      case 'select':
        return this.costOfSelect(expr);
      case 'call':
        return this.costOfCall(expr);
      case 'list':
        return this.costOfList(expr);
      case 'map':
        return this.costOfMap(expr);
      case 'struct':
        return expr.fields.reduce((sum, { value }) => plus(sum, this.cost(value)), fixed(costs.struct));
      case 'fold':
        return this.costOfFold(expr);
    }
  }

  private path(expr: Expr): readonly string[] | undefined {
    if (expr.kind === 'ident' && this.scope.has(expr.name)) return this.scope.get(expr.name)?.path;
    return this.paths.get(expr);
  }

  private below(expr: Expr, step: string): readonly string[] {
    return [...(this.path(expr) ?? []), step];
  }

  private costOfSelect(expr: Select): Range {
    if (expr.variable !== undefined) {
      this.paths.set(expr, [expr.variable]);
      return attribute;
    }
    const operand = this.cost(expr.operand);
    if (expr.testOnly) return operand;
    this.paths.set(expr, this.below(expr.operand, expr.field));
    const kind = expr.operand.type?.kind;
    return kind === 'map' || kind === 'struct' || kind === 'param' ? plus(operand, attribute) : operand;
  }

  private costOfList(expr: Expr & { kind: 'list' }): Range {
    let sum = fixed(costs.list);
    let size: Range = { min: expr.elements.length === 0 ? 0n : UNBOUNDED, max: 0n };
    for (const element of expr.elements) {
      sum = plus(sum, this.cost(element));
      size = union(size, this.sizeOrUnknown(element));
    }
    this.entries.set(expr, { kind: 'list', key: oneCost, value: size });
    return sum;
  }

  private costOfMap(expr: Expr & { kind: 'map' }): Range {
    let sum = fixed(costs.map);
    const min = expr.entries.length === 0 ? 0n : UNBOUNDED;
    let keys: Range = { min, max: 0n };
    let values: Range = { min, max: 0n };
    for (const { key, value } of expr.entries) {
      sum = plus(sum, plus(this.cost(key), this.cost(value)));
      keys = union(keys, this.sizeOrUnknown(key));
      values = union(values, this.sizeOrUnknown(value));
    }
    this.entries.set(expr, { kind: 'map', key: keys, value: values });
    return sum;
  }

  private node(expr: Expr): EstimatedNode {
    const path = this.path(expr);
    const hidden = path?.[0] === ACCUMULATOR;
    return { path: hidden ? undefined : path, type: expr.type ?? DYN, expr, size: this.size(expr) };
  }

  private costOfCall(expr: Call): Range {
    const [head] = expr.args;
    if (expr.fn === 'dyn' && head) {
      const cost = plus(oneCost, this.cost(head));
      this.copySizes(expr, head);
      return cost;
    }
    const argCosts = expr.args.map((arg) => this.cost(arg));
    const args = expr.args.map((arg) => this.node(arg));
    const receiver = expr.target ? this.cost(expr.target) : zero;
    const target = expr.target && this.node(expr.target);
    const sizeOf = (node: EstimatedNode): Range => node.size ?? this.declaredSize(node) ?? unknown;
    let cost: Range = { min: UNBOUNDED, max: 0n };
    let size: Range | undefined;
    for (const overload of expr.overloads ?? []) {
      const estimate = estimateCall({ fn: expr.fn, overload, target, args, argCosts, sizeOf });
      cost = union(cost, estimate.cost);
      if (estimate.size) size = size ? union(size, estimate.size) : estimate.size;
      this.mergeEntries(expr, overload);
      if (overload === 'index_list' || overload === 'index_map') {
        size = head && this.entrySize(head)?.value;
        if (head) this.paths.set(expr, this.below(head, overload === 'index_list' ? '@items' : '@values'));
      }
      size ??= this.size(expr);
    }
    if (size) this.sizes.set(expr, size);
    return plus(receiver, cost);
  }

  /** What ?: and + make of the sizes of entries. */
  private mergeEntries(expr: Call, overload: string): void {
    const merged =
      overload === 'conditional' ? expr.args.slice(1) : ['add_list', 'add_string', 'add_bytes'].includes(overload) ? expr.args : [];
    const [a, b] = merged.map((arg) => this.entrySize(arg));
    if (a && b) this.entries.set(expr, { kind: a.kind, key: union(a.key, b.key), value: union(a.value, b.value) });
  }

  private copySizes(to: Expr, from: Expr): void {
    const size = this.size(from);
    if (size) this.sizes.set(to, size);
    const entries = this.entrySize(from);
    if (entries) this.entries.set(to, entries);
  }

  private isBind(expr: Fold): boolean {
    const { range, condition } = expr;
    return range.kind === 'list' && range.elements.length === 0 && condition.kind === 'literal' && condition.value === false;
  }

  private bound(name: string, local: Local, run: () => Range): Range {
    const before = this.scope;
    this.scope = new Map(before).set(name, local);
    const cost = run();
    this.scope = before;
    return cost;
  }

  private costOfFold(expr: Fold): Range {
    const start = plus(this.cost(expr.range), this.cost(expr.accuInit));
    const { accuInit } = expr;
    const accu: Local = { path: this.path(accuInit), size: this.size(accuInit), entries: this.entrySize(accuInit) };
    if (this.isBind(expr)) {
      return this.bound(expr.accuVar, accu, () => {
        const cost = plus(start, this.cost(expr.result));
        this.copySizes(expr, expr.result);
        return cost;
      });
    }
    return this.bound(expr.accuVar, accu, () => {
      const turn = this.costOfTurn(expr);
      const result = this.cost(expr.result);
      const count = this.sizeOrUnknown(expr.range);
      this.sizeOfFold(expr, count);
      return plus(plus(start, result), times(count, turn));
    });
  }

  private costOfTurn(expr: Fold): Range {
    const { range, iterVar, iterVar2 } = expr;
    const entries = this.entrySize(range);
    const list = (entries?.kind ?? range.type?.kind) === 'list';
    const local = (step: string, size: Range | undefined): Local => ({ path: this.below(range, step), size, entries: undefined });
    const values = local(list ? '@items' : '@values', entries?.value);
    const run = (): Range => plus(this.cost(expr.condition), this.cost(expr.step));
    if (iterVar2 === undefined) return this.bound(iterVar, list ? values : local('@keys', entries?.key), run);
    const keys = local(list ? '@indices' : '@keys', entries?.key);
    return this.bound(iterVar, keys, () => this.bound(iterVar2, values, run));
  }

  private sizeOfFold(expr: Fold, count: Range): void {
    const { kind } = expr.accuInit;
    if (kind === 'literal') {
      const size = this.size(expr.accuInit);
      if (size) this.sizes.set(expr, size);
    } else if (kind === 'list' || kind === 'map') {
      this.sizes.set(expr, count);
      const entries = this.entrySize(expr.step);
      if (entries) this.entries.set(expr, entries);
    }
  }

  private sizeOrUnknown(expr: Expr): Range {
    return this.size(expr) ?? unknown;
  }

  private size(expr: Expr): Range | undefined {
    const known = this.sizes.get(expr) ?? literalSize(expr);
    if (known) return known;
    const declared = this.declaredSize({ path: this.path(expr), type: expr.type ?? DYN, size: undefined });
    if (declared) {
      this.sizes.set(expr, declared);
      return declared;
    }
    if (isScalar(expr.type ?? DYN)) return oneCost;
    return expr.kind === 'ident' ? this.scope.get(expr.name)?.size : undefined;
  }

  private entrySize(expr: Expr): EntrySize | undefined {
    return this.entries.get(expr) ?? (expr.kind === 'ident' ? this.scope.get(expr.name)?.entries : undefined);
  }

  /**
   * The size that a schema allows at a path. As upstream's estimator, it begins at `self` whatever the path begins with, and takes what has no
   * size, such as a number or an object, for empty.
   */
  private declaredSize({ path }: EstimatedNode): Range | undefined {
    const [root, ...steps] = path ?? [];
    const { variables } = this.declarations;
    let type = root === undefined ? undefined : (variables.get(root) ?? variables.get('self'));
    if (type?.kind === 'dyn' && type.maxElements === undefined) return undefined;
    for (const step of steps) type = type && stepInto(type, step);
    return type && { min: 0n, max: BigInt(type.maxElements ?? 0) };
  }
}

/** The type a step below another. */
function stepInto(type: CelType, step: string): CelType | undefined {
  if (step === '@items' || step === '@values')
    return type.kind === 'list' || type.kind === 'map' ? type.params[type.params.length - 1] : undefined;
  if (step === '@keys') return type.kind === 'map' ? type.params[0] : undefined;
  return type.fields?.get(step)?.type;
}

/** The cost of an expression, once it is checked. */
export function estimateCost(expr: Expr, declarations: Declarations): CostEstimate {
  return new Estimator(declarations).cost(expr);
}
