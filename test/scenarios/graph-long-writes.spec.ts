import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { CustomResourceDefinition, Node } from '#api';
import { inlineYaml } from '#api/yaml';
import { beginTransaction, inProcessClient } from '#apiserver';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { doLongWork, type EventLoop, graphLimits, type LongWork, Operations, Turns } from '#graphql';
import { LocalGraph } from '../graph.js';

/** Of the other thread, which here is this one. */
const loop: EventLoop = {
  now: () => performance.now(),
  worked: () => performance.now(),
  nextTurn: (run) => void setImmediate(run),
  whenSettled: (run) => queueMicrotask(() => process.nextTick(run)),
  after: () => () => undefined,
};
const long = 'x'.repeat(graphLimits.longWork);
const user = { name: 'admin', groups: ['system:masters'] };

let cluster: LocalCluster;
let graph: LocalGraph;
/** Work that went to the other thread. */
let handed: LongWork[] = [];

beforeAll(async () => {
  cluster = await createLocalCluster();
  const schema = { openAPIV3Schema: { type: 'object', properties: { text: { type: 'string' } } } };
  for (const [kind, plural] of [
    ['Crate', 'crates'],
    ['Node', 'nodes'],
  ])
    await cluster.client.create(CustomResourceDefinition, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural, kind },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    } as never);
  await cluster.settle();
  const node = { apiVersion: 'example.com/v1', kind: 'Node', metadata: { name: 'node-a', namespace: 'default' }, text: 'a' };
  await cluster.client.create({ ...Node, group: 'example.com', namespaced: true } as never, node as never);
  graph = new LocalGraph(cluster);
});

afterAll(() => cluster.close());

/** The answer, by way of another thread or by the loop of requests itself; without what differs from write to write. */
async function answer(query: string, variables: Record<string, unknown>, elsewhere: boolean): Promise<unknown> {
  const requests = { user: () => user, requestId: () => 'request-1' };
  const workElsewhere = async (work: LongWork) => {
    handed.push(work);
    const { cluster: of, scheduling, served, requestId } = graph.session;
    const client = inProcessClient(cluster.api, requests);
    const transaction = () => beginTransaction(cluster.api, requests);
    const written = await doLongWork(
      structuredClone(work),
      { client, transaction, scheduling, cluster: of, served, requestId, yaml: inlineYaml },
      new Turns(loop),
    );
    return structuredClone(written);
  };
  const session = elsewhere ? { ...graph.session, workElsewhere } : graph.session;
  const { data, errors } = await new Operations(await graph.runtime, session).run({ document: parse(query), variables });
  return JSON.parse(JSON.stringify({ data, errors }));
}

const own = ['Crate', 'Node'];
const manifest = (kind: string, name: string, more = '') =>
  `apiVersion: ${own.includes(kind) ? 'example.com/v1' : 'v1'}\nkind: ${kind}\nmetadata: {name: ${name}}\n${own.includes(kind) ? `text: ${long}` : `data: {a: ${long}}`}\n${more}`;
const result = '{ operation warnings dryRun before { kind } object { kind metadata { name namespace } } diff { path } }';
const patch = (target: string) => `mutation ($p: JSON!) { patch(${target}, patch: $p, dryRun: true) ${result} }`;
const edit = (name: string, args: string, types: string) =>
  `mutation (${types}) { ${name}(kind: "cm", name: "kube-root-ca.crt", ${args}, dryRun: true) ${result} }`;
const whatIf = 'query ($m: String!) { whatIf(manifest: $m) { pod state node message nodes { node feasible } } }';
const pod = (annotations: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', annotations },
  spec: { containers: [{ name: 'c', image: 'i' }] },
});
const several = [
  manifest('ConfigMap', 'a'),
  'x: y',
  manifest('ConfigMap', 'b', 'unknown: 1'),
  manifest('Crate', 'c'),
  'a: b: c',
  manifest('None', 'd'),
];

test.each<[string, string, Record<string, unknown>]>([
  [
    'documents, some of them refused',
    `mutation ($m: String!) { apply(manifest: $m, dryRun: true) ${result} }`,
    { m: several.join('---\n') },
  ],
  [
    'fields that are left out',
    `mutation ($m: String!) { create(manifest: $m, fieldValidation: WARN, dryRun: true) ${result} }`,
    { m: several[2] },
  ],
  [
    'server-side',
    `mutation ($m: String!) { apply(manifest: $m, serverSide: true, force: true, dryRun: true) ${result} }`,
    { m: several[0] },
  ],
  ['all or nothing', `mutation ($m: String!) { apply(manifest: $m, atomic: true) ${result} }`, { m: `${several[0]}---\n${several[2]}` }],
  ['no manifest', `mutation ($m: String!) { apply(manifest: $m) ${result} }`, { m: `# ${long}` }],
  [
    'typed objects',
    `mutation ($o: [ObjectInput!]) { create(objects: $o, dryRun: true) ${result} }`,
    { o: [{ configMap: { metadata: { name: 'o' }, data: { a: long } } }, { any: { kind: 'x' } }, { any: 3 }] },
  ],
  ['a patch', patch('kind: "cm", name: "kube-root-ca.crt", type: MERGE'), { p: { data: { a: long } } }],
  ['a JSON patch', patch('kind: "cm", name: "kube-root-ca.crt", type: JSON'), { p: [{ op: 'add', path: '/data/a', value: long }] }],
  ['a patch of what is not there', patch('kind: "cm", name: "none"'), { p: { data: { a: long } } }],
  ['a patch of an unknown kind', patch('kind: "crat", name: "none"'), { p: { data: { a: long } } }],
  ['a patch that is refused', patch('kind: "cm", name: "kube-root-ca.crt"'), { p: { metadata: { labels: { a: long } } } }],
  [
    'a patch of a kind whose name a built-in one has',
    patch('kind: "nodes.example.com", name: "node-a", type: MERGE'),
    { p: { text: long } },
  ],
  [
    'an object of it',
    `mutation ($m: String!) { apply(manifest: $m, namespace: "default", dryRun: true) ${result} }`,
    { m: manifest('Node', 'node-a') },
  ],
  ['labels', edit('label', 'set: $s', '$s: StringMap!'), { s: { a: long } }],
  ['annotations', edit('annotate', 'set: {}, remove: $r', '$r: [String!]'), { r: [long] }],
  ['images', edit('setImage', 'images: $i', '$i: [WantedImage!]!'), { i: [{ container: 'c', image: long }] }],
  [
    'taints',
    `mutation ($a: [WantedTaint!]!) { taint(node: "worker-1", add: $a, dryRun: true) { operation node: object { kind } diff { path } } }`,
    { a: [{ key: 'a', value: long, effect: 'NoSchedule' }] },
  ],
  ['what would happen to a pod', whatIf, { m: JSON.stringify(pod({ a: long })) }],
  ['what would happen to one that is too large', whatIf, { m: JSON.stringify(pod({ a: long + long })) }],
  ['what would happen to none', whatIf, { m: manifest('ConfigMap', 'a') }],
])('a long write is answered by another thread as by this one: %s', async (_, query, variables) => {
  handed = [];
  const here = await answer(query, variables, false);
  expect(handed).toEqual([]);
  expect(await answer(query, variables, true)).toEqual(here);
  expect(handed).toHaveLength(1);
  expect(graph.unexpected).toEqual([]);
});

test('what it writes is there, and is told with what was before', async () => {
  const apply = `mutation ($m: String!) { apply(manifest: $m) ${result} }`;
  const named = { kind: 'ConfigMap', metadata: { name: 'kept', namespace: 'default' } };
  const first = (await answer(apply, { m: manifest('ConfigMap', 'kept') }, true)) as object;
  expect(first).toMatchObject({ data: { apply: [{ operation: 'CREATED', before: null, object: named, diff: [] }] } });
  const second = (await answer(apply, { m: manifest('ConfigMap', 'kept').replace('{a:', '{b:') }, true)) as object;
  expect(second).toMatchObject({
    data: {
      apply: [{ operation: 'UPDATED', before: { kind: 'ConfigMap' }, object: named, diff: expect.arrayContaining([{ path: '.data.b' }]) }],
    },
  });
});

test('a short write stays here, and so does one that no other thread takes', async () => {
  handed = [];
  const write = 'mutation ($m: String!) { apply(manifest: $m, dryRun: true) { operation } }';
  const short = { m: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: short}\n' };
  expect(await answer(write, short, true)).toEqual({ data: { apply: [{ operation: 'CREATED' }] } });
  expect(handed).toEqual([]);
  const session = { ...graph.session, workElsewhere: async () => undefined };
  const operation = { document: parse(write), variables: { m: manifest('ConfigMap', 'alone') } };
  expect((await new Operations(await graph.runtime, session).run(operation)).data).toEqual({ apply: [{ operation: 'CREATED' }] });
});

test('an unexpected error is told as one', async () => {
  const session = { ...graph.session, workElsewhere: () => Promise.reject(new Error('the thread ended')) };
  const operation = {
    document: parse('mutation ($m: String!) { apply(manifest: $m) { operation } }'),
    variables: { m: manifest('ConfigMap', 'x') },
  };
  const { errors } = await new Operations(await graph.runtime, session).run(operation);
  expect(errors).toMatchObject([{ message: 'Internal error' }]);
  expect(graph.unexpected.splice(0)).toEqual([new Error('the thread ended')]);
});
