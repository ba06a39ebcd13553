import { limits } from '../limits.js';
import { ACCUMULATOR, type Call, type Expr, type Fold, op } from './ast.js';

/** An error in the arguments of a macro. */
export class MacroError {
  constructor(
    readonly at: number,
    readonly message: string,
  ) {}
}

/** The expression is larger than limits.nodes after its macros. */
export class TooLarge {}

/** What makes the nodes of a macro, all at the place of its call. */
export class NodeFactory {
  constructor(
    readonly at: number,
    private readonly budget: { nodes: number },
  ) {}

  private made<T extends Expr>(expr: T): T {
    if (++this.budget.nodes > limits.nodes) throw new TooLarge();
    return expr;
  }

  literal(value: boolean | number): Expr {
    return this.made({ kind: 'literal', at: this.at, depth: 0, value });
  }
  ident(name: string): Expr {
    return this.made({ kind: 'ident', at: this.at, depth: 0, name });
  }
  accu(): Expr {
    return this.ident(ACCUMULATOR);
  }
  call(fn: string, ...args: Expr[]): Call {
    return this.made({ kind: 'call', at: this.at, depth: depthOf(args), fn, args });
  }
  member(fn: string, target: Expr, ...args: Expr[]): Call {
    return this.made({ kind: 'call', at: this.at, depth: depthOf([target, ...args]), fn, target, args });
  }
  list(...elements: Expr[]): Expr {
    return this.made({ kind: 'list', at: this.at, depth: depthOf(elements), elements, optionals: new Set() });
  }
  emptyMap(): Expr {
    return this.made({ kind: 'map', at: this.at, depth: 0, entries: [] });
  }
  test(operand: Expr, field: string): Expr {
    return this.made({ kind: 'select', at: this.at, depth: operand.depth, operand, field, testOnly: true });
  }
  fold(parts: Omit<Fold, 'kind' | 'at' | 'depth'>): Fold {
    const depth = depthOf([parts.range, parts.accuInit, parts.condition, parts.step, parts.result]);
    return this.made({ kind: 'fold', at: this.at, depth, ...parts });
  }

  /** A copy of an expression, whose nodes get types of their own. */
  copy(expr: Expr): Expr {
    switch (expr.kind) {
      case 'literal':
      case 'ident':
        return this.made({ ...expr });
      case 'select':
        return this.made({ ...expr, operand: this.copy(expr.operand) });
      case 'call':
        return this.made({ ...expr, target: expr.target && this.copy(expr.target), args: expr.args.map((arg) => this.copy(arg)) });
      case 'list':
        return this.made({ ...expr, elements: expr.elements.map((element) => this.copy(element)) });
      case 'map':
        return this.made({
          ...expr,
          entries: expr.entries.map((entry) => ({ ...entry, key: this.copy(entry.key), value: this.copy(entry.value) })),
        });
      case 'struct':
        return this.made({ ...expr, fields: expr.fields.map((field) => ({ ...field, value: this.copy(field.value) })) });
      case 'fold': {
        const { range, accuInit, condition, step, result } = expr;
        const parts = { range: this.copy(range), accuInit: this.copy(accuInit), condition: this.copy(condition) };
        return this.made({ ...expr, ...parts, step: this.copy(step), result: this.copy(result) });
      }
    }
  }
}

/** The greatest depth of some expressions. */
export function depthOf(exprs: readonly Expr[]): number {
  let depth = 0;
  for (const expr of exprs) if (expr.depth > depth) depth = expr.depth;
  return depth;
}

interface MacroCall {
  readonly make: NodeFactory;
  readonly target: Expr;
  readonly args: readonly [Expr, Expr, ...Expr[]];
}
type Macro = (call: MacroCall) => Expr;

const overwrites = (name: string): boolean => name === ACCUMULATOR || name === '__result__';

function iterationVariable(arg: Expr, message: string): string {
  if (arg.kind !== 'ident') throw new MacroError(arg.at, message);
  if (overwrites(arg.name)) throw new MacroError(arg.at, 'iteration variable overwrites accumulator variable');
  return arg.name;
}

/** The names of the iteration variables and the arguments that follow them. */
interface Iteration {
  iterVar: string;
  iterVar2?: string;
  rest: readonly Expr[];
}

const one =
  (message: string) =>
  ({ args }: MacroCall): Iteration => ({ iterVar: iterationVariable(args[0], message), rest: args.slice(1) });

function two({ args }: MacroCall): Iteration {
  const simple = 'argument must be a simple name';
  const [first, second] = args;
  if (first.kind !== 'ident') throw new MacroError(first.at, simple);
  if (second.kind !== 'ident') throw new MacroError(second.at, simple);
  if (first.name === second.name) throw new MacroError(second.at, `duplicate variable name: ${first.name}`);
  return { iterVar: iterationVariable(first, simple), iterVar2: iterationVariable(second, simple), rest: args.slice(2) };
}

const name = one('argument must be a simple name');
const identifier = one('argument is not an identifier');
type Vars = (call: MacroCall) => Iteration;

const quantifier =
  (kind: 'all' | 'exists' | 'existsOne', vars: Vars): Macro =>
  (call) => {
    const { make, target: range } = call;
    const { rest, ...variables } = vars(call);
    const predicate = rest[0] as Expr;
    const shared = { range, ...variables, accuVar: ACCUMULATOR };
    if (kind === 'existsOne') {
      const accuInit = make.literal(0);
      const condition = make.literal(true);
      const step = make.call(op.conditional, predicate, make.call(op.add, make.accu(), make.literal(1)), make.accu());
      return make.fold({ ...shared, accuInit, condition, step, result: make.call(op.equals, make.accu(), make.literal(1)) });
    }
    const all = kind === 'all';
    const going = all ? make.accu() : make.call(op.not, make.accu());
    return make.fold({
      ...shared,
      accuInit: make.literal(all),
      condition: make.call(op.notStrictlyFalse, going),
      step: make.call(all ? op.and : op.or, make.accu(), predicate),
      result: make.accu(),
    });
  };

/** map, filter, transformList …: a fold that adds to an empty list or map, where a filter holds. */
const transform =
  (vars: Vars, init: 'list' | 'map', add: (call: MacroCall, value: Expr, iteration: Iteration) => Expr): Macro =>
  (call) => {
    const { make, target: range } = call;
    const iteration = vars(call);
    const { rest, ...variables } = iteration;
    const filter = rest.length > 1 ? rest[0] : undefined;
    const added = add(call, rest[rest.length - 1] as Expr, iteration);
    return make.fold({
      range,
      ...variables,
      accuVar: ACCUMULATOR,
      accuInit: init === 'list' ? make.list() : make.emptyMap(),
      condition: make.literal(true),
      step: filter ? make.call(op.conditional, filter, added, make.accu()) : added,
      result: make.accu(),
    });
  };

const append = ({ make }: MacroCall, value: Expr): Expr => make.call(op.add, make.accu(), make.list(value));
const map = transform(identifier, 'list', append);
const filter = transform((call) => ({ ...identifier(call), rest: [call.args[1], call.args[0]] }), 'list', append);
const transformList = transform(two, 'list', append);
const transformMap = transform(two, 'map', ({ make }, value, { iterVar }) =>
  make.call('cel.@mapInsert', make.accu(), make.ident(iterVar), value),
);
const transformMapEntry = transform(two, 'map', ({ make }, value) => make.call('cel.@mapInsert', make.accu(), value));

/** A variable for the value of an expression: a fold over nothing. */
function bind(make: NodeFactory, variable: string, value: Expr, result: Expr): Expr {
  const range = make.list();
  return make.fold({
    ...{ range, iterVar: '#unused', accuVar: variable, accuInit: value },
    ...{ condition: make.literal(false), step: make.ident(variable), result },
  });
}

const optional =
  (fn: 'optMap' | 'optFlatMap'): Macro =>
  ({ make, target, args: [variable, result] }) => {
    if (variable.kind !== 'ident') throw new MacroError(variable.at, `${fn}() variable name must be a simple identifier`);
    const present = make.member('hasValue', target);
    const bound = bind(make, variable.name, make.member('value', make.copy(target)), result);
    return make.call(op.conditional, present, fn === 'optMap' ? make.call('optional.of', bound) : bound, make.call('optional.none'));
  };

const sortBy: Macro = ({ make, target, args }) => {
  if (!['list', 'select', 'ident', 'fold', 'call'].includes(target.kind))
    throw new MacroError(target.at, 'sortBy can only be applied to a list, identifier, comprehension, call or select expression');
  const input = '@__sortBy_input__';
  const keys = map({ make, target: make.ident(input), args });
  return bind(make, input, target, make.member('@sortByAssociatedKeys', make.ident(input), keys));
};

const MACROS: ReadonlyMap<string, Macro> = new Map([
  ['all:2', quantifier('all', name)],
  ['exists:2', quantifier('exists', name)],
  ['exists_one:2', quantifier('existsOne', name)],
  ['existsOne:2', quantifier('existsOne', name)],
  ['map:2', map],
  ['map:3', map],
  ['filter:2', filter],
  ['all:3', quantifier('all', two)],
  ['exists:3', quantifier('exists', two)],
  ['exists_one:3', quantifier('existsOne', two)],
  ['existsOne:3', quantifier('existsOne', two)],
  ['transformList:3', transformList],
  ['transformList:4', transformList],
  ['transformMap:3', transformMap],
  ['transformMap:4', transformMap],
  ['transformMapEntry:3', transformMapEntry],
  ['transformMapEntry:4', transformMapEntry],
  ['optMap:2', optional('optMap')],
  ['optFlatMap:2', optional('optFlatMap')],
  ['sortBy:2', sortBy],
]);

/** What a call of a macro becomes; undefined if the call is none. Throws MacroError and TooLarge. */
export function expandMacro(make: NodeFactory, fn: string, target: Expr | undefined, args: readonly Expr[]): Expr | undefined {
  if (!target) {
    const [arg] = args;
    if (fn !== 'has' || args.length !== 1 || !arg) return undefined;
    if (arg.kind !== 'select' || arg.testOnly) throw new MacroError(arg.at, 'invalid argument to has() macro');
    return make.test(arg.operand, arg.field);
  }
  return MACROS.get(`${fn}:${args.length}`)?.({ make, target, args: args as [Expr, Expr, ...Expr[]] });
}
