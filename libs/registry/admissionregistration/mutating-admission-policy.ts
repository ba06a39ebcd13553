import type { admissionregistrationv1 } from '#api';
import { append, type FieldError, invalidValue, notSupported, required } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, nextGeneration } from '../rules/prepare.js';
import { type PolicyExpressions, policyExpressions, prepareExpressions, tooMuchToCompile, type UsedExpression } from './expressions.js';
import { MUTATED_OPERATIONS, paramKindText, policyErrors } from './policy-validation.js';
import { staticSuffixWarnings } from './static-suffix.js';

type Policy = admissionregistrationv1.MutatingAdmissionPolicy;

const REINVOCATION = ['IfNeeded', 'Never'];
const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch'];
const FIELD_OF_TYPE = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;
const OTHER_TYPE = { ApplyConfiguration: 'JSONPatch', JSONPatch: 'ApplyConfiguration' } as const;

function mutationErrors(path: string, mutation: admissionregistrationv1.Mutation, expressions: PolicyExpressions): FieldError[] {
  const { patchType = '' } = mutation;
  if (patchType !== 'ApplyConfiguration' && patchType !== 'JSONPatch') {
    const unsupported = patchType === '' ? required(`${path}.patchType`) : notSupported(`${path}.patchType`, patchType, PATCH_TYPES);
    return [unsupported];
  }
  const field = FIELD_OF_TYPE[patchType];
  const part = mutation[field];
  const errors: FieldError[] = [];
  const at = `${path}.${field}.expression`;
  const source = part?.expression?.trim() ?? '';
  if (!part) errors.push(required(`${path}.${field}`, `must be specified when patchType is ${patchType}`));
  else if (source === '') errors.push(required(at));
  else append(errors, expressions.errors(at, source, { use: field, patches: true }));
  const other = FIELD_OF_TYPE[OTHER_TYPE[patchType]];
  if (mutation[other]) errors.push(invalidValue(`${path}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`));
  return errors;
}

const variablesOf = (spec: Partial<Policy['spec']> | undefined) => ({
  variables: spec?.variables ?? [],
  params: spec?.paramKind !== undefined && spec.paramKind !== null,
  composed: true,
});

/** The expressions of a policy besides its variables. */
function usedBy(spec: Partial<Policy['spec']> | undefined): UsedExpression[] {
  const { mutations, matchConditions } = spec ?? {};
  return [
    ...(matchConditions ?? []).map(({ expression }) => ({ source: expression?.trim(), use: 'condition' as const })),
    ...(mutations ?? []).flatMap(({ applyConfiguration, jsonPatch }): UsedExpression[] => [
      { source: applyConfiguration?.expression?.trim(), use: 'applyConfiguration', patches: true },
      { source: jsonPatch?.expression?.trim(), use: 'jsonPatch', patches: true },
    ]),
  ];
}

function validate({ spec }: Policy): FieldError[] {
  const { mutations = [], reinvocationPolicy } = spec ?? {};
  const given = variablesOf(spec);
  const sources = [...given.variables.map(({ expression }) => expression), ...usedBy(spec).map(({ source }) => source)];
  const tooMuch = tooMuchToCompile('spec', sources);
  if (tooMuch) return [tooMuch];
  const expressions = policyExpressions(given);
  const errors = policyErrors(spec ?? {}, expressions, MUTATED_OPERATIONS);
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  mutations.forEach((mutation, index) => {
    append(errors, mutationErrors(`spec.mutations[${index}]`, mutation, expressions));
  });
  if (!reinvocationPolicy) errors.push(required('spec.reinvocationPolicy'));
  else if (!REINVOCATION.includes(reinvocationPolicy))
    errors.push(notSupported('spec.reinvocationPolicy', reinvocationPolicy, REINVOCATION));
  return errors;
}

/** MutatingAdmissionPolicy (registry/admissionregistration/mutatingadmissionpolicy). */
export const mutatingAdmissionPolicy = overNulls<Policy>({
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingadmissionpolicies',
  unconditionalUpdate: false,
  prepareForCreate: firstGeneration,
  prepareForUpdate: (object, old) => nextGeneration(object, old, ({ spec }) => spec),
  confirm: ({ spec }, _, { work }) => prepareExpressions(variablesOf(spec), usedBy(spec), () => work?.pause()),
  validate,
  validateUpdate: validate,
  warnings: staticSuffixWarnings,
  columns: [
    nameColumn,
    { name: 'Mutations', type: 'integer', cell: ({ spec }) => spec.mutations?.length ?? 0 },
    { name: 'ParamKind', type: 'string', cell: ({ spec }) => paramKindText(spec.paramKind) },
    ageColumn,
  ],
});
