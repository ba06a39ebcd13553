import { type FieldError, fieldForbidden, invalidValue } from '#apimachinery';
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
  return invalid(path, source, compileExpression(admissionEnvironment({ params, authorizer: true }), source, 'condition'));
}

/** The expressions of one policy while they are validated: without variables there is no `variables`, unless `composed` says so. */
export class PolicyExpressions {
  private readonly composition: Composition | undefined;

  constructor(
    variables: readonly NamedExpression[],
    private readonly params: boolean,
    composed: boolean,
  ) {
    if (composed || variables.length > 0) this.composition = new Composition(variables, params);
  }

  variableErrors(path: string, { name, expression = '' }: NamedExpression): FieldError[] {
    const compiled = this.composition?.variable(name ?? '');
    return compiled ? invalid(path, expression, compiled) : [];
  }

  /** `shown`: the text that an error shows, if it is not the one that is compiled. */
  errors(
    path: string,
    source: string,
    { use, shown, ...options }: { use: ExpressionUse; shown?: string } & Partial<ExpressionOptions>,
  ): FieldError[] {
    const all = { params: this.params, authorizer: true, ...options };
    const compiled = this.composition?.compile(source, use, all) ?? compileExpression(admissionEnvironment(all), source, use);
    return invalid(path, shown ?? source, compiled);
  }
}
