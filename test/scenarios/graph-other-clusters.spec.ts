import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type apiextensionsv1, CustomResourceDefinition, type Resource } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import type { GraphSession } from '#graphql';
import { LocalGraph } from '../graph.js';

/** The graph of a cluster whose organization has another one. */
class Asking extends LocalGraph {
  constructor(
    cluster: LocalCluster,
    private readonly other: LocalGraph,
  ) {
    super(cluster);
  }

  override get session(): GraphSession {
    const organization = { id: 'o', name: 'o', default: true, quotas: {} };
    const plain = { server: '', profile: 'instant', seed: 's', createdAt: '2026-01-01T00:00:00Z', clock: {} };
    const other = { id: 'other', name: 'other', ...plain, revision: async () => 1, open: async () => this.other.session };
    const organizations = { show: async () => organization, clusters: async () => [other] };
    return { ...super.session, organizations: organizations as never };
  }
}

async function define(cluster: LocalCluster, kind: string, properties: Record<string, apiextensionsv1.JSONSchemaProps>): Promise<void> {
  const plural = `${kind.toLowerCase()}s`;
  await cluster.client.create(CustomResourceDefinition, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } } },
        },
      ],
    },
  });
  await cluster.settle();
}

const resource = (kind: string): Resource => ({
  ...{ group: 'example.com', version: 'v1', resource: `${kind.toLowerCase()}s`, kind, namespaced: true },
});

const clusters: LocalCluster[] = [];
let graph: Asking;

beforeAll(async () => {
  const [mine, other] = [await createLocalCluster(), await createLocalCluster()];
  clusters.push(mine, other);
  await define(other, 'Gear', { teeth: { type: 'integer' } });
  // Here a Wheel has another shape than there.
  await define(mine, 'Wheel', { size: { type: 'string', enum: ['Small'] }, parts: { type: 'array', items: { type: 'integer' } } });
  await define(other, 'Wheel', { size: { type: 'integer' }, parts: { type: 'string' } });
  for (const [kind, name, spec] of [
    ['Gear', 'first', { teeth: 12 }],
    ['Gear', 'second', { teeth: 13 }],
    ['Wheel', 'big', { size: 7, parts: 'none' }],
  ] as const) {
    const metadata = { name, namespace: 'default', labels: { of: name } };
    await other.client.create(resource(kind), { apiVersion: 'example.com/v1', kind, metadata, spec } as never);
  }
  await mine.client.create(resource('Wheel'), {
    ...{ apiVersion: 'example.com/v1', kind: 'Wheel', metadata: { name: 'mine', namespace: 'default' } },
    spec: { size: 'Small', parts: [1] },
  } as never);
  graph = new Asking(mine, new LocalGraph(other));
});

afterAll(async () => {
  for (const cluster of clusters) await cluster.close();
});

// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole
async function inOther(fields: string): Promise<any> {
  const { data, errors } = await graph.run(`{ organization { clusters(limit: 1) { graph { ${fields} } } } }`);
  expect([errors, graph.unexpected]).toEqual([undefined, []]);
  return JSON.parse(JSON.stringify(data)).organization.clusters[0].graph;
}

test('an object of a custom kind of another cluster is one of any kind: its fields are in `json`', async () => {
  const shown = '{ __typename kind metadata { name } json owned { kind } }';
  const { gear, wheel, search } = await inOther(`
    gear: object(kind: "gear", name: "first") ${shown} wheel: object(kind: "wheel", name: "big") ${shown}
    search(text: "first", kinds: ["gears"]) { hits { object { __typename metadata { name } } } }`);
  const one = (kind: string, name: string, spec: object) => ({
    ...{ __typename: 'OtherObject', kind, metadata: { name }, owned: [] },
    json: expect.objectContaining({ spec }),
  });
  expect(gear).toEqual(one('Gear', 'first', { teeth: 12 }));
  expect(wheel).toEqual(one('Wheel', 'big', { size: 7, parts: 'none' }));
  expect(search.hits).toEqual([{ object: { __typename: 'OtherObject', metadata: { name: 'first' } } }]);
});

test('they are listed by the name of their kind, as any others', async () => {
  const found = await inOther(`
    all: objects(kind: "gears") { items { __typename metadata { name } json } remainingItemCount aggregate { count } }
    page: objects(kind: "gear.example.com", namespace: "default", limit: 1, orderBy: { metadata: { name: DESC } }) { items { metadata { name } } continue }
    some: objects(kind: "gears", labelSelector: "of=second") { items { metadata { name } } }
    where: objects(kind: "gears", where: { metadata: { name: { startsWith: "f" } } }) { items { metadata { name } } }
    at: objects(kind: "wheels", at: "0s") { items { kind json } }
    none: objects(kind: "gears", namespace: "kube-system") { items { kind } }
    nodes: objects(kind: "nodes", namespace: "default", limit: 1) { items { __typename ... on Node { spec { podCIDR } } } }`);
  const name = (name: string) => ({ metadata: { name } });
  const gears = ['first', 'second'].map((one, at) => ({
    ...{ __typename: 'OtherObject', ...name(one) },
    json: expect.objectContaining({ spec: { teeth: 12 + at } }),
  }));
  expect(found).toEqual({
    all: { items: gears, remainingItemCount: null, aggregate: { count: 2 } },
    page: { items: [name('second')], continue: expect.any(String) },
    some: { items: [name('second')] },
    where: { items: [name('first')] },
    at: { items: [{ kind: 'Wheel', json: expect.objectContaining({ spec: { size: 7, parts: 'none' } }) }] },
    none: { items: [] },
    nodes: { items: [{ __typename: 'Node', spec: { podCIDR: expect.any(String) } }] },
  });
  const unknown = await graph.run('{ organization { clusters(limit: 1) { graph { objects(kind: "gaers") { items { kind } } } } } }');
  expect(unknown.errors?.map(({ message }) => message)).toEqual([
    'the server doesn\'t have a resource type "gaers". Did you mean "gears"?',
  ]);
});

test('what is no longer served is shown in the past as one of any kind', async () => {
  const [cluster] = clusters;
  await define(cluster as LocalCluster, 'Axle', { length: { type: 'integer' } });
  const metadata = { name: 'long', namespace: 'default' };
  const { metadata: made } = await (cluster as LocalCluster).client.create(resource('Axle'), {
    ...{ apiVersion: 'example.com/v1', kind: 'Axle', metadata },
    spec: { length: 9 },
  } as never);
  const asked = `{ causes(resourceVersion: "${made.resourceVersion}") { object { __typename json } } }`;
  expect((await graph.run(asked)).data).toMatchObject({ causes: [{ object: { __typename: 'Axle' } }] });
  await (cluster as LocalCluster).client.delete(CustomResourceDefinition, 'axles.example.com');
  await (cluster as LocalCluster).settle();
  const { data, errors } = await graph.run(asked);
  expect([errors, graph.unexpected]).toEqual([undefined, []]);
  expect(data).toMatchObject({ causes: [{ object: { __typename: 'OtherObject', json: { spec: { length: 9 } } } }] });
});

test('in the cluster’s own graph they have their types', async () => {
  const { data, errors } = await graph.run('{ object(kind: "wheel", name: "mine") { __typename ... on Wheel { spec { size parts } } } }');
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ object: { __typename: 'Wheel' } });
});
