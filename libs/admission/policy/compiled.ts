import type { admissionregistrationv1 } from '#api';
import { type CompiledVariable, Composition } from '#component-helpers/admission-expressions';
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

function common({ variables, matchConditions, paramKind }: Partial<ValidatingSpec>) {
  const composition = new Composition(variables ?? [], paramKind !== undefined);
  const conditions = (matchConditions ?? []).map(({ expression = '' }) => condition(composition, expression));
  return { composition, variables: composition.variables, conditions };
}

const condition = (composition: Composition, source: string): Expression => ({
  source,
  compiled: composition.compile(source, 'condition'),
});

function compileValidation(spec: Partial<ValidatingSpec>): CompiledValidation {
  const { composition, ...shared } = common(spec);
  const { validations = [], auditAnnotations = [] } = spec;
  return {
    ...shared,
    validations: validations.map(({ expression = '' }) => condition(composition, expression)),
    messages: validations.map(({ messageExpression: source }) =>
      source ? { source, compiled: composition.compile(source, 'message', { authorizer: false }) } : undefined,
    ),
    auditAnnotations: auditAnnotations.map(({ valueExpression: source = '' }) => ({
      source,
      compiled: composition.compile(source, 'auditAnnotation'),
    })),
  };
}

function compileMutation(spec: Partial<MutatingSpec>): CompiledMutation {
  const { composition, ...shared } = common(spec);
  const mutations = (spec.mutations ?? []).map(({ patchType, applyConfiguration, jsonPatch }): Expression => {
    const applies = patchType === 'ApplyConfiguration';
    const source = (applies ? applyConfiguration?.expression : jsonPatch?.expression) ?? '';
    return { source, compiled: composition.compile(source, applies ? 'applyConfiguration' : 'jsonPatch', { patches: true }) };
  });
  return { ...shared, mutations };
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
