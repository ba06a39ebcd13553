import type { admissionregistrationv1 } from '#api';
import { append, byteLength, duplicate, type FieldError, invalidValue, isQualifiedName, notSupported, required } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { overNulls } from '../rules/nulls.js';
import { firstGeneration, keepSpec, keepStatus, nextGeneration } from '../rules/prepare.js';
import { type PolicyExpressions, policyExpressions, prepareExpressions, tooMuchToCompile, type UsedExpression } from './expressions.js';
import { paramKindText, policyErrors } from './policy-validation.js';
import { staticSuffixWarnings } from './static-suffix.js';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;

const MAX_ANNOTATIONS = 20;
const MAX_VALUE_EXPRESSION = 5 * 1024;
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const EMPTY = 'validations or auditAnnotations must contain at least one item';

function validationErrors(
  path: string,
  { expression = '', message = '', reason, messageExpression = '' }: admissionregistrationv1.Validation,
  expressions: PolicyExpressions,
): FieldError[] {
  const errors: FieldError[] = [];
  if (expression.trim() === '') errors.push(required(`${path}.expression`, 'expression is not specified'));
  else append(errors, expressions.errors(`${path}.expression`, expression, { use: 'condition' }));
  const messageAt = `${path}.messageExpression`;
  if (messageExpression !== '' && messageExpression.trim() === '')
    errors.push(invalidValue(messageAt, messageExpression, 'must be non-empty if specified'));
  else if (messageExpression !== '')
    append(errors, expressions.errors(messageAt, messageExpression, { use: 'message', authorizer: false }));
  if (message !== '' && message.trim() === '') errors.push(invalidValue(`${path}.message`, message, 'must be non-empty if specified'));
  else if (/[\n\r]/.test(message.trim())) errors.push(invalidValue(`${path}.message`, message, 'must not contain line breaks'));
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(`${path}.reason`, reason, REASONS));
  return errors;
}

function annotationErrors(
  { path, policy }: { path: string; policy: string },
  { key = '', valueExpression = '' }: admissionregistrationv1.AuditAnnotation,
  expressions: PolicyExpressions,
): FieldError[] {
  const errors: FieldError[] = [];
  if (key === '') errors.push(required(`${path}.key`));
  else
    append(
      errors,
      isQualifiedName(`${policy}/${key}`).map((message) => invalidValue(`${path}.key`, key, message)),
    );
  const at = `${path}.valueExpression`;
  const source = valueExpression.trim();
  if (source === '') errors.push(required(at, 'valueExpression is not specified'));
  else if (byteLength(source) > MAX_VALUE_EXPRESSION) errors.push(required(at, `must not exceed ${MAX_VALUE_EXPRESSION} bytes in length`));
  else append(errors, expressions.errors(at, source, { use: 'auditAnnotation', shown: valueExpression }));
  return errors;
}

const variablesOf = (spec: Partial<Policy['spec']> | undefined) => ({
  variables: spec?.variables ?? [],
  params: spec?.paramKind !== undefined && spec.paramKind !== null,
  composed: false,
});

/** The expressions of a policy besides its variables. */
function usedBy(spec: Partial<Policy['spec']> | undefined): UsedExpression[] {
  const { validations, auditAnnotations, matchConditions } = spec ?? {};
  return [
    ...(matchConditions ?? []).map(({ expression }) => ({ source: expression?.trim(), use: 'condition' as const })),
    ...(validations ?? []).flatMap(({ expression, messageExpression }): UsedExpression[] => [
      { source: expression, use: 'condition' },
      { source: messageExpression, use: 'message', authorizer: false },
    ]),
    ...(auditAnnotations ?? []).map(({ valueExpression }) => ({ source: valueExpression?.trim(), use: 'auditAnnotation' as const })),
  ];
}

function validate({ metadata, spec }: Policy): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec ?? {};
  const given = variablesOf(spec);
  const sources = [...given.variables.map(({ expression }) => expression), ...usedBy(spec).map(({ source }) => source)];
  const tooMuch = tooMuchToCompile('spec', sources);
  if (tooMuch) return [tooMuch];
  const expressions = policyExpressions(given);
  const errors = policyErrors(spec ?? {}, expressions);
  if (validations.length === 0 && auditAnnotations.length === 0)
    return [...errors, required('spec.validations', EMPTY), required('spec.auditAnnotations', EMPTY)];
  validations.forEach((each, index) => {
    append(errors, validationErrors(`spec.validations[${index}]`, each, expressions));
  });
  if (auditAnnotations.length > MAX_ANNOTATIONS)
    errors.push(invalidValue('spec.auditAnnotations', auditAnnotations, `must not have more than ${MAX_ANNOTATIONS} auditAnnotations`));
  const keys = new Set<string | undefined>();
  auditAnnotations.forEach((each, index) => {
    const path = `spec.auditAnnotations[${index}]`;
    append(errors, annotationErrors({ path, policy: metadata.name }, each, expressions));
    if (keys.has(each.key)) errors.push(duplicate(`${path}.key`, each.key));
    keys.add(each.key);
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
  confirm: ({ spec }, _, { work }) => prepareExpressions(variablesOf(spec), usedBy(spec), () => work?.pause()),
  validate,
  validateUpdate: validate,
  subresources: { status: { prepareForUpdate: (object, old) => keepSpec(object, old, true) } },
  warnings: staticSuffixWarnings,
  columns: [
    nameColumn,
    { name: 'Validations', type: 'integer', cell: ({ spec }) => spec.validations?.length ?? 0 },
    { name: 'ParamKind', type: 'string', cell: ({ spec }) => paramKindText(spec.paramKind) },
    ageColumn,
  ],
});
