import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type appsv1, Deployment, PersistentVolumeClaim, Pod, type Resource, ResourceQuota } from '#api';
import { forbidden } from '#apimachinery';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;

const data = (query: string, variables?: Record<string, unknown>) => graph.data(query, variables);

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
    expect((await lines('(field: "status.conditions.status")')).at(-1)).toMatch(/is Running and ready/);
    expect((await lines('(field: "spec.hostname")')).at(-1)).toMatch(/replicaset-controller created Pod/);
    const { errors } = await graph.run('{ deployment(name: "web") { why(field: "spec.replica") { line } } }');
    expect(errors?.map(({ message }) => message)).toEqual([
      'spec.replica: DeploymentSpec has no field "replica". Did you mean "replicas"?',
    ]);
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

describe('whyPending', () => {
  const asked = 'whyPending { reason message nodes help object { kind metadata { name } } }';
  const whyOf = async (kind: string, name: string) => (await data(`{ ${kind}(name: "${name}") { ${asked} } }`))[kind].whyPending;
  const create = (resource: Resource, object: object) =>
    cluster.client.create(resource, { metadata: { namespace: 'default' }, ...object } as never);
  const pod = (name: string, spec: object) =>
    create(Pod, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'nginx', ...(spec as { c?: object }).c }], ...spec, c: undefined },
    });

  test('a pod that runs has none', async () => {
    const { pods } = await data(`{ pods(labelSelector: "app=web", limit: 1) { items { ${asked} } } }`);
    expect(pods.items).toEqual([{ whyPending: [] }]);
    expect(await whyOf('deployment', 'web')).toEqual([]);
  });

  test('each reason of the scheduler with its nodes; what may not be asked for is told by the pod', async () => {
    await pod('huge', { c: { resources: { requests: { cpu: '1000' } } } });
    await cluster.settle();
    const [message, ...refusals] = await whyOf('pod', 'huge');
    expect(message).toMatchObject({ reason: 'Unschedulable', message: expect.stringMatching(/^0\/\d nodes are available: /) });
    expect(refusals[0]).toEqual({
      reason: 'NodeResourcesFit',
      message: expect.stringMatching(/^\d of \d nodes: Insufficient cpu/),
      nodes: expect.arrayContaining(['worker-1', 'worker-2']),
      help: expect.stringMatching(/request less/),
      object: null,
    });
    const past = (await data('{ cluster { revision } }')).cluster.revision;
    const then = await data(`{ pod(name: "huge", at: ${past}) { whyPending { reason message } } }`);
    expect(then.pod.whyPending).toEqual([{ reason: 'Unschedulable', message: message.message }]);
    const { scheduling } = graph.session;
    const { ofPod } = scheduling;
    scheduling.ofPod = () => Promise.reject(forbidden({ group: '', resource: 'pods' }, '', 'no'));
    expect((await whyOf('pod', 'huge')).map(({ reason }: { reason: string }) => reason)).toEqual(['Unschedulable']);
    scheduling.ofPod = ofPod;
  });

  test('gates, claims and what containers wait for', async () => {
    await pod('gated', { schedulingGates: [{ name: 'example.com/wait' }] });
    await create(PersistentVolumeClaim, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'default' },
      spec: { storageClassName: 'nowhere', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    await pod('stored', { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] });
    await pod('configured', { c: { envFrom: [{ configMapRef: { name: 'missing' } }] } });
    await cluster.advance(30_000);
    expect(await whyOf('pod', 'gated')).toMatchObject([
      { reason: 'SchedulingGated', message: 'it waits for scheduling gates: example.com/wait' },
    ]);
    const noClass = { reason: 'ProvisioningFailed', message: 'storageclass.storage.k8s.io "nowhere" not found' };
    expect(await whyOf('persistentVolumeClaim', 'data')).toMatchObject([noClass]);
    expect((await whyOf('pod', 'stored')).at(-1)).toMatchObject({
      reason: 'ProvisioningFailed',
      message: `persistentvolumeclaim/data: ${noClass.message}`,
      object: { kind: 'PersistentVolumeClaim', metadata: { name: 'data' } },
    });
    expect((await whyOf('pod', 'configured'))[0]).toMatchObject({
      reason: 'CreateContainerConfigError',
      message: 'container c: configmap "missing" not found',
    });
  });

  test('why a Deployment has no pods: a quota; and what keeps the pods that it has', async () => {
    await create(ResourceQuota, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'default' },
      spec: { hard: { 'count/pods': '6' } },
    });
    await cluster.settle();
    const starved = deployment('starved', { nodeSelector: { disk: 'ssd' } });
    starved.spec.replicas = 9;
    await create(Deployment, starved);
    await cluster.settle();
    const found = await whyOf('deployment', 'starved');
    expect(found[0]).toMatchObject({
      reason: 'FailedCreate',
      message: expect.stringMatching(/exceeded quota: few, requested: count\/pods=1, used: count\/pods=6, limited: count\/pods=6$/),
      object: { kind: 'ResourceQuota', metadata: { name: 'few' } },
      help: expect.stringMatching(/^Raise the quota/),
    });
    expect(found[1]).toMatchObject({
      reason: 'Unschedulable',
      message: expect.stringMatching(/^pod\/starved-\S+: 0\//),
      object: { kind: 'Pod' },
    });
    expect(found.slice(2).map(({ message }: { message: string }) => message)).toContainEqual(
      expect.stringMatching(/of \d nodes: node\(s\) didn't match/),
    );
  });
});
