import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ClusterRole, ClusterRoleBinding, RoleBinding } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { guardOf } from './guard.js';
import { listable } from './listable.js';

let cluster: LocalCluster;

const group = 'rbac.authorization.k8s.io';
const apiVersion = `${group}/v1`;
const bound = (name: string) => ({
  roleRef: { apiGroup: group, kind: 'ClusterRole', name },
  subjects: [{ apiGroup: group, kind: 'User', name }],
});

beforeAll(async () => {
  cluster = await createLocalCluster();
  const role = (name: string, apiGroups: string[], resources: string[], verbs: string[]) =>
    cluster.client.create(ClusterRole, { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: [{ apiGroups, resources, verbs }] });
  await role('all', ['*'], ['*'], ['*']);
  await role('reader', ['*'], ['*'], ['get', 'list', 'watch']);
  await role('in-shop', ['', 'apps'], ['pods', 'deployments', 'nodes'], ['list']);
  for (const name of ['all', 'reader'])
    await cluster.client.create(ClusterRoleBinding, { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, ...bound(name) });
  const binding = { apiVersion, kind: 'RoleBinding', metadata: { name: 'in-shop', namespace: 'default' }, ...bound('in-shop') };
  await cluster.client.create(RoleBinding, binding);
});

afterAll(() => cluster.close());

const asked = (name: string, selection: Parameters<typeof listable>[2]) => {
  const user = { name, groups: ['system:authenticated'] };
  return listable(cluster.api, { user, check: guardOf(cluster.api, user, ({ start }) => start()).check }, selection);
};
const pods = { group: '', resource: 'pods' };
const secrets = { group: '', resource: 'secrets' };
const there = { namespace: 'default' };
const named = (kinds: ReadonlyArray<{ resource: string }> | undefined) => kinds?.map(({ resource }) => resource);

test('all of it for those who may do everything', async () => {
  expect(await asked('all', {})).toEqual({ of: {}, refused: [] });
  expect(await asked('all', { kinds: [secrets], ...there })).toEqual({ of: { kinds: [secrets], ...there }, refused: [] });
});

test('for those who may list everything each kind, and nothing that is none', async () => {
  const { of, refused } = await asked('reader', {});
  expect(refused).toEqual([]);
  expect(named(of.kinds)).toEqual(expect.arrayContaining(['pods', 'secrets', 'nodes', 'deployments', 'customresourcedefinitions']));
  expect(new Set(of.kinds?.map(({ group, resource }) => `${group}/${resource}`)).size).toBe(of.kinds?.length);
});

test('for others the kinds that they may list there; each other one is named', async () => {
  const { of, refused } = await asked('in-shop', there);
  expect([of.namespace, named(of.kinds)?.sort()]).toEqual(['default', ['deployments', 'nodes', 'pods']]);
  const { message } = refused.find(({ kind }) => kind === 'secrets') ?? {};
  expect(message).toBe('secrets is forbidden: User "in-shop" cannot list resource "secrets" in API group "" in the namespace "default"');
  const some = await asked('in-shop', { kinds: [pods, secrets], ...there });
  expect([named(some.of.kinds), some.refused.map(({ kind }) => kind)]).toEqual([['pods'], ['secrets']]);
});

test.each<[string, Parameters<typeof listable>[2], string]>([
  ['in-shop', {}, 'forbidden: User "in-shop" may not read the history of the whole cluster'],
  ['in-shop', { namespace: 'kube-system' }, 'forbidden: User "in-shop" may not read the history of the whole cluster'],
  ['in-shop', { kinds: [pods] }, 'pods is forbidden: User "in-shop" cannot list resource "pods" in API group "" at the cluster scope'],
  [
    'nobody',
    { kinds: [secrets, pods], ...there },
    'secrets is forbidden: User "nobody" cannot list resource "secrets" in API group "" in the namespace "default"',
  ],
])('%s may list nothing of %j', async (name, selection, message) => {
  await expect(asked(name, selection)).rejects.toMatchObject({ status: { code: 403, message } });
});
