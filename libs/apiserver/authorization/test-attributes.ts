import type { AuthorizationAttributes } from './authorization.js';

/** A user's request in a spec: get pods, unless `more` says otherwise. */
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
