import type { admissionregistrationv1 } from '#api';
import {
  append,
  duplicate,
  type FieldError,
  fieldForbidden,
  invalidValue,
  isDNS1035Label,
  isDNS1123Subdomain,
  nameIsPathSegment,
  notSupported,
  required,
} from '#apimachinery';
import { labelSelector } from '../rules/selector.js';
import { eachInvalid } from '../rules/text.js';
import type { PolicyExpressions } from './expressions.js';
import { matchConditionErrors, matchResourcesErrors } from './rules.js';

const FAILURE_POLICIES = ['Fail', 'Ignore'];
const CEL_IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
/** Words that are no identifiers of CEL. */
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** The operations that a mutating policy can apply to. */
export const MUTATED_OPERATIONS = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

/** The fields that both kinds of policies have. */
type PolicySpec = Partial<
  Pick<
    admissionregistrationv1.ValidatingAdmissionPolicySpec,
    'paramKind' | 'matchConstraints' | 'failurePolicy' | 'matchConditions' | 'variables'
  >
>;

function paramKindErrors(path: string, { apiVersion = '', kind = '' }: admissionregistrationv1.ParamKind): FieldError[] {
  const errors: FieldError[] = [];
  const at = `${path}.apiVersion`;
  const parts = apiVersion.split('/');
  const [group = '', version = ''] = parts.length === 1 ? ['', parts[0]] : parts;
  if (apiVersion === '') errors.push(required(at));
  else if (parts.length > 2) errors.push(invalidValue(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else {
    const bad = group === '' ? [] : isDNS1123Subdomain(group);
    if (bad.length > 0) errors.push(invalidValue(at, group, bad.join(',')));
    const badVersion = isDNS1035Label(version);
    if (version === '') errors.push(invalidValue(at, apiVersion, 'version must be specified'));
    else if (badVersion.length > 0) errors.push(invalidValue(at, version, badVersion.join(',')));
  }
  const badKind = isDNS1035Label(kind.toLowerCase());
  if (kind === '') errors.push(required(`${path}.kind`));
  else if (badKind.length > 0)
    errors.push(invalidValue(`${path}.kind`, kind, `may have mixed case, but should otherwise match: ${badKind.join(',')}`));
  return errors;
}

function variableErrors(path: string, variable: admissionregistrationv1.Variable, expressions: PolicyExpressions): FieldError[] {
  const { name = '', expression = '' } = variable;
  const errors: FieldError[] = [];
  if (name.trim() === '') errors.push(required(`${path}.name`, 'name is not specified'));
  else if (!CEL_IDENTIFIER.test(name) || RESERVED.has(name))
    errors.push(invalidValue(`${path}.name`, name, 'must be a valid CEL identifier'));
  if (expression.trim() === '') errors.push(required(`${path}.expression`, 'expression is not specified'));
  else append(errors, expressions.variableErrors(`${path}.expression`, variable));
  return errors;
}

/** The parts that both kinds of policies share, in upstream's order. `operations`: those that the policy can apply to, if not all. */
export function policyErrors(spec: PolicySpec, expressions: PolicyExpressions, operations?: readonly string[]): FieldError[] {
  const { failurePolicy, paramKind, matchConstraints } = spec;
  const errors: FieldError[] = [];
  if (failurePolicy !== undefined && !FAILURE_POLICIES.includes(failurePolicy))
    errors.push(notSupported('spec.failurePolicy', failurePolicy, FAILURE_POLICIES));
  if (paramKind) append(errors, paramKindErrors('spec.paramKind', paramKind));
  if (matchConstraints) {
    append(errors, matchResourcesErrors('spec.matchConstraints', matchConstraints));
    if (!matchConstraints.resourceRules?.length) errors.push(required('spec.matchConstraints.resourceRules'));
    if (operations) append(errors, operationErrors('spec.matchConstraints', matchConstraints, operations));
  } else errors.push(required('spec.matchConstraints'));
  append(errors, matchConditionErrors('spec.matchConditions', spec.matchConditions, paramKind !== undefined));
  return [
    ...errors,
    ...(spec.variables ?? []).flatMap((variable, index) => variableErrors(`spec.variables[${index}]`, variable, expressions)),
  ];
}

/** Operations that a mutating policy cannot apply to. */
export function operationErrors(
  path: string,
  { resourceRules }: admissionregistrationv1.MatchResources,
  known: readonly string[],
): FieldError[] {
  return (resourceRules ?? []).flatMap(({ operations }) =>
    (operations ?? []).flatMap((operation) =>
      known.includes(operation) ? [] : [notSupported(`${path}.resourceRules.operations`, operation, known)],
    ),
  );
}

function paramRefErrors(
  path: string,
  { name = '', namespace, selector, parameterNotFoundAction: action }: admissionregistrationv1.ParamRef,
): FieldError[] {
  const errors = name === '' ? [] : eachInvalid(`${path}.name`, name, nameIsPathSegment(name, false));
  if (name !== '' && selector) {
    errors.push(fieldForbidden(`${path}.name`, 'name and selector are mutually exclusive'));
    errors.push(fieldForbidden(`${path}.selector`, 'name and selector are mutually exclusive'));
  }
  append(errors, labelSelector(`${path}.selector`, selector));
  if (name === '' && !selector) errors.push(required(path, 'one of name or selector must be specified'));
  if (action === undefined || action === '') errors.push(required(`${path}.parameterNotFoundAction`));
  else if (action !== 'Allow' && action !== 'Deny') errors.push(notSupported(`${path}.parameterNotFoundAction`, action, ['Allow', 'Deny']));
  return namespace ? [...errors, ...eachInvalid(`${path}.namespace`, namespace, isDNS1123Subdomain(namespace))] : errors;
}

/** The parts that bindings of both kinds share. */
export function bindingErrors(
  spec: Partial<Pick<admissionregistrationv1.ValidatingAdmissionPolicyBindingSpec, 'policyName' | 'paramRef' | 'matchResources'>>,
): FieldError[] {
  const { policyName = '', paramRef, matchResources } = spec;
  const errors =
    policyName === '' ? [required('spec.policyName')] : eachInvalid('spec.policyName', policyName, isDNS1123Subdomain(policyName));
  if (paramRef) append(errors, paramRefErrors('spec.paramRef', paramRef));
  return matchResources ? [...errors, ...matchResourcesErrors('spec.matchResources', matchResources)] : errors;
}

/** What a binding does about failed validations (validateValidationActions). */
export function actionErrors(path: string, actions: readonly string[] = []): FieldError[] {
  const known = ['Audit', 'Deny', 'Warn'];
  const seen = new Set<string>();
  const errors = actions.flatMap((action, index) => {
    const isRepeated = seen.has(action);
    seen.add(action);
    return [
      ...(known.includes(action) ? [] : [notSupported(`${path}[${index}]`, action, known)]),
      ...(isRepeated ? [duplicate(`${path}[${index}]`, action)] : []),
    ];
  });
  const detail =
    'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
  if (actions.includes('Deny') && actions.includes('Warn')) errors.push(invalidValue(path, actions, detail));
  if (actions.length === 0) errors.push(required(path, 'at least one validation action is required'));
  return errors;
}

/** The column of a policy's parameters. */
export const paramKindText = (kind: admissionregistrationv1.ParamKind | undefined): string =>
  kind ? `${kind.apiVersion}/${kind.kind}` : '<unset>';

/** The column of a binding's parameters. */
export function paramRefText(ref: admissionregistrationv1.ParamRef | undefined): string {
  if (ref?.name) return `${ref.namespace || '*'}/${ref.name}`;
  return ref?.selector ? JSON.stringify(ref.selector) : '<unset>';
}
