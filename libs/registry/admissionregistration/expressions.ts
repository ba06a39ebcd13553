import { type FieldError, fieldForbidden, finish, invalidValue, paced, type Steps } from '#apimachinery';
import {
  admissionEnvironment,
  type CompiledExpression,
  Composition,
  compileExpression,
  type ExpressionOptions,
  type ExpressionUse,
  type NamedExpression,
} from '#component-helpers/admission-expressions';
import { EXPRESSIONS_LENGTH, SHORTEST_EXPRESSION } from './limits.js';

const invalid = (path: string, source: string, { error }: CompiledExpression): FieldError[] =>
  error === undefined ? [] : [invalidValue(path, source, error)];

/** Refuses more text than is compiled for one object; undefined if it is within the limit. */
export function tooMuchToCompile(path: string, sources: ReadonlyArray<string | undefined>): FieldError | undefined {
  const length = sources.reduce((sum, source) => sum + (source ? Math.max(SHORTEST_EXPRESSION, source.length) : 0), 0);
  return length > EXPRESSIONS_LENGTH
    ? fieldForbidden(
        path,
        `expressions may have at most ${EXPRESSIONS_LENGTH} characters together, of which a short one counts ${SHORTEST_EXPRESSION}`,
      )
    : undefined;
}

/** Errors of a condition, which sees no variables (validateMatchConditionsExpression). */
export function conditionExpressionErrors(path: string, source: string, params: boolean): FieldError[] {
  return invalid(path, source, finish(compileExpression(admissionEnvironment({ params, authorizer: true }), source, 'condition')));
}

/** The variables of a policy, and whether it has parameters. */
interface PolicyVariables {
  variables: readonly NamedExpression[];
  params: boolean;
  /** Expressions may refer to `variables` even if there are none. */
  composed: boolean;
}

/** One expression of a policy as it is compiled. */
export interface UsedExpression extends Partial<ExpressionOptions> {
  source: string | undefined;
  use: ExpressionUse;
}

/** The expressions of one policy while they are validated: without variables there is no `variables`, unless `composed` says so. */
export class PolicyExpressions {
  private constructor(
    private readonly params: boolean,
    private readonly composition: Composition | undefined,
  ) {}

  static *of({ variables, params, composed }: PolicyVariables): Steps<PolicyExpressions> {
    const composition = composed || variables.length > 0 ? yield* Composition.of(variables, params) : undefined;
    return new PolicyExpressions(params, composition);
  }

  variableErrors(path: string, { name, expression = '' }: NamedExpression): FieldError[] {
    const compiled = this.composition?.variable(name ?? '');
    return compiled ? invalid(path, expression, compiled) : [];
  }

  *compile(source: string, { use, ...options }: Omit<UsedExpression, 'source'>): Steps<CompiledExpression> {
    const all = { params: this.params, authorizer: true, ...options };
    if (this.composition) return yield* this.composition.compile(source, use, all);
    return yield* compileExpression(admissionEnvironment(all), source, use);
  }

  /** `shown`: the text that an error shows, if it is not the one that is compiled. */
  errors(path: string, source: string, { shown, ...used }: { shown?: string } & Omit<UsedExpression, 'source'>): FieldError[] {
    return invalid(path, shown ?? source, finish(this.compile(source, used)));
  }
}

/** Policies that are being written, compiled ahead by their variables. Environments remember the rest. */
const ahead = new Map<string, PolicyExpressions>();
const MOST_AHEAD = 4;

const keyOf = ({ variables, params, composed }: PolicyVariables): string =>
  JSON.stringify([params, composed, variables.map(({ name, expression }) => [name, expression])]);

/** Compiles the expressions of a policy with pauses, before they are validated: a long one takes some ten milliseconds. */
export async function prepareExpressions(
  given: PolicyVariables,
  used: readonly UsedExpression[],
  pause: () => Promise<void> | undefined,
): Promise<void> {
  if (tooMuchToCompile('', [...given.variables.map(({ expression }) => expression), ...used.map(({ source }) => source)])) return;
  const expressions = await paced(PolicyExpressions.of(given), pause);
  for (const { source, ...rest } of used) if (source) await paced(expressions.compile(source, rest), pause);
  const [oldest] = ahead.keys();
  if (oldest !== undefined && ahead.size >= MOST_AHEAD) ahead.delete(oldest);
  ahead.set(keyOf(given), expressions);
}

/** The expressions of a policy that is validated. */
export function policyExpressions(given: PolicyVariables): PolicyExpressions {
  const key = keyOf(given);
  const ready = ahead.get(key);
  ahead.delete(key);
  return ready ?? finish(PolicyExpressions.of(given));
}
