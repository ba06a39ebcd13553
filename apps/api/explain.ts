import { forbidden } from '#apimachinery';
import { type ApiServer, completedUser, type Explanation, explainAccess, type UserInfo } from '#apiserver';
import type { AccessQuestion } from '#graphql';

/** Explains access in a cluster. `asking`: who is meant if the question names nobody. */
export async function explained(api: ApiServer, question: AccessQuestion, asking: UserInfo): Promise<Explanation> {
  const { user: name, groups = [], verb, resource, path = '' } = question;
  const user = name === undefined ? asking : completedUser({ name, groups });
  return explainAccess(api, { user, verb, ...(resource ? { resource: { ...resource, version: '*' } } : { path }) });
}

/** The kinds of objects that an explanation tells about. */
const KINDS = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'];

/** Throws 403 for a user who may not read what explanations tell about. */
export async function mustReadRoles({ cluster: { access } }: ApiServer, user: UserInfo): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  for (const kind of KINDS) {
    const resource = { group, version: 'v1', resource: kind, subresource: '', namespace: '', name: '' };
    const { allowed } = await access.authorize({ user, verb: 'list', resource });
    if (allowed) continue;
    const cause = `User "${user.name}" cannot list resource "${kind}" in API group "${group}" at the cluster scope`;
    throw forbidden({ group, resource: kind }, '', cause);
  }
}
