import type { admissionregistrationv1 } from '#api';
import { append, duplicate, type FieldError, invalidValue, isQualifiedName, notSupported, required, tooLong } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, keepSpec, keepStatus, nextGeneration } from '../rules/prepare.js';
import { paramKindText, policyErrors } from './policy-validation.js';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;

const MAX_ANNOTATIONS = 20;
const MAX_VALUE_EXPRESSION = 5 * 1024;
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge', 'Unauthorized'];
const EMPTY = 'validations or auditAnnotations must contain at least one item';

function validationErrors(
  path: string,
  { expression = '', message = '', reason, messageExpression = '' }: admissionregistrationv1.Validation,
): FieldError[] {
  const errors: FieldError[] = [];
  if (expression.trim() === '') errors.push(required(`${path}.expression`, 'expression is not specified'));
  if (messageExpression !== '' && messageExpression.trim() === '')
    errors.push(invalidValue(`${path}.messageExpression`, messageExpression, 'must be non-empty if specified'));
  if (message !== '' && message.trim() === '')
    errors.push(invalidValue(`${path}.message`, message, 'message must be non-empty if specified'));
  else if (message.trim().includes('\n')) errors.push(invalidValue(`${path}.message`, message, 'message must not contain line breaks'));
  else if (expression.includes('\n') && message.trim() === '')
    errors.push(required(`${path}.message`, 'message must be specified if expression contains line breaks'));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS));
  return errors;
}

function annotationErrors(
  path: string,
  policy: string,
  { key = '', valueExpression = '' }: admissionregistrationv1.AuditAnnotation,
): FieldError[] {
  const errors: FieldError[] = [];
  if (key === '') errors.push(required(`${path}.key`));
  else
    append(
      errors,
      isQualifiedName(`${policy}/${key}`).map((message) => invalidValue(`${path}.key`, key, message)),
    );
  if (valueExpression.trim() === '') errors.push(required(`${path}.valueExpression`, 'valueExpression is not specified'));
  else if (valueExpression.length > MAX_VALUE_EXPRESSION) errors.push(tooLong(`${path}.valueExpression`, '', MAX_VALUE_EXPRESSION));
  return errors;
}

function validate({ metadata, spec }: Policy): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec ?? {};
  const errors = policyErrors(spec ?? {});
  if (validations.length === 0 && auditAnnotations.length === 0)
    return [...errors, required('spec.validations', EMPTY), required('spec.auditAnnotations', EMPTY)];
  validations.forEach((each, index) => {
    append(errors, validationErrors(`spec.validations[${index}]`, each));
  });
  if (auditAnnotations.length > MAX_ANNOTATIONS)
    errors.push(invalidValue('spec.auditAnnotations', auditAnnotations, `must not have more than ${MAX_ANNOTATIONS} auditAnnotations`));
  const keys = auditAnnotations.map(({ key }) => key);
  auditAnnotations.forEach((each, index) => {
    const path = `spec.auditAnnotations[${index}]`;
    append(errors, annotationErrors(path, metadata.name, each));
    if (keys.indexOf(each.key) < index) errors.push(duplicate(`${path}.key`, each.key));
  });
  return errors;
}

/** ValidatingAdmissionPolicy (registry/admissionregistration/validatingadmissionpolicy). */
export const validatingAdmissionPolicy = overNulls<Policy>({
  group: 'admissionregistration.k8s.io',
  resource: 'validatingadmissionpolicies',
  unconditionalUpdate: false,
  prepareForCreate(object) {
    object.status = {};
    firstGeneration(object);
  },
  prepareForUpdate(object, old) {
    keepStatus(object, old);
    nextGeneration(object, old, ({ spec }) => spec);
  },
  validate,
  validateUpdate: validate,
  subresources: { status: { prepareForUpdate: (object, old) => keepSpec(object, old, true) } },
  columns: [
    nameColumn,
    { name: 'Validations', type: 'integer', cell: ({ spec }) => spec.validations?.length ?? 0 },
    { name: 'ParamKind', type: 'string', cell: ({ spec }) => paramKindText(spec.paramKind) },
    ageColumn,
  ],
});
