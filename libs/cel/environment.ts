import { finish, Memo, type Steps } from '#apimachinery';
import { Checker } from './check/checker.js';
import type { Declarations } from './check/declarations.js';
import { functionTable } from './check/functions.js';
import {
  BOOL,
  BYTES,
  type CelType,
  CIDR,
  DOUBLE,
  DURATION,
  DYN,
  FORMAT,
  INT,
  IP,
  listType,
  mapType,
  NULL,
  optionalType,
  QUANTITY,
  SEMVER,
  STRING,
  TIMESTAMP,
  typeType,
  UINT,
  URL_TYPE,
} from './check/types.js';
import { constantPatterns, validateLiterals } from './check/validators.js';
import { estimateCost } from './estimate/estimator.js';
import { jsonPatch } from './library/json-patch.js';
import { LIBRARIES } from './library/libraries.js';
import { limits } from './limits.js';
import { makeProgram, type Program } from './program.js';
import { ProgramError } from './run/call.js';
import { Compiler } from './run/compile.js';
import { patternOf } from './run/regex.js';
import { parse } from './syntax/parser.js';
import { type Issue, Source } from './syntax/source.js';

/** What `compile` gives: a program, or what is wrong with the expression in cel-go's text. */
export type Compiled =
  | { readonly program: Program; readonly issues?: undefined; readonly instantiation?: undefined }
  | {
      readonly program?: undefined;
      readonly issues: string;
      /** The expression has the right form and types, but a constant in it is wrong ("program instantiation failed"). */
      readonly instantiation: boolean;
    };

/** What expressions of one kind may refer to. */
export interface CelEnvironment {
  /** Compiles an expression; programs are remembered. */
  compile(source: string): Compiled;
  /** The same in steps, for those who can wait between them. */
  compiling(source: string): Steps<Compiled>;
  /** The environment with more variables. */
  extend(variables: Readonly<Record<string, CelType>>): CelEnvironment;
}

const functions = functionTable(LIBRARIES);
const functionsOfMutations = functionTable([...LIBRARIES, jsonPatch]);
const named = (name: string, type: CelType): [string, CelType] => [name, typeType({ ...type, name })];
const types: ReadonlyMap<string, CelType> = new Map([
  ...[BOOL, BYTES, DOUBLE, INT, NULL, STRING, UINT].map((type) => named(type.name, type)),
  named('list', listType(DYN)),
  named('map', mapType(DYN, DYN)),
  named('type', typeType()),
  named('google.protobuf.Duration', DURATION),
  named('google.protobuf.Timestamp', TIMESTAMP),
  named('optional_type', optionalType(DYN)),
  ...[IP, CIDR, URL_TYPE, QUANTITY, SEMVER, FORMAT].map((type) => named(type.name, type)),
]);

class Environment implements CelEnvironment {
  private readonly programs = new Memo<Compiled>({ bytes: limits.programBytes, longest: limits.longestProgram });

  constructor(private readonly declarations: Declarations) {}

  extend(variables: Readonly<Record<string, CelType>>): CelEnvironment {
    const all = new Map([...this.declarations.variables, ...Object.entries(variables)]);
    return new Environment({ ...this.declarations, variables: all });
  }

  compile(source: string): Compiled {
    return finish(this.compiling(source));
  }

  *compiling(source: string): Steps<Compiled> {
    const made = this.programs.has(source) ? undefined : yield* this.make(source);
    return this.programs.of(source, (text) => made ?? finish(this.make(text)));
  }

  private *make(text: string): Steps<Compiled> {
    const source = new Source(text);
    const parsed = parse(source);
    if ('issues' in parsed) return { issues: source.display(parsed.issues), instantiation: false };
    const { expr } = parsed;
    yield;
    const issues: Issue[] = [];
    new Checker(this.declarations, issues).run(expr);
    if (issues.length === 0) {
      for (const pattern of constantPatterns(expr)) {
        yield;
        patternOf(pattern);
      }
      yield;
      validateLiterals(expr, issues);
    }
    yield;
    if (issues.length > 0) return { issues: source.display(issues), instantiation: false };
    const compiler = new Compiler(this.declarations);
    try {
      const code = compiler.code(expr);
      const { globals, locals } = compiler;
      const estimate = () => estimateCost(expr, this.declarations);
      const variables = globals.map(({ name }) => name);
      return { program: makeProgram({ source: text, resultType: expr.type ?? DYN, code, variables, locals, estimate }) };
    } catch (error) {
      if (error instanceof ProgramError) return { issues: error.message, instantiation: true };
      throw error;
    }
  }
}

/** The types that other types are made of, which expressions may construct. */
function constructibles(given: readonly CelType[]): (name: string) => CelType | undefined {
  const byName = new Map(given.map((type) => [type.name, type]));
  return (name) => {
    const known = byName.get(name);
    if (known) return known;
    // Object.spec.template: each part is a field of the type before it.
    const [root, ...fields] = name.split('.');
    let at = byName.get(root ?? '');
    if (at?.open) return { ...at, name };
    for (const field of fields) at = at?.fields?.get(field)?.type ?? at?.field?.(field);
    return at?.kind === 'struct' && at.name === name ? at : undefined;
  };
}

/** An environment with the libraries of Kubernetes 1.36 and these variables. `types`: object types that expressions may construct. */
export function celEnvironment({
  variables,
  types: objects = [],
  mutations = false,
}: {
  variables: Readonly<Record<string, CelType>>;
  types?: readonly CelType[];
  /** Adds what only MutatingAdmissionPolicies have: jsonpatch.escapeKey. */
  mutations?: boolean;
}): CelEnvironment {
  const declared = new Map(Object.entries(variables));
  const available = mutations ? functionsOfMutations : functions;
  return new Environment({ variables: declared, functions: available, typeNames: types, findObjectType: constructibles(objects) });
}
