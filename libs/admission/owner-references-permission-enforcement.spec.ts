import type { TestCluster } from '#apiserver/test-cluster';
import { cluster, post } from './test-cluster.js';

const user = { name: 'u', groups: ['system:authenticated'] };
const path = '/api/v1/namespaces/ns/configmaps';
const owner = (more: object = {}) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'o', ...more });
const configMap = (...ownerReferences: object[]) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', ownerReferences } });

/** Lets the user do this in every namespace. */
async function allow(made: TestCluster, ...rules: object[]): Promise<void> {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' }, rules };
  await post(made, '/apis/rbac.authorization.k8s.io/v1/clusterroles', role);
  const subjects = [{ kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' }];
  const binding = {
    kind: 'ClusterRoleBinding',
    metadata: { name: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
  };
  await post(made, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', { apiVersion: role.apiVersion, ...binding, subjects });
}
const configMaps = (...verbs: string[]) => ({ apiGroups: [''], resources: ['configmaps'], verbs });
const finalizers = { apiGroups: ['apps'], resources: ['deployments/finalizers'], verbs: ['update'] };
const everything = { apiGroups: ['*'], resources: ['*/finalizers'], verbs: ['update'] };

const enforcing = async (...rules: object[]) => {
  const made = await cluster([], { enable: ['OwnerReferencesPermissionEnforcement'] });
  await allow(made, ...rules);
  return made;
};

describe('OwnerReferencesPermissionEnforcement', () => {
  const blocked = `configmaps "a" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: , <nil>`;
  it.each([
    ['an owner', configMap(owner()), [configMaps('create')], 201, undefined],
    ['an owner that is delayed', configMap(owner({ blockOwnerDeletion: true })), [configMaps('create')], 403, blocked],
    ['the same, allowed', configMap(owner({ blockOwnerDeletion: true })), [configMaps('create'), finalizers], 201, undefined],
    [
      'the same, allowed for everything',
      configMap(owner({ blockOwnerDeletion: true })),
      [configMaps('create'), everything],
      201,
      undefined,
    ],
    [
      'of an unknown kind',
      configMap(owner({ blockOwnerDeletion: true, apiVersion: 'x.io/v1', kind: 'X' })),
      [configMaps('create')],
      403,
      'configmaps "a" is forbidden: cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion x.io/v1 Kind X: no matches for kind "X" in version "x.io/v1"',
    ],
  ])('a creation with %s', async (_, body, rules, status, message) => {
    const made = await enforcing(...rules);
    const answer = await made.call('POST', path, { body, user });
    expect([answer.status, answer.status === 201 ? undefined : answer.body.message]).toEqual([status, message]);
  });

  it.each([
    [[configMaps('update')], 403, `configmaps "a" is forbidden: cannot set an ownerRef on a resource you can't delete: , <nil>`],
    [[configMaps('update', 'delete')], 200, undefined],
  ])('an update needs the right to delete: %j', async (rules, status, message) => {
    const made = await enforcing(...rules);
    await post(made, path, configMap());
    const answer = await made.call('PUT', `${path}/a`, { body: configMap(owner()), user });
    expect([answer.status, answer.status === 200 ? undefined : answer.body.message]).toEqual([status, message]);
    expect(
      (await made.call('PUT', `${path}/a`, { body: { ...configMap(...(status === 200 ? [owner()] : [])), data: { a: 'b' } }, user }))
        .status,
    ).toBe(200);
  });
});
