import type { Steps } from '#apimachinery';
import { BOOL, type CelEnvironment, type CelType, formatType, isExactType, listType, NULL, type Program, STRING } from '#cel';
import { JSON_PATCH, OBJECT } from './types.js';

/** A compiled expression, or why it is not one: the text is upstream's. */
export type CompiledExpression =
  | { readonly program: Program; readonly error?: undefined }
  | { readonly program?: undefined; readonly error: string };

/** The types that expressions may give, by what they are for; any type where it is unset. */
const RESULT_TYPES = {
  condition: [BOOL],
  message: [STRING],
  auditAnnotation: [STRING, NULL],
  applyConfiguration: [OBJECT],
  jsonPatch: [listType(JSON_PATCH)],
  variable: undefined,
} as const satisfies Record<string, readonly CelType[] | undefined>;

/** What an expression is for. */
export type ExpressionUse = keyof typeof RESULT_TYPES;

/** Type.String() of cel-go. */
const typeText = (type: CelType): string => (type.kind === 'null_type' ? 'null_type' : formatType(type));

/** Compiles an expression (admission/plugin/cel CompileCELExpression). */
export function* compileExpression(environment: CelEnvironment, source: string, use: ExpressionUse): Steps<CompiledExpression> {
  const { program, issues, instantiation } = yield* environment.compiling(source);
  if (program === undefined) return { error: `${instantiation ? 'program instantiation failed' : 'compilation failed'}: ${issues}` };
  const expected: readonly CelType[] | undefined = RESULT_TYPES[use];
  if (expected === undefined || expected.some((type) => isExactType(type, program.resultType))) return { program };
  const got = typeText(program.resultType);
  const [first] = expected;
  if (expected.length === 1 && first) return { error: `must evaluate to ${typeText(first)} but got ${got}` };
  return { error: `must evaluate to one of [${expected.map(typeText).join(' ')}] but got ${got}` };
}
