import type { Steps } from '#apimachinery';
import { type CelEnvironment, type CelType, DYN, listType, mapType, objectType } from '#cel';
import { type CompiledExpression, compileExpression, type ExpressionUse } from './compile.js';
import { admissionEnvironment, type ExpressionOptions } from './environments.js';

/** A named expression, whose value others refer to as `variables.NAME`. */
export interface NamedExpression {
  name?: string;
  expression?: string;
}

/** A compiled variable. */
export interface CompiledVariable {
  name: string;
  compiled: CompiledExpression;
}

const SIMPLE = new Set(['bool', 'bytes', 'double', 'duration', 'int', 'null_type', 'string', 'timestamp', 'uint']);

/** The type under which a variable is known: objects and values of libraries are not typed (composition.go convertCelTypeToDeclType). */
function declared(type: CelType | undefined): CelType {
  if (type === undefined) return DYN;
  if (SIMPLE.has(type.kind)) return type;
  const [first, second] = type.params;
  if (type.kind === 'list') return listType(declared(first));
  return type.kind === 'map' ? mapType(declared(first), declared(second)) : DYN;
}

/**
 * Compiles the expressions of one policy (admission/plugin/cel composition.go): each variable sees those before it, everything else sees
 * them all.
 */
export class Composition {
  private readonly byName = new Map<string, CompiledVariable>();
  /** The fields of `variables` so far. */
  private readonly fields = new Map<string, { key: string; type: CelType }>();
  private readonly environments = new Map<string, CelEnvironment>();

  private constructor(
    private readonly params: boolean,
    private readonly base: (options: ExpressionOptions) => CelEnvironment,
  ) {}

  /** Compiles the variables. `base`: default the environment of admission. */
  static *of(
    variables: readonly NamedExpression[],
    params: boolean,
    base: (options: ExpressionOptions) => CelEnvironment = admissionEnvironment,
  ): Steps<Composition> {
    const made = new Composition(params, base);
    for (const { name = '', expression = '' } of variables) {
      const compiled = yield* made.compile(expression, 'variable');
      made.byName.set(name, { name, compiled });
      made.fields.set(name, { key: name, type: declared(compiled.program?.resultType) });
      // An environment remembers what it has compiled: each variable needs one of its own.
      made.environments.clear();
      yield;
    }
    return made;
  }

  get variables(): readonly CompiledVariable[] {
    return [...this.byName.values()];
  }

  /** What came of compiling a variable. */
  variable(name: string): CompiledExpression | undefined {
    return this.byName.get(name)?.compiled;
  }

  *compile(source: string, use: ExpressionUse, options: Partial<ExpressionOptions> = {}): Steps<CompiledExpression> {
    const all = { params: this.params, authorizer: true, ...options };
    // An environment with the variables is made only for expressions that refer to them.
    return yield* compileExpression(source.includes('variables') ? this.environment(all) : this.base(all), source, use);
  }

  private environment(options: ExpressionOptions): CelEnvironment {
    const key = `${options.authorizer} ${options.patches ?? false}`;
    const known = this.environments.get(key);
    if (known) return known;
    const made = this.base(options).extend({ variables: { ...objectType('kubernetes.variables', {}), fields: this.fields } });
    this.environments.set(key, made);
    return made;
  }
}
