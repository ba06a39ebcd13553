import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isLeafType,
  isNonNullType,
  isRequiredArgument,
} from 'graphql';
import { ClusterRoleBinding, type Resource, Role, RoleBinding } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { type GraphContext, relations } from '#graphql';
import { LocalGraph } from '../graph.js';
import { shop } from '../shop.js';

let cluster: LocalCluster;
let admin: LocalGraph;

const bind = (name: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  metadata: { name },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
});

beforeAll(async () => {
  cluster = await createLocalCluster();
  admin = new LocalGraph(cluster);
  const made = await admin.run('mutation ($m: String!) { create(manifest: $m, namespace: "shop") { __typename } }', { m: shop });
  expect(made.errors).toBeUndefined();
  const inShop = bind('inshop');
  await cluster.client.create(RoleBinding, { ...inShop, kind: 'RoleBinding', metadata: { name: 'inshop', namespace: 'shop' } });
  await cluster.client.create(ClusterRoleBinding, { ...bind('reader'), kind: 'ClusterRoleBinding' });
  await cluster.settle();
  await cluster.advance(61_000);
});

afterAll(() => cluster.close());

/** Users whom the role `view` is bound to in one namespace, in all, and nowhere. */
const users = ['inshop', 'reader', 'nobody'];

const graphOf = (name: string) => new LocalGraph(cluster, undefined, { name, groups: ['system:authenticated'] });

type RootField = GraphQLField<unknown, GraphContext>;

const sample = (type: string): string => (/^Int|^Float|^At/.test(type) ? '1' : /^String|^ID/.test(type) ? '"pods"' : '{}');

const called = ({ name, args, type }: RootField): string => {
  const given = args.flatMap((argument) => {
    if (argument.name === 'namespace') return ['namespace: "shop"'];
    return isRequiredArgument(argument) ? [`${argument.name}: ${sample(String(argument.type))}`] : [];
  });
  return `${name}${given.length > 0 ? `(${given.join(' ')})` : ''}${isLeafType(getNamedType(type)) ? '' : ' { __typename }'}`;
};

interface Asked {
  /** The codes of the errors, by field. */
  codes: Map<string, unknown>;
  messages: Map<string, string>;
  data: Record<string, unknown>;
}

/** Asks for fields in one operation: each that fails is null with one error of its own. */
async function ask(graph: LocalGraph, fields: readonly string[]): Promise<Asked> {
  const { data, errors = [] } = await graph.run(`{ ${fields.join(' ')} }`);
  expect(data).not.toBeNull();
  expect(graph.unexpected).toEqual([]);
  const paths = errors.map(({ path }) => String(path?.[0]));
  expect(new Set(paths).size).toBe(paths.length);
  expect(paths.filter((path) => data?.[path] !== null)).toEqual([]);
  return {
    data: data ?? {},
    codes: new Map(errors.map(({ extensions }, at) => [paths[at] ?? '', extensions?.code])),
    messages: new Map(errors.map(({ message }, at) => [paths[at] ?? '', message])),
  };
}

async function mayList(name: string, { group, version, resource }: Resource, namespace: string): Promise<boolean> {
  const asked = { group, version, resource, subresource: '', namespace, name: '' };
  const user = { name, groups: ['system:authenticated'] };
  return (await cluster.api.cluster.access.authorize({ user, verb: 'list', resource: asked })).allowed;
}

describe.each(users)('for %s', (name) => {
  test('each list is answered or refused as the API decides, beside the others', async () => {
    const graph = graphOf(name);
    const fields = (await graph.runtime).schema.getQueryType()?.getFields() ?? {};
    const lists = (await graph.runtime).kinds.all;
    for (const namespace of ['shop', '']) {
      const { codes, messages } = await ask(
        graph,
        lists.map(
          ({ many, info }) => `${many}(limit: 1${info.namespaced && namespace ? ` namespace: "${namespace}"` : ''}) { __typename }`,
        ),
      );
      const allowed = await Promise.all(lists.map(({ info }) => mayList(name, info, info.namespaced ? namespace : '')));
      const refused = lists.flatMap(({ many }, at) => (allowed[at] ? [] : [many]));
      expect(Object.fromEntries(codes)).toEqual(Object.fromEntries(refused.map((many) => [many, 'FORBIDDEN'])));
      const secrets = `secrets is forbidden: User "${name}" cannot list resource "secrets" in API group "" `;
      expect(messages.get('secrets')).toBe(secrets + (namespace ? 'in the namespace "shop"' : 'at the cluster scope'));
    }
    expect(lists.filter(({ many }) => isNonNullType(fields[many]?.type))).toEqual([]);
  });

  test('every other field of the root fails for itself alone', async () => {
    const graph = graphOf(name);
    const kinds = new Set((await graph.runtime).kinds.all.flatMap(({ one, many }) => [one, many]));
    const fields = Object.values((await graph.runtime).schema.getQueryType()?.getFields() ?? {}).filter((field) => !kinds.has(field.name));
    const { codes, data } = await ask(graph, fields.map(called));
    const answered = fields.filter((field) => data[field.name] === undefined);
    expect(answered).toEqual([]);
    const ofEverything = ['audit', 'faults', 'etcd', 'scheduling'];
    expect(ofEverything.map((field) => [field, codes.get(field)])).toEqual(ofEverything.map((field) => [field, 'FORBIDDEN']));
    expect(codes.has('cluster')).toBe(false);
  });
});

/** The fields of an object's type that lead elsewhere, with `limit` where they take it. */
const led = (type: GraphQLObjectType): string[] => {
  const names = new Set(relations.map(({ field }) => field));
  return Object.values(type.getFields()).flatMap(({ name, args, type: to }) => {
    if (!names.has(name) || isLeafType(getNamedType(to as GraphQLOutputType))) return [];
    return [`${name}${args.some((argument) => argument.name === 'limit') ? '(limit: 3)' : ''} { __typename }`];
  });
};

test.each(['inshop', 'reader'])('relations that %s may not follow are null, each with its error; the object is answered', async (name) => {
  const graph = graphOf(name);
  const { schema, kinds } = await graph.runtime;
  const seen: string[] = [];
  for (const kind of kinds.stored.filter(({ info }) => info.namespaced)) {
    if (!(await mayList(name, kind.info, 'shop'))) continue;
    const fields = led(schema.getType(kind.typeName) as GraphQLObjectType);
    const { data, errors = [] } = await graph.run(
      `{ all: ${kind.many}(namespace: "shop", limit: 1) { items { metadata { name } ${fields.join(' ')} } } }`,
    );
    expect(graph.unexpected).toEqual([]);
    const [object] = (data as { all: { items: Array<Record<string, unknown>> } }).all.items;
    if (!object) continue;
    expect(object.metadata).toEqual({ name: expect.any(String) });
    for (const { path = [], message, extensions } of errors) {
      expect([extensions?.code, path.length, object[String(path[3])]]).toEqual(['FORBIDDEN', 4, null]);
      expect(message).toMatch(new RegExp(`forbidden: User "${name}" cannot (get|list) resource`));
      seen.push(`${kind.typeName}.${path[3]}`);
    }
  }
  // The role shows neither secrets nor bindings, nor what is in no namespace.
  expect(seen).toEqual(
    expect.arrayContaining(['Pod.node', 'ServiceAccount.tokenSecrets', 'ServiceAccount.roleBindings', 'Ingress.secrets']),
  );
});

test('writes that are refused are null beside those that are made', async () => {
  const graph = new LocalGraph(cluster);
  const write = (name: string) =>
    `create(manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: shop}}") { __typename }`;
  const { data, errors } = await graph.run(`mutation { a: ${write('first')} b: ${write('first')} c: ${write('second')} }`);
  expect([data?.a !== null, data?.b, data?.c !== null]).toEqual([true, [null], true]);
  expect(errors?.map(({ path, extensions }) => [path, extensions?.code])).toEqual([[['b', 0], 'ALREADY_EXISTS']]);
});

test('of a category each kind that may not be listed is an error of its own, beside the objects of the others', async () => {
  const asked = (kinds: string) =>
    `{ namespace(name: "shop") { objects${kinds} { kind } } configMap(name: "prices", namespace: "shop") { owned${kinds} { kind } } }`;
  const view = { apiGroups: [''], resources: ['namespaces', 'configmaps', 'pods', 'services'], verbs: ['get', 'list'] };
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'few', namespace: 'shop' }, rules: [view] };
  await cluster.client.create(Role, role);
  const binding = { ...bind('few'), kind: 'RoleBinding', metadata: { name: 'few', namespace: 'shop' } };
  await cluster.client.create(RoleBinding, { ...binding, roleRef: { ...binding.roleRef, kind: 'Role', name: 'few' } });
  await cluster.settle();
  const graph = graphOf('few');
  const { data, errors = [] } = await graph.run(asked('(kinds: ["all", "pods"])'));
  expect(graph.unexpected).toEqual([]);
  const { namespace, configMap } = data as { namespace: { objects: Array<{ kind: string }> }; configMap: object };
  expect(new Set(namespace.objects.map(({ kind }) => kind))).toEqual(new Set(['Pod', 'Service']));
  expect(configMap).toEqual({ owned: [] });
  const inAll = ['replicationcontrollers', 'daemonsets.apps', 'deployments.apps', 'replicasets.apps', 'statefulsets.apps'];
  const others = ['horizontalpodautoscalers.autoscaling', 'cronjobs.batch', 'jobs.batch'];
  const named = (path: string) =>
    errors.filter((error) => String(error.path) === path).map(({ message }) => message.split(' is forbidden')[0]);
  expect(new Set(named('namespace,objects'))).toEqual(new Set([...inAll, ...others]));
  expect(new Set(named('configMap,owned'))).toEqual(new Set([...inAll, ...others]));
  expect(errors).toHaveLength(2 * 8);
  expect(new Set(errors.map(({ extensions }) => extensions?.code))).toEqual(new Set(['FORBIDDEN']));
  expect((await graph.run(asked(''))).errors).toBeUndefined();
  const one = await graph.run(asked('(kinds: ["secrets", "pods"])'));
  expect(one.errors?.map(({ path }) => String(path))).toEqual(['namespace,objects', 'configMap,owned']);
  expect(JSON.parse(JSON.stringify(one.data))).toEqual({ namespace: { objects: null }, configMap: { owned: null } });
});
