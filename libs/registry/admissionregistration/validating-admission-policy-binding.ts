import type { admissionregistrationv1 } from '#api';
import type { FieldError } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, nextGeneration } from '../rules/prepare.js';
import { actionErrors, bindingErrors, paramRefText } from './policy-validation.js';
import { staticSuffixWarnings } from './static-suffix.js';

type Binding = admissionregistrationv1.ValidatingAdmissionPolicyBinding;

const validate = ({ spec }: Binding): FieldError[] => [
  ...bindingErrors(spec ?? {}),
  ...actionErrors('spec.validationActions', spec?.validationActions),
];

/** ValidatingAdmissionPolicyBinding (registry/admissionregistration/validatingadmissionpolicybinding). */
export const validatingAdmissionPolicyBinding = overNulls<Binding>({
  group: 'admissionregistration.k8s.io',
  resource: 'validatingadmissionpolicybindings',
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
