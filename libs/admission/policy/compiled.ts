import type { admissionregistrationv1 } from '#api';
import type { Steps } from '#apimachinery';
import { type CompiledVariable, Composition, type ExpressionOptions, type ExpressionUse } from '#component-helpers/admission-expressions';
import type { Expression } from '../expressions/evaluation.js';
import { type Compiled, type KeptExpressions, SharedByText } from '../expressions/kept-expressions.js';

type ValidatingSpec = admissionregistrationv1.ValidatingAdmissionPolicySpec;
type MutatingSpec = admissionregistrationv1.MutatingAdmissionPolicySpec;

/** The expressions of a policy's conditions and variables. */
interface Common {
  variables: readonly CompiledVariable[];
  conditions: readonly Expression[];
}

/** The expressions of a ValidatingAdmissionPolicy; messages are in the places of their validations. */
export interface CompiledValidation extends Common {
  validations: readonly Expression[];
  messages: ReadonlyArray<Expression | undefined>;
  auditAnnotations: readonly Expression[];
}

/** The expressions of a MutatingAdmissionPolicy. */
export interface CompiledMutation extends Common {
  mutations: readonly Expression[];
}

/** Policies that have the same expressions share them. */
const validations = new SharedByText<CompiledValidation>();
const mutations = new SharedByText<CompiledMutation>();

function* common({ variables, matchConditions, paramKind }: Partial<ValidatingSpec>) {
  const composition = yield* Composition.of(variables ?? [], paramKind !== undefined);
  const compile = function* (source: string, use: ExpressionUse, options?: Partial<ExpressionOptions>): Steps<Expression> {
    yield;
    return { source, compiled: yield* composition.compile(source, use, options) };
  };
  const conditions = yield* each(matchConditions, ({ expression = '' }) => compile(expression, 'condition'));
  return { compile, variables: composition.variables, conditions };
}

/** Compiles one thing after the other. */
function* each<T, R>(items: readonly T[] | undefined, compile: (item: T) => Steps<R>): Steps<R[]> {
  const compiled: R[] = [];
  for (const item of items ?? []) compiled.push(yield* compile(item));
  return compiled;
}

function* compileValidation({ validations, auditAnnotations, ...spec }: Partial<ValidatingSpec>): Steps<CompiledValidation> {
  const { compile, ...shared } = yield* common(spec);
  return {
    ...shared,
    validations: yield* each(validations, ({ expression = '' }) => compile(expression, 'condition')),
    messages: yield* each(validations, function* ({ messageExpression: source }) {
      return source ? yield* compile(source, 'message', { authorizer: false }) : undefined;
    }),
    auditAnnotations: yield* each(auditAnnotations, ({ valueExpression = '' }) => compile(valueExpression, 'auditAnnotation')),
  };
}

function* compileMutation({ mutations, ...spec }: Partial<MutatingSpec>): Steps<CompiledMutation> {
  const { compile, ...shared } = yield* common(spec);
  const compileOne = ({ patchType, applyConfiguration, jsonPatch }: admissionregistrationv1.Mutation) => {
    const applies = patchType === 'ApplyConfiguration';
    const source = (applies ? applyConfiguration?.expression : jsonPatch?.expression) ?? '';
    return compile(source, applies ? 'applyConfiguration' : 'jsonPatch', { patches: true });
  };
  return { ...shared, mutations: yield* each(mutations, compileOne) };
}

/** The compiled expressions of a policy. An expression that does not compile fails when it is evaluated. */
export function compiledValidation(spec: ValidatingSpec, kept: KeptExpressions): Compiled<CompiledValidation> {
  const { paramKind, variables, matchConditions, auditAnnotations } = spec;
  const textOf = () => {
    const own = (spec.validations ?? []).map(({ expression, messageExpression }) => [expression, messageExpression]);
    return JSON.stringify([paramKind, variables, matchConditions, own, auditAnnotations]);
  };
  return kept.lazily(textOf, (text) => validations.of(text, () => compileValidation(spec)));
}

/** The compiled expressions of a policy. */
export function compiledMutation(spec: MutatingSpec, kept: KeptExpressions): Compiled<CompiledMutation> {
  const { paramKind, variables, matchConditions } = spec;
  const textOf = () => JSON.stringify([paramKind, variables, matchConditions, spec.mutations]);
  return kept.lazily(textOf, (text) => mutations.of(text, () => compileMutation(spec)));
}
