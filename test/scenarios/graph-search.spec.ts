import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ClusterRoleBinding } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';
import { shop } from '../shop.js';

let cluster: LocalCluster;
let graph: LocalGraph;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
  const made = await graph.run('mutation ($m: String!) { create(manifest: $m, namespace: "shop") { operation } }', { m: shop });
  expect(made.errors).toBeUndefined();
  await cluster.settle();
  await cluster.advance(61_000);
});

afterAll(() => cluster.close());

async function answer(query: string): Promise<Found> {
  const { data, errors } = await graph.run(query);
  expect(errors).toBeUndefined();
  return data as unknown as Found;
}

type Found = {
  search: {
    count: number;
    hits: Array<{ object: { kind: string; metadata: { name: string } }; matches: Array<{ in: string; path: string }> }>;
    refused: Array<{ kind: string; message: string }>;
    unfinished: string[];
  };
};
const question = '{ count hits { object { kind metadata { name } } matches { in path } } refused { kind message } unfinished }';
const shown = ({ hits }: Found['search']) =>
  hits.map(
    ({ object, matches: [best] }) => `${object.kind}/${object.metadata.name.replace(/(?<=^web)-.*/, '-*')} ${best?.in} ${best?.path}`,
  );

test('ranks names, labels and texts', async () => {
  const { search } = await answer(`{ search(text: "prices", namespace: "shop") ${question} }`);
  expect(shown(search)).toEqual([
    'ConfigMap/prices NAME metadata.name',
    'Pod/web-* TEXT spec.containers[0].envFrom[0].configMapRef.name',
    'Pod/web-* TEXT spec.containers[0].envFrom[0].configMapRef.name',
    'Deployment/web TEXT spec.template.spec.containers[0].envFrom[0].configMapRef.name',
    'ReplicaSet/web-* TEXT spec.template.spec.containers[0].envFrom[0].configMapRef.name',
  ]);
  expect([search.count, search.refused, search.unfinished]).toEqual([5, [], []]);
});

test('of some kinds, the best alone', async () => {
  const { search } = await answer(`{ search(text: "WEB", kinds: ["deploy", "svc", "po"], limit: 3) ${question} }`);
  expect(shown(search)).toEqual(['Deployment/web NAME metadata.name', 'Service/web NAME metadata.name', 'Pod/web-* NAME metadata.name']);
  expect(search.count).toBeGreaterThan(3);
});

test('names the kinds that one may not list, and searches the others', async () => {
  await cluster.client.create(ClusterRoleBinding, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'viewer' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'viewer' }],
  });
  const viewer = new LocalGraph(cluster, undefined, { name: 'viewer', groups: ['system:authenticated'] });
  const { data, errors } = await viewer.run(`{ search(text: "keys", kinds: ["secrets", "pods"], namespace: "shop") ${question} }`);
  expect(errors).toBeUndefined();
  const { search } = data as unknown as Found;
  expect(search.refused).toEqual([
    {
      kind: 'secrets',
      message: 'secrets is forbidden: User "viewer" cannot list resource "secrets" in API group "" in the namespace "shop"',
    },
  ]);
  expect(shown(search)).toEqual(Array(2).fill('Pod/web-* TEXT spec.imagePullSecrets[0].name'));
});

test.each([
  ['text: " "', 'text must have between 1 and 256 characters'],
  ['text: "a", limit: 101', 'limit must be between 1 and 100'],
  ['text: "a", kinds: ["nothing"]', 'the server doesn\'t have a resource type "nothing"'],
])('%s', async (args, message) => {
  const { errors } = await graph.run(`{ search(${args}) { count } }`);
  expect(errors?.map((error) => error.message)).toEqual([message]);
});
