import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type appsv1, Deployment, Namespace } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;
/** Revisions, and times of the cluster, after the steps of the story. */
const marks: Array<{ revision: number; time: string }> = [];

async function mark(): Promise<void> {
  const revision = Number((await data('{ cluster { revision } }')).cluster.revision);
  marks.push({ revision, time: new Date(cluster.api.cluster.clock.now()).toISOString() });
  await cluster.advance(60_000);
}

// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole
async function data(query: string, variables?: Record<string, unknown>): Promise<any> {
  const { data: found, errors } = await graph.run(query, variables);
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(found));
}

const refusal = async (query: string) => {
  const { message, extensions } = (await graph.run(query)).errors?.[0] ?? {};
  return [extensions?.code, message];
};

const web: appsv1.Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'past' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.26' }] } },
  },
} as never;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
  const { client } = cluster;
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'past' } } as never);
  await mark();
  await client.create(Deployment, web);
  await cluster.settle();
  await mark();
  const change = { spec: { replicas: 3, template: { spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] } } } };
  await client.patch(Deployment, 'web', 'past', 'strategic', change);
  await cluster.settle();
  await mark();
  await client.delete(Deployment, 'web', 'past');
  await cluster.settle();
  await mark();
});

afterAll(() => cluster.close());

const tree = `{ spec { replicas template { spec { containers { image } } } }
  replicaSets { spec { replicas } } pods { status { phase } spec { containers { image } } node { metadata { name } } ownerChain { kind } } }`;
const pod = (image: string) => ({
  status: { phase: 'Running' },
  spec: { containers: [{ image }] },
  node: { metadata: { name: expect.stringMatching(/^worker-/) } },
  ownerChain: [{ kind: 'ReplicaSet' }, { kind: 'Deployment' }],
});
const of = (replicas: number, image: string, sets: readonly number[]) => ({
  spec: { replicas, template: { spec: { containers: [{ image }] } } },
  replicaSets: expect.arrayContaining(sets.map((count) => ({ spec: { replicas: count } }))),
  pods: Array.from({ length: replicas }, () => pod(image)),
});

describe('at', () => {
  test('an object that is gone, with everything that it led to, at several revisions in one query', async () => {
    const [none, first, second, gone] = marks.map(({ revision }) => revision);
    const one = (name: string, at: number | undefined) => `${name}: deployment(name: "web", namespace: "past", at: ${at}) ${tree}`;
    expect(
      await data(`{ now: deployment(name: "web", namespace: "past") { kind } ${one('none', none)} ${one('first', first)}
        ${one('second', second)} ${one('gone', gone)} }`),
    ).toEqual({ now: null, none: null, first: of(1, 'nginx:1.26', [1]), second: of(3, 'nginx:1.27', [0, 3]), gone: null });
  });

  test('by revision, time and how long ago; as literals and as variables', async () => {
    const asked =
      'query ($at: At) { object(kind: "deploy", name: "web", namespace: "past", at: $at) { ... on Deployment { spec { replicas } } } }';
    const replicas = async (at: unknown) => (await data(asked, { at })).object?.spec.replicas;
    const [, first, second] = marks;
    expect([await replicas(first?.revision), await replicas(`${second?.revision}`)]).toEqual([1, 3]);
    expect([await replicas(first?.time), await replicas(second?.time), await replicas(null)]).toEqual([1, 3, undefined]);
    expect([await replicas('3m'), await replicas('2m'), await replicas('1s')]).toEqual([1, 3, undefined]);
  });

  test('a list, page by page; its relations are of the same revision', async () => {
    const { revision, time } = marks[2] as (typeof marks)[number];
    const page = `query ($next: String) { pods(namespace: "past", at: "${time}", limit: 2, continue: $next) { resourceVersion continue remainingItemCount
      items { metadata { labels(key: "app") } owner { kind } } } }`;
    const first = (await data(page)).pods;
    expect(first).toEqual({
      resourceVersion: String(revision),
      continue: expect.any(String),
      remainingItemCount: 1,
      items: Array(2).fill({ metadata: { labels: 'web' }, owner: { kind: 'ReplicaSet' } }),
    });
    const { pods } = await data(page, { next: first.continue });
    expect(pods).toMatchObject({ continue: null, items: [{ owner: { kind: 'ReplicaSet' } }] });
    expect(
      await refusal(`{ pods(namespace: "past", at: ${marks[1]?.revision}, continue: "${first.continue}") { items { kind } } }`),
    ).toEqual(['BAD_USER_INPUT', `continue: this page is of revision ${revision}, another one than \`at\``]);
  });

  test('what cannot be read says what can', async () => {
    const current = (await data('{ cluster { revision } }')).cluster.revision;
    const oldest = await graph.session.history.oldest();
    expect(oldest).toBeGreaterThan(1);
    const pods = (at: unknown) => refusal(`{ pods(at: ${JSON.stringify(at)}) { items { kind } } }`);
    expect(await pods(current + 9)).toEqual(['BAD_USER_INPUT', `Too large resource version: ${current + 9}, current: ${current}`]);
    expect(await pods(oldest - 1)).toEqual(['EXPIRED', `The log before revision ${oldest} has been compacted.`]);
    expect(await pods('2001-01-01T00:00:00Z')).toEqual([
      'EXPIRED',
      expect.stringMatching(new RegExp(`^the log goes back to revision ${oldest + 1}, of 20\\d\\d-.*Z: nothing is known of before\\.$`)),
    ]);
    expect(await refusal(`{ componentStatuses(at: ${current}) { items { kind } } }`)).toEqual([
      'BAD_USER_INPUT',
      'at: componentstatuses are computed when they are read: they have no past',
    ]);
    expect(await refusal(`{ pods(namespace: "past", at: ${marks[1]?.revision}, limit: 1) { items { decision { state } } } }`)).toEqual([
      'BAD_USER_INPUT',
      'decision: it is told of pods as they are now, not of those of the past',
    ]);
  });
});
