import type { admissionregistrationv1 } from '#api';
import type { FieldError } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, nextGeneration } from '../rules/prepare.js';
import { bindingErrors, MUTATED_OPERATIONS, operationErrors, paramRefText } from './policy-validation.js';
import { staticSuffixWarnings } from './static-suffix.js';

type Binding = admissionregistrationv1.MutatingAdmissionPolicyBinding;

function validate({ spec }: Binding): FieldError[] {
  const errors = bindingErrors(spec ?? {});
  const { matchResources } = spec ?? {};
  return matchResources ? [...errors, ...operationErrors('spec.matchResources', matchResources, MUTATED_OPERATIONS)] : errors;
}

/** MutatingAdmissionPolicyBinding (registry/admissionregistration/mutatingadmissionpolicybinding). */
export const mutatingAdmissionPolicyBinding = overNulls<Binding>({
  group: 'admissionregistration.k8s.io',
  resource: 'mutatingadmissionpolicybindings',
  unconditionalUpdate: false,
  prepareForCreate: firstGeneration,
  prepareForUpdate: (object, old) => nextGeneration(object, old, ({ spec }) => spec),
  validate,
  validateUpdate: validate,
  warnings: staticSuffixWarnings,
  columns: [
    nameColumn,
    { name: 'PolicyName', type: 'string', cell: ({ spec }) => spec.policyName ?? '' },
    { name: 'ParamRef', type: 'string', cell: ({ spec }) => paramRefText(spec.paramRef) },
    ageColumn,
  ],
});
