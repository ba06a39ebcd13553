import type { AuthorizationAttributes } from './authorization.js';

/** What a user asks in a spec: to get a pod, unless `more` says something else. */
export const asked = (user: string, more: Partial<AuthorizationAttributes> = {}): AuthorizationAttributes => ({
  user: { name: user, groups: ['system:authenticated'] },
  verb: 'get',
  isResource: true,
  path: '',
  group: '',
  version: 'v1',
  resource: 'pods',
  subresource: '',
  namespace: 'default',
  name: 'x',
  ...more,
});
