import type { authorizationv1 } from '#api';
import type { ResourceStrategy } from '#apiserver';
import { attributeErrors, decide, rejectInvalid } from './access-review.js';

/** SelfSubjectAccessReview: the caller's access, `kubectl auth can-i` (registry/authorization/selfsubjectaccessreview). */
export const selfSubjectAccessReview: ResourceStrategy<authorizationv1.SelfSubjectAccessReview> = {
  group: 'authorization.k8s.io',
  resource: 'selfsubjectaccessreviews',
  async answer(review, ctx) {
    const spec = review.spec ?? {};
    rejectInvalid(attributeErrors(spec));
    return { ...review, spec, status: await decide(spec, ctx.user, ctx) };
  },
};
