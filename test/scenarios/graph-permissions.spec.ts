import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ClusterStorages } from '#apiserver';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';
import { widgets } from '../widgets.js';

let cluster: LocalCluster;
let graph: LocalGraph;

const data = (query: string) => graph.data(query);

const refusal = async (query: string) => (await graph.run(query)).errors?.[0]?.message;

const rbac = 'apiVersion: rbac.authorization.k8s.io/v1';
const objects = `
{apiVersion: v1, kind: Namespace, metadata: {name: shop}}
---
{apiVersion: v1, kind: ServiceAccount, metadata: {name: clerk, namespace: shop}}
---
{${rbac}, kind: Role, metadata: {name: reader, namespace: shop}, rules: [{apiGroups: [""], resources: [pods, pods/log], verbs: [get, list]}]}
---
{${rbac}, kind: RoleBinding, metadata: {name: clerks-read, namespace: shop}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader},
  subjects: [{kind: ServiceAccount, name: clerk, namespace: shop}]}
---
{${rbac}, kind: ClusterRole, metadata: {name: scales}, rules: [{apiGroups: [apps], resources: [deployments/scale], verbs: [update], resourceNames: [web]}]}
---
{${rbac}, kind: ClusterRoleBinding, metadata: {name: shop-scales}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: scales},
  subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts:shop"}]}
---
{${rbac}, kind: RoleBinding, metadata: {name: gone, namespace: shop}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: gone},
  subjects: [{kind: ServiceAccount, name: clerk, namespace: shop}]}
`;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
  const { errors } = await graph.run(`mutation ($m: String!) { create(manifest: $m) { __typename } }`, { m: objects });
  expect(errors).toBeUndefined();
  await cluster.settle();
});

afterAll(() => cluster.close());

const clerk = 'system:serviceaccount:shop:clerk';

test('canI: of oneself and of others', async () => {
  const allowed = (args: string) => data(`{ canI(${args}) { allowed reason } }`).then(({ canI }) => [canI.allowed, canI.reason]);
  expect((await allowed('verb: "delete", resource: "nodes"'))[0]).toBe(true);
  expect(await allowed(`verb: "get", resource: "po/log", namespace: "shop", as: "${clerk}"`)).toEqual([
    true,
    'RBAC: allowed by RoleBinding "clerks-read/shop" of Role "reader" to ServiceAccount "clerk/shop"',
  ]);
  expect((await allowed(`verb: "get", resource: "pods", as: "${clerk}"`))[0]).toBe(false);
  expect((await allowed(`verb: "update", resource: "deploy/scale", name: "web", namespace: "default", as: "${clerk}"`))[0]).toBe(true);
  expect((await allowed(`verb: "update", resource: "deploy/scale", namespace: "default", as: "${clerk}", asGroups: []`))[0]).toBe(false);
  expect((await allowed('verb: "get", resource: "/healthz", as: "jane", asGroups: ["system:masters"]'))[0]).toBe(true);
  expect(await refusal('{ canI(verb: "get", resource: "nothing") { allowed } }')).toBe(
    'the server doesn\'t have a resource type "nothing"',
  );
  expect(await refusal('{ canI(verb: "get", resource: "pods", asGroups: ["a"]) { allowed } }')).toBe('asGroups: needs as, too');
});

const clerks = [
  'update deployments/scale of apps named web everywhere, by ClusterRoleBinding shop-scales to ClusterRole scales',
  'get, list pods, pods/log in namespace shop, by RoleBinding clerks-read to Role reader',
];

test('permissions of an account and of a subject, by which binding and role', async () => {
  const lines = (list: Array<{ line: string }>) => list.map(({ line }) => line).filter((line) => !line.includes('system:'));
  const { serviceAccount, permissions } = await data(`{
    serviceAccount(name: "clerk", namespace: "shop") { permissions { line } }
    permissions(user: "${clerk}") { line subject namespace verbs resources binding { kind metadata { name } } role { kind } } }`);
  expect(lines(serviceAccount.permissions)).toEqual(clerks);
  expect(lines(permissions)).toEqual(clerks);
  expect(permissions.at(-1)).toEqual({
    line: clerks[1],
    subject: `User ${clerk}`,
    namespace: 'shop',
    verbs: ['get', 'list'],
    resources: ['pods', 'pods/log'],
    binding: { kind: 'RoleBinding', metadata: { name: 'clerks-read' } },
    role: { kind: 'Role' },
  });
  const here = await data(`{ permissions(user: "${clerk}", namespace: "default") { line } own: permissions(limit: 1) { line }
    group: permissions(groups: ["system:serviceaccounts:shop"]) { line } }`);
  expect(lines(here.permissions)).toEqual(clerks.slice(0, 1));
  expect(here.group).toEqual([{ line: clerks[0] }]);
  expect(here.own).toHaveLength(1);
  expect(await refusal('{ permissions(limit: 501) { line } }')).toBe('limit must be between 1 and 500');
  const many = JSON.stringify(Array.from({ length: 101 }, () => 'g'));
  expect(await refusal(`{ permissions(groups: ${many}) { line } }`)).toBe('groups: at most 100');
});

test('explain: fields of built-in and custom kinds', async () => {
  (cluster.api.cluster.storages as ClusterStorages).install('widgets.example.com', widgets);
  expect(
    await data('{ explain(field: "deploy.spec.template.spec.restartPolicy") { kind apiVersion path type enum default required } }'),
  ).toEqual({
    explain: {
      ...{ kind: 'Deployment', apiVersion: 'apps/v1', path: 'deployment.spec.template.spec.restartPolicy', type: 'string' },
      ...{ enum: ['Always', 'Never', 'OnFailure'], default: 'Always', required: false },
    },
  });
  expect(await data('{ explain(field: "widgets.spec") { kind apiVersion fields { path type } } }')).toEqual({
    explain: { kind: 'Widget', apiVersion: 'example.com/v1', fields: [{ path: 'widget.spec.size', type: 'integer' }] },
  });
  expect(await refusal('{ explain(field: "pods.sepc") { type } }')).toBe('field "sepc" does not exist in pod. Did you mean "spec"?');
  expect(await refusal('{ explain(field: "pods.quux") { type } }')).toBe(
    'field "quux" does not exist: pod has apiVersion, kind, metadata, spec, status',
  );
  expect(await refusal('{ explain(field: "nothing.spec") { type } }')).toBe('the server doesn\'t have a resource type "nothing"');
  expect(await refusal(`{ explain(field: "${'a.'.repeat(600)}") { type } }`)).toBe('field: at most 1000 characters');
});
