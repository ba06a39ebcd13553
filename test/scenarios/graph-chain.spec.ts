import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type appsv1, ConfigMap, Deployment } from '#api';
import { inProcessClient } from '#apiserver';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { deploymentOf } from '../cluster-api.js';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
});

afterAll(() => cluster.close());

interface Step {
  type: string;
  revision: number;
  depth: number;
  component: string | null;
  summary: string;
  object: { kind: string; metadata: { name: string } };
}

const fields = '{ type revision depth component summary object { kind metadata { name } } }';

/** The steps of a followed chain, until it ends. */
async function steps(args: string, meanwhile: () => Promise<unknown> = async () => undefined): Promise<Step[]> {
  const source = await graph.subscribe(`subscription { eventChain(${args}) ${fields} }`);
  const seen: Step[] = [];
  const read = (async () => {
    for await (const { data, errors } of source) {
      expect(errors).toBeUndefined();
      seen.push((data as unknown as { eventChain: Step }).eventChain);
    }
  })();
  await meanwhile();
  await read;
  return seen;
}

const create = (name: string) => {
  const { spec } = deploymentOf(name, 1) as { spec: appsv1.DeploymentSpec };
  return cluster.client.create(Deployment, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' }, spec });
};
const settledAt = (found: Step[]) => found.findIndex(({ type }) => type === 'SETTLED');

test('the next write to an object is followed until nothing has joined its chain for the quiet time', async () => {
  const found = await steps('kind: "deploy", name: "next"', async () => {
    await create('next');
    await cluster.advance(60_000);
  });
  expect(found[0]).toMatchObject({
    type: 'CREATED',
    depth: 0,
    component: null,
    object: { kind: 'Deployment', metadata: { name: 'next' } },
  });
  expect(found.some(({ component, summary }) => component === 'kubelet' && /is Running and ready/.test(summary))).toBe(true);
  expect(settledAt(found)).toBe(found.length - 1);
  expect(found.at(-1)).toMatchObject({
    depth: 0,
    component: null,
    summary: expect.stringMatching(/^settled: \d\d writes in \d+\.\d{3}s, nothing more in 30s$/),
    object: { kind: 'Deployment', metadata: { name: 'next' } },
  });
});

test('what has happened already comes first, and what follows comes without a gap or a repetition', async () => {
  const { metadata } = await create('past');
  await cluster.settle();
  const found = await steps('kind: "deploy", name: "past", last: true', () => cluster.advance(60_000));
  const byRevision = await steps(`resourceVersion: "${metadata.resourceVersion}"`);
  expect(String(found[0]?.revision)).toBe(metadata.resourceVersion);
  expect(found.length).toBeGreaterThan(10);
  const revisions = found.filter(({ type }) => type !== 'RULE' && type !== 'SETTLED').map(({ revision }) => revision);
  expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  expect(byRevision.slice(0, -1)).toEqual(found.slice(0, -1));
});

test('a chain whose clock stands still is settled until it is turned', async () => {
  const { metadata } = await create('standing');
  await cluster.settle();
  const found = await steps(`resourceVersion: "${metadata.resourceVersion}"`);
  expect(found.at(-1)?.summary).toMatch(/writes in 0\.000s, the clock stands still, nothing follows until it is turned$/);
}, 20_000);

test('the writes of one request are followed by its id, before and after it was made', async () => {
  const client = inProcessClient(cluster.api, { user: () => ({ name: 'admin', groups: ['system:masters'] }), requestId: () => 'mine' });
  const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } });
  const names = (found: Step[]) => found.map(({ type, depth, object }) => `${type} ${depth} ${object.metadata.name}`);
  const expected = ['CREATED 0 one', 'CREATED 0 two', 'SETTLED 0 one'];
  const before = await steps('requestId: "mine"', async () => {
    await client.create(ConfigMap, configMap('one'));
    await cluster.client.create(ConfigMap, configMap('other'));
    await client.create(ConfigMap, configMap('two'));
    await cluster.advance(60_000);
  });
  expect(names(before)).toEqual(expected);
  expect(names(await steps('requestId: "mine"'))).toEqual(expected);
}, 20_000);

test.each([
  ['no start', 'namespace: "default"', 'eventChain needs a resourceVersion, a requestId, or a kind and a name'],
  ['a kind alone', 'kind: "deployment"', 'eventChain needs a resourceVersion, a requestId, or a kind and a name'],
  [
    'two starts',
    'kind: "deployment", name: "web", resourceVersion: "1"',
    'eventChain follows one thing: a resourceVersion, a requestId, or a kind and a name',
  ],
  ['two others', 'requestId: "a", resourceVersion: "1"', 'eventChain follows one thing'],
  ['the last write of no object', 'resourceVersion: "1", last: true', 'last is asked with a kind and a name'],
  ['a revision that is still to come', 'resourceVersion: "999999"', 'Too large resource version: 999999'],
  ['an object that is not there', 'kind: "deploy", name: "none", last: true', 'deployments.apps "none" not found'],
  ['a quiet time that is none', 'kind: "deploy", name: "x", quiet: "soon"', 'quiet: "soon" is not a duration such as 30s'],
])('%s is refused', async (_name, args, message) => {
  await expect(graph.subscribe(`subscription { eventChain(${args}) { type } }`)).rejects.toThrow(JSON.stringify(message).slice(1, -1));
});
