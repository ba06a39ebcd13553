import { expect, test } from '@jest/globals';
import { testCluster } from '../test-cluster.js';
import type { AuthorizationAttributes } from './authorization.js';
import { ruleAllows } from './rbac.js';
import { asked } from './test-attributes.js';

const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };

test.each<[string, Parameters<typeof ruleAllows>[0], Partial<AuthorizationAttributes>, boolean]>([
  ['what it names', rule, {}, true],
  ['another verb', rule, { verb: 'list' }, false],
  ['another group', rule, { group: 'apps' }, false],
  ['a subresource is not its resource', rule, { subresource: 'log' }, false],
  ['a subresource', { ...rule, resources: ['pods/log'] }, { subresource: 'log' }, true],
  ['a subresource of all', { ...rule, resources: ['*/log'] }, { subresource: 'log' }, true],
  ['everything', { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, { verb: 'delete', group: 'apps', resource: 'deployments' }, true],
  ['a name', { ...rule, resourceNames: ['a'] }, { name: 'a' }, true],
  ['another name', { ...rule, resourceNames: ['a'] }, { name: 'b' }, false],
  ['a path', { verbs: ['get'], nonResourceURLs: ['/healthz', '/api/*'] }, { isResource: false, path: '/api/v1' }, true],
  ['another path', { verbs: ['get'], nonResourceURLs: ['/healthz'] }, { isResource: false, path: '/version' }, false],
])('a rule on %s', (_what, given, question, expected) => {
  expect(ruleAllows(given, asked('u', question))).toBe(expected);
});

test('a RoleBinding authorizes its subjects in its namespace', async () => {
  const { call } = await testCluster();
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const kind = (name: string) => ({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: name, metadata: { name: 'reader' } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
  await call('POST', `${rbac}/namespaces/ns/roles`, { body: { ...kind('Role'), rules: [{ ...rule, verbs: ['list'] }] } });
  const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }];
  await call('POST', `${rbac}/namespaces/ns/rolebindings`, { body: { ...kind('RoleBinding'), subjects, roleRef } });
  const jane = { name: 'jane', groups: ['system:authenticated'] };
  expect((await call('GET', '/api/v1/namespaces/ns/pods', { user: jane })).status).toBe(200);
  const elsewhere = await call('GET', '/api/v1/namespaces/other/pods', { user: jane });
  expect([elsewhere.status, elsewhere.body.message]).toEqual([
    403,
    'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "other"',
  ]);
});
