import type { admissionregistrationv1 } from '#api';
import { append, type FieldError, notSupported, required } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, nextGeneration } from '../rules/prepare.js';
import { paramKindText, policyErrors } from './policy-validation.js';

type Policy = admissionregistrationv1.MutatingAdmissionPolicy;

const REINVOCATION = ['IfNeeded', 'Never'];
const PATCH_TYPES = ['ApplyConfiguration', 'JSONPatch'];
const FIELD_OF_TYPE = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;

function mutationErrors(path: string, mutation: admissionregistrationv1.Mutation): FieldError[] {
  const { patchType = '' } = mutation;
  if (patchType !== 'ApplyConfiguration' && patchType !== 'JSONPatch') {
    const unsupported = patchType === '' ? required(`${path}.patchType`) : notSupported(`${path}.patchType`, patchType, PATCH_TYPES);
    return [unsupported];
  }
  const field = FIELD_OF_TYPE[patchType];
  const part = mutation[field];
  if (!part) return [required(`${path}.${field}`, `must be specified when patchType is ${patchType}`)];
  return part.expression?.trim() ? [] : [required(`${path}.${field}.expression`, 'expression is not specified')];
}

function validate({ spec }: Policy): FieldError[] {
  const { mutations = [], reinvocationPolicy } = spec ?? {};
  const errors = policyErrors(spec ?? {});
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  mutations.forEach((mutation, index) => {
    append(errors, mutationErrors(`spec.mutations[${index}]`, mutation));
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
  validate,
  validateUpdate: validate,
  columns: [
    nameColumn,
    { name: 'Mutations', type: 'integer', cell: ({ spec }) => spec.mutations?.length ?? 0 },
    { name: 'ParamKind', type: 'string', cell: ({ spec }) => paramKindText(spec.paramKind) },
    ageColumn,
  ],
});
