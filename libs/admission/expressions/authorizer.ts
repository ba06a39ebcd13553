import type { AccessAttributes, AdmissionAttributes, AdmissionContext } from '#apiserver';
import { type AuthorizationAttributes, type AuthorizationDecision, authorizer, requestResource } from '#cel';

type User = AccessAttributes['user'];

/** The user that a service account has (pkg/serviceaccount ServiceAccountInfo). */
const accountUser = ({ namespace, name }: { namespace: string; name: string }): User => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
});

/** The values of `authorizer` and `authorizer.requestResource`. Answers are remembered for the request. */
export function authorizerValues({ user, requested, subresource, namespace, name }: AdmissionAttributes, ctx: AdmissionContext) {
  const check = async (asked: AuthorizationAttributes): Promise<AuthorizationDecision> => {
    const { verb, path, serviceAccount, group = '', resource = '' } = asked;
    const who = serviceAccount ? accountUser(serviceAccount) : user;
    const about = {
      group,
      version: '*',
      resource,
      subresource: asked.subresource ?? '',
      namespace: asked.namespace ?? '',
      name: asked.name ?? '',
    };
    const {
      allowed,
      reason = '',
      evaluationError,
    } = await ctx.authorizer.authorize({
      user: who,
      verb,
      ...(path === undefined ? { resource: about } : { path }),
    });
    return { allowed, reason, ...(evaluationError ? { error: evaluationError } : {}) };
  };
  const value = authorizer(check);
  const { group, resource } = requested;
  return { authorizer: value, requestResource: requestResource(value, { group, resource, subresource, namespace, name }) };
}
