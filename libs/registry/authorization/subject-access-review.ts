import type { authorizationv1 } from '#api';
import type { ResourceStrategy } from '#apiserver';
import { decide, rejectInvalid, subjectErrors, subjectOf } from './access-review.js';

/** SubjectAccessReview: access of any user (registry/authorization/subjectaccessreview). */
export const subjectAccessReview: ResourceStrategy<authorizationv1.SubjectAccessReview> = {
  group: 'authorization.k8s.io',
  resource: 'subjectaccessreviews',
  async answer(review, ctx) {
    const spec = review.spec ?? {};
    rejectInvalid(subjectErrors(spec));
    return { ...review, spec, status: await decide(spec, subjectOf(spec), ctx) };
  },
};
