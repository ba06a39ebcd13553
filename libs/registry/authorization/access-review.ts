import type { authorizationv1 } from '#api';
import { append, type FieldError, invalid, invalidValue, labelSelectorAsSelector, required } from '#apimachinery';
import type { AccessAttributes, StrategyContext, UserInfo } from '#apiserver';

/** The fields that all access reviews have in common. */
export type ReviewSpec = authorizationv1.SubjectAccessReviewSpec;

const GROUP = 'authorization.k8s.io';

interface Selector {
  rawSelector?: string;
  requirements?: Array<{ key?: string; operator?: string; values?: string[] }>;
}

/** A selector of the attributes: either raw or as requirements (authorization/validation validateFieldSelectorAttributes, …Label…). */
function selectorErrors(path: string, selector: Selector | undefined): FieldError[] {
  if (!selector) return [];
  const { rawSelector = '', requirements = [] } = selector;
  if (rawSelector !== '' && requirements.length > 0)
    return [invalidValue(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements')];
  if (rawSelector === '' && requirements.length === 0)
    return [required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`)];
  return requirements.flatMap(({ key = '' }, index) =>
    key === '' ? [required(`${path}.requirements[${index}].key`, 'must be specified')] : [],
  );
}

/** Go's struct as its error messages print it. */
const shown = ({ path = '', verb = '' }: authorizationv1.NonResourceAttributes) => ({ Path: path, Verb: verb });

/** ValidateSelfSubjectAccessReviewSpec. */
export function attributeErrors({ resourceAttributes: resource, nonResourceAttributes: other }: ReviewSpec): FieldError[] {
  const errors: FieldError[] = [];
  if (resource && other)
    errors.push(invalidValue('spec.nonResourceAttributes', shown(other), 'cannot be specified in combination with resourceAttributes'));
  if (!resource && !other)
    errors.push(
      invalidValue('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified'),
    );
  append(errors, selectorErrors('spec.resourceAttributes.fieldSelector', resource?.fieldSelector));
  append(errors, selectorErrors('spec.resourceAttributes.labelSelector', resource?.labelSelector));
  return errors;
}

/** ValidateSubjectAccessReviewSpec: a user or group is required. */
export function subjectErrors(spec: ReviewSpec): FieldError[] {
  const errors = attributeErrors(spec);
  if (!spec.user && !spec.groups?.length)
    errors.push(invalidValue('spec.user', spec.user ?? '', 'at least one of user or group must be specified'));
  return errors;
}

/** The message has no kind, as upstream's. Throws a StatusError if there are errors. */
export function rejectInvalid(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: GROUP, kind: '' }, '', errors);
}

/** The user that a review is about. */
export const subjectOf = ({ user = '', uid, groups = [], extra }: ReviewSpec): UserInfo => ({
  name: user,
  groups,
  ...(uid ? { uid } : {}),
  ...(extra ? { extra } : {}),
});

function attributesOf(spec: ReviewSpec, user: UserInfo): AccessAttributes {
  const { resourceAttributes: resource, nonResourceAttributes: other } = spec;
  if (!resource) return { user, verb: other?.verb ?? '', path: other?.path ?? '' };
  const { group = '', version = '', resource: name = '', subresource = '', namespace = '' } = resource;
  return {
    user,
    verb: resource.verb ?? '',
    resource: { group, version, resource: name, subresource, namespace, name: resource.name ?? '' },
  };
}

/** A selector that cannot be parsed is ignored and reported. */
function selectorTrouble(spec: ReviewSpec): string | undefined {
  const { requirements } = spec.resourceAttributes?.labelSelector ?? {};
  if (!requirements) return undefined;
  try {
    labelSelectorAsSelector({ matchExpressions: requirements });
    return undefined;
  } catch (error) {
    return `spec.resourceAttributes.labelSelector ignored due to parse error: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Asks the authorizer (registry/authorization/subjectaccessreview). */
export async function decide(
  spec: ReviewSpec,
  user: UserInfo,
  { authorizer }: StrategyContext,
): Promise<authorizationv1.SubjectAccessReviewStatus> {
  const decision = authorizer ? await authorizer.authorize(attributesOf(spec, user)) : { allowed: true };
  const { allowed, denied, reason, evaluationError = selectorTrouble(spec) } = decision;
  return {
    allowed,
    ...(denied ? { denied } : {}),
    ...(reason ? { reason } : {}),
    ...(evaluationError ? { evaluationError } : {}),
  };
}
