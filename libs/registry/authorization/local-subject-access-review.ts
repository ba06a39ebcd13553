import type { authorizationv1 } from '#api';
import { badRequest, type FieldError, invalidValue } from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { decide, rejectInvalid, subjectErrors, subjectOf } from './access-review.js';

/** ValidateLocalSubjectAccessReview: must be about the namespace of the request. */
function validate({ metadata, spec = {} }: authorizationv1.LocalSubjectAccessReview): FieldError[] {
  const errors = subjectErrors(spec);
  const { namespace, ...rest } = metadata;
  if (Object.entries(rest).some(([key, value]) => key !== 'managedFields' && value !== undefined && value !== ''))
    errors.push(invalidValue('metadata', metadata, 'must be empty except for namespace'));
  const asked = spec.resourceAttributes;
  if (asked && (asked.namespace ?? '') !== (namespace ?? ''))
    errors.push(invalidValue('spec.resourceAttributes.namespace', asked.namespace ?? '', 'must match metadata.namespace'));
  if (spec.nonResourceAttributes)
    errors.push(invalidValue('spec.nonResourceAttributes', spec.nonResourceAttributes, 'disallowed on this kind of request'));
  return errors;
}

/** LocalSubjectAccessReview: access of a user in this namespace (registry/authorization/localsubjectaccessreview). */
export const localSubjectAccessReview: ResourceStrategy<authorizationv1.LocalSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  resource: 'localsubjectaccessreviews',
  async answer(review, ctx) {
    const spec = review.spec ?? {};
    rejectInvalid(validate(review));
    if (ctx.namespace === '') throw badRequest('namespace is required on this type');
    if (ctx.namespace !== (spec.resourceAttributes?.namespace ?? '')) {
      const asked = spec.resourceAttributes?.namespace ?? '';
      throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${asked}`);
    }
    return { ...review, spec, status: await decide(spec, subjectOf(spec), ctx) };
  },
};
