import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DaemonSet, Deployment, Pod } from '#api';
import { createLocalCluster, type LocalCluster } from '#cluster';
import { LocalGraph } from '../graph.js';

let cluster: LocalCluster;
let graph: LocalGraph;

const data = (query: string) => graph.data(query);

const refusal = async (query: string) => (await graph.run(query)).errors?.[0]?.message;

const sh = (name: string, script: string) => ({ name, image: 'busybox', command: ['sh', '-c', script] });
const pod = (name: string, spec: object) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec }) as never;
const template = (app: string, image: string) => ({ metadata: { labels: { app } }, spec: { containers: [{ name: 'c', image }] } });
const workload = (kind: string, name: string): never =>
  ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: { app: name } }, template: template(name, 'nginx:1.26') },
  }) as never;

beforeAll(async () => {
  cluster = await createLocalCluster();
  graph = new LocalGraph(cluster);
  const { client } = cluster;
  await client.create(
    Pod,
    pod('talks', { containers: [sh('a', 'for i in 1 2 3 4 5; do echo line $i; done; sleep 3600'), sh('b', 'echo other; exit 3')] }),
  );
  await client.create(Pod, pod('gated', { schedulingGates: [{ name: 'example.com/wait' }], containers: [sh('a', 'echo no')] }));
  await client.create(Deployment, workload('Deployment', 'web'));
  await client.create(DaemonSet, workload('DaemonSet', 'agent'));
  await cluster.advance(30_000);
  const changed = { spec: { template: template('', 'nginx:1.27') } };
  const { labels: _, ...metadata } = changed.spec.template.metadata;
  changed.spec.template.metadata = metadata as never;
  await client.patch(Deployment, 'web', 'default', 'strategic', changed);
  await client.patch(DaemonSet, 'agent', 'default', 'strategic', changed);
  await cluster.advance(30_000);
});

afterAll(() => cluster.close());

test('logs, as kubectl logs prints them', async () => {
  const logs = async (args: string) => (await data(`{ pod(name: "talks") { logs(${args}) } }`)).pod.logs;
  expect(await logs('container: "a"')).toBe('line 1\nline 2\nline 3\nline 4\nline 5\n');
  expect(await logs('container: "a", tailLines: 2')).toBe('line 4\nline 5\n');
  expect(await logs('container: "a", tailLines: 1, timestamps: true')).toMatch(/^2\d{3}-\S+Z line 5\n$/);
  expect(await logs('container: "b", previous: true')).toBe('other\n');
  expect(await logs('container: "a", sinceSeconds: 1')).toBe('');
  expect((await data('{ pod(name: "gated") { logs } }')).pod.logs).toBe('');
});

test('logs that there are not say why', async () => {
  expect(await refusal('{ pod(name: "talks") { logs } }')).toBe('a container name must be specified for pod talks, choose one of: [a b]');
  expect(await refusal('{ pod(name: "talks") { logs(container: "c") } }')).toMatch(/container c is not valid for pod talks/);
  expect(await refusal('{ pod(name: "talks") { logs(container: "a", tailLines: 5001) } }')).toBe('tailLines must be between 0 and 5000');
  const { cluster: now } = await data('{ cluster { revision } }');
  expect(await refusal(`{ pod(name: "talks", at: ${now.revision}) { logs(container: "a") } }`)).toBe(
    'logs: they are those of pods as they are now, not of the past',
  );
});

test('revisions lead to their templates', async () => {
  const image = '{ spec { containers { image } } }';
  const { deployment, daemonSet } = await data(`{
    deployment(name: "web") { replicaSets { revision spec { template ${image} } } }
    daemonSet(name: "agent") { controllerRevisions { revision template ${image} } } }`);
  const expected = [1, 2].map((revision) => ({ revision, template: { spec: { containers: [{ image: `nginx:1.2${revision + 5}` }] } } }));
  const byRevision = (a: { revision: number }, b: { revision: number }) => a.revision - b.revision;
  expect(daemonSet.controllerRevisions.sort(byRevision)).toEqual(expected);
  expect(deployment.replicaSets.sort(byRevision)).toEqual(
    expected.map(({ revision, template: of }) => ({ revision, spec: { template: of } })),
  );
});
