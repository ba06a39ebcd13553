import type { authenticationv1 } from '#api';
import { badRequest } from '#apimachinery';
import { InvalidToken, type ResourceStrategy, type StrategyContext } from '#apiserver';
import { userInfo } from './self-subject-review.js';

async function statusOf(
  spec: authenticationv1.TokenReviewSpec,
  { authorizer }: StrategyContext,
): Promise<authenticationv1.TokenReviewStatus> {
  try {
    const owner = await authorizer?.authenticate?.(spec.token, spec.audiences ?? []);
    if (!owner) return { user: {}, error: 'invalid bearer token' };
    const audiences = owner.audiences?.length ? { audiences: owner.audiences } : {};
    return { authenticated: true, user: userInfo(owner.user), ...audiences };
  } catch (error) {
    // An invalid token is a result, not an error. The authenticators of other kinds of tokens do not know it either.
    if (error instanceof InvalidToken) return { user: {}, error: `[invalid bearer token, ${error.message}]` };
    throw error;
  }
}

/** TokenReview: whose token is it (registry/authentication/tokenreview)? */
export const tokenReview: ResourceStrategy<authenticationv1.TokenReview> = {
  group: 'authentication.k8s.io',
  resource: 'tokenreviews',
  async answer(review, ctx) {
    if (ctx.namespace !== '') throw badRequest(`namespace is not allowed on this type: ${ctx.namespace}`);
    if (!review.spec?.token) throw badRequest('token is required for TokenReview in authentication');
    return { ...review, status: await statusOf(review.spec, ctx) };
  },
};
