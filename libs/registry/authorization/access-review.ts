import type { authorizationv1 } from '#api';
import { append, type FieldError, invalid, invalidValue, required } from '#apimachinery';
import type { AccessAttributes, AccessDecision, StrategyContext, UserInfo } from '#apiserver';
import { fieldSelectorOf, labelSelectorOf } from './selectors.js';

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

/** What is asked, and what could not be read of it. */
function attributesOf(spec: ReviewSpec, user: UserInfo): { attributes: AccessAttributes; troubles: string[] } {
  const { resourceAttributes: resource, nonResourceAttributes: other } = spec;
  if (!resource) return { attributes: { user, verb: other?.verb ?? '', path: other?.path ?? '' }, troubles: [] };
  const { group = '', resource: plural = '', subresource = '', namespace = '', name = '', verb = '' } = resource;
  const fields = fieldSelectorOf(resource.fieldSelector);
  const labels = labelSelectorOf(resource.labelSelector);
  const asked = {
    ...{ group, version: resource.version || '*', resource: plural, subresource, namespace, name },
    ...(fields.text === undefined ? {} : { fieldSelector: fields.text }),
    ...(labels.text === undefined ? {} : { labelSelector: labels.text }),
  };
  return { attributes: { user, verb, resource: asked }, troubles: [fields.trouble, labels.trouble].filter((text) => text !== undefined) };
}

/** Asks the authorizer (registry/authorization/subjectaccessreview). */
export async function decide(
  spec: ReviewSpec,
  user: UserInfo,
  { authorizer }: StrategyContext,
): Promise<authorizationv1.SubjectAccessReviewStatus> {
  const { attributes, troubles } = attributesOf(spec, user);
  const decision: AccessDecision = authorizer ? await authorizer.authorize(attributes) : { allowed: true };
  const { allowed, denied, reason } = decision;
  const evaluationError = [...(decision.evaluationError ? [decision.evaluationError] : []), ...troubles].join('; ');
  return {
    allowed,
    ...(denied ? { denied } : {}),
    ...(reason ? { reason } : {}),
    ...(evaluationError ? { evaluationError } : {}),
  };
}
