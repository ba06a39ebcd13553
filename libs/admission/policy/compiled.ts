import type { admissionregistrationv1 } from '#api';
import { Memo } from '#apimachinery';
import { type CompiledVariable, Composition } from '#component-helpers/admission-expressions';
import type { Expression } from '../expressions/evaluation.js';

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

/** Programs are shared by all clusters that have the same expressions. A program is larger than its text. */
const MEMO = { bytes: 1024 * 1024, longest: 32 * 1024 };
const validating = new Memo<CompiledValidation>(MEMO);
const mutating = new Memo<CompiledMutation>(MEMO);

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
export function compiledValidation({
  paramKind,
  variables,
  matchConditions,
  validations,
  auditAnnotations,
}: ValidatingSpec): CompiledValidation {
  const parts = { paramKind, variables, matchConditions, validations, auditAnnotations };
  return validating.of(JSON.stringify(parts), () => compileValidation(parts));
}

/** The compiled expressions of a policy. */
export function compiledMutation({ paramKind, variables, matchConditions, mutations }: MutatingSpec): CompiledMutation {
  const parts = { paramKind, variables, matchConditions, mutations };
  return mutating.of(JSON.stringify(parts), () => compileMutation(parts));
}
