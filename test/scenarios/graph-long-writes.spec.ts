import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { CustomResourceDefinition } from '#api';
import { inlineYaml } from '#api/yaml';
import { beginTransaction, inProcessClient } from '#apiserver';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { type EventLoop, graphLimits, type LongWrite, Operations, Turns, writeLong } from '#graphql';
import { LocalGraph } from '../graph.js';

/** Of the other thread, which here is this one. */
const loop: EventLoop = {
  now: () => performance.now(),
  worked: () => performance.now(),
  nextTurn: (run) => void setImmediate(run),
  whenSettled: (run) => queueMicrotask(() => process.nextTick(run)),
  after: () => () => undefined,
};
const long = 'x'.repeat(graphLimits.longWrite);
const user = { name: 'admin', groups: ['system:masters'] };

let cluster: LocalCluster;
let graph: LocalGraph;
/** Writes that went to the other thread. */
let handed: LongWrite[] = [];

beforeAll(async () => {
  cluster = await createLocalCluster();
  await cluster.client.create(CustomResourceDefinition, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'crates.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'crates', kind: 'Crate' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', properties: { text: { type: 'string' } } } },
        },
      ],
    },
  } as never);
  await cluster.settle();
  graph = new LocalGraph(cluster);
});

afterAll(() => cluster.close());

/** The answer, by way of another thread or by the loop of requests itself; without what differs from write to write. */
async function answer(query: string, variables: Record<string, unknown>, elsewhere: boolean): Promise<unknown> {
  const requests = { user: () => user, requestId: () => 'request-1' };
  const writeElsewhere = async (write: LongWrite) => {
    handed.push(write);
    const { cluster: of, served, requestId } = graph.session;
    const client = inProcessClient(cluster.api, requests);
    const transaction = () => beginTransaction(cluster.api, requests);
    const written = await writeLong(
      structuredClone(write),
      { client, transaction, cluster: of, served, requestId, yaml: inlineYaml },
      new Turns(loop),
    );
    return structuredClone(written);
  };
  const session = elsewhere ? { ...graph.session, writeElsewhere } : graph.session;
  const { data, errors } = await new Operations(await graph.runtime, session).run({ document: parse(query), variables });
  return JSON.parse(JSON.stringify({ data, errors }));
}

const manifest = (kind: string, name: string, more = '') =>
  `apiVersion: ${kind === 'Crate' ? 'example.com/v1' : 'v1'}\nkind: ${kind}\nmetadata: {name: ${name}}\n${kind === 'Crate' ? 'text' : 'data'}: ${kind === 'Crate' ? long : `{a: ${long}}`}\n${more}`;
const result = '{ operation warnings dryRun before { kind } object { kind metadata { name namespace } } diff { path } }';
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
  const session = { ...graph.session, writeElsewhere: async () => undefined };
  const operation = { document: parse(write), variables: { m: manifest('ConfigMap', 'alone') } };
  expect((await new Operations(await graph.runtime, session).run(operation)).data).toEqual({ apply: [{ operation: 'CREATED' }] });
});

test('an unexpected error is told as one', async () => {
  const session = { ...graph.session, writeElsewhere: () => Promise.reject(new Error('the thread ended')) };
  const operation = {
    document: parse('mutation ($m: String!) { apply(manifest: $m) { operation } }'),
    variables: { m: manifest('ConfigMap', 'x') },
  };
  const { errors } = await new Operations(await graph.runtime, session).run(operation);
  expect(errors).toMatchObject([{ message: 'Internal error' }]);
  expect(graph.unexpected.splice(0)).toEqual([new Error('the thread ended')]);
});
