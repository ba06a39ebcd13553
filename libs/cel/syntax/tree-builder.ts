import { limits } from '../limits.js';
import { type Call, type Expr, op } from './ast.js';
import { depthOf, expandMacro, MacroError, NodeFactory, TooLarge } from './macros.js';
import type { Issue } from './source.js';

/** Makes the nodes of one expression's tree, within limits.nodes, and notes what is wrong with it. */
export class TreeBuilder {
  private readonly budget = { nodes: 0 };

  constructor(private readonly issues: Issue[]) {}

  report(at: number, message: string): void {
    this.issues.push({ at, message });
  }

  /** Counts a node. */
  made<T extends Expr>(expr: T): T {
    if (++this.budget.nodes > limits.nodes) throw new TooLarge();
    return expr;
  }

  /** What stands for an expression that is wrong. */
  broken(at: number, message: string): Expr {
    this.report(at, message);
    return this.made({ kind: 'literal', at, depth: 0, value: null });
  }

  /** A call, or what the macro of its name makes of it. */
  call(at: number, fn: string, target: Expr | undefined, args: readonly Expr[]): Expr {
    try {
      const expanded = expandMacro(new NodeFactory(at, this.budget), fn, target, args);
      if (expanded) return expanded;
    } catch (error) {
      if (error instanceof MacroError) return this.broken(error.at, error.message);
      throw error;
    }
    const depth = depthOf(target ? [target, ...args] : args);
    return this.made({ kind: 'call', at, depth: target ? depth + 1 : depth, fn, target, args });
  }

  /** A call of an operator, which no macro has the name of. */
  operator(at: number, fn: string, ...args: Expr[]): Call {
    return this.made({ kind: 'call', at, depth: depthOf(args) + (fn === op.and || fn === op.or ? 0 : 1), fn, args });
  }
}
