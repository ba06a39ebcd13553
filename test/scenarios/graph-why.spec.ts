import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type appsv1, Deployment } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;

// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole
async function data(query: string, variables?: Record<string, unknown>): Promise<any> {
  const { data: found, errors } = await graph.run(query, variables);
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(found));
}

const deployment = (name: string, more: object = {}): appsv1.Deployment =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx' }], ...more } },
    },
  }) as never;

beforeAll(async () => {
  cluster = await createLocalCluster({ profile: 'realistic' });
  graph = new LocalGraph(cluster);
  await cluster.client.create(Deployment, deployment('web'));
  await cluster.advance(60_000);
});

afterAll(() => cluster.close());

const plain = (line: string): string =>
  line
    .replaceAll(/web-[a-z0-9]{8,10}(-[a-z0-9]{5})?/g, 'web-*')
    .replace(/^(\+[\d.]+s) \d+ /, '$1 ')
    .replace(/ ← \d+$/, ' ←');

describe('why', () => {
  const lines = async (arg: string): Promise<string[]> => {
    const { pods } = await data(`{ pods(namespace: "default", labelSelector: "app=web") { items { why${arg} { line } } } }`);
    return pods.items[0].why.map(({ line }: { line: string }) => plain(line));
  };

  test('from the request of the client to the last write of the object, a line each', async () => {
    expect(await lines('')).toEqual([
      '+0.000s system:apiserver created Deployment web',
      '+0.000s deployment-controller created ReplicaSet web-* ←',
      '+0.000s replicaset-controller created Pod web-* ←',
      expect.stringMatching(/^\+0\.000s kube-scheduler: Pod web-\* bound to node worker-\d \(\.spec\.nodeName = "worker-\d".*\) ←$/),
      expect.stringMatching(/^\+[\d.]+s kubelet: Pod web-\* is Running and ready \(.*\) ←$/),
    ]);
  });

  test('why a field is as it is', async () => {
    expect((await lines('(field: "spec.nodeName")')).at(-1)).toMatch(/bound to node/);
    expect((await lines('(field: "metadata.uid")')).at(-1)).toMatch(/replicaset-controller created Pod/);
    expect((await lines('(field: "status.conditions[type=Ready]")')).at(-1)).toMatch(/is Running and ready/);
    expect((await lines('(field: "no.such.field")')).at(-1)).toMatch(/replicaset-controller created Pod/);
  });

  test('of what is older than the log, nothing; of any kind, through any relation', async () => {
    const { deployment, service } = await data(`{
      service(name: "kubernetes") { why { line } history { line } }
      deployment(name: "web") { replicaSets { why(field: "spec") { summary sinceStartMs request { userAgent } } } } }`);
    expect(service).toEqual({ why: [], history: [] });
    const [{ why }] = deployment.replicaSets;
    expect(why.map(({ summary }: { summary: string }) => plain(summary))).toEqual([
      'system:apiserver created Deployment web',
      'deployment-controller created ReplicaSet web-*',
    ]);
  });
});
